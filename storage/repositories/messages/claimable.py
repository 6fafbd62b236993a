"""Which messages can be sent now, and in which order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from meldcode.application.messages.registry import REMINDERS, URGENT_KINDS
from meldcode.application.ports.outbox import Placing
from storage.db.schema import outbox, people
from storage.repositories.messages.outbox import UNSENT, SendState

_NO_ID = 2**62
"""More than any message's number."""


def _claimable() -> Select[Any]:
    """Those of some messages that can be sent now, in the order in which they are."""
    earlier = outbox.alias()
    # What nobody is notified of holds up nothing but what is to take the same place.
    holds_up = or_(earlier.c.placing != Placing.ONLY_IN_PLACE.value, earlier.c.replaces == outbox.c.replaces)
    waits = exists().where(*_before(earlier), _comes_before(earlier), holds_up)
    # What takes the place of a message waits until that one was sent, or there would be two.
    same_place = earlier.c.replaces == outbox.c.replaces
    waits_for_place = (outbox.c.replaces != "") & exists().where(*_before(earlier), same_place)
    due = (outbox.c.state == SendState.PENDING.value) & (outbox.c.due_at <= _NOW)
    abandoned = (outbox.c.state == SendState.CLAIMED.value) & (outbox.c.claimed_until <= _NOW)
    # An alarm that is new goes before what is told of others (G4).
    is_new, is_reminder = outbox.c.placing == Placing.NEW.value, outbox.c.kind.in_(REMINDERS)
    return (
        select(outbox)
        .where(
            outbox.c.id.in_(bindparam("ids", expanding=True)),
            or_(due, abandoned),
            or_(_IS_URGENT & ~waits_for_place, ~waits),
        )
        .order_by(_IS_URGENT.desc(), (_IS_URGENT & is_new).desc(), is_reminder, outbox.c.due_at, outbox.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


def _first_of_each() -> Select[Any]:
    """The first message that holds up the others of its recipient, for each recipient, and what may go before it.

    Nothing later can be claimed but what is urgent. So 200,000 messages to 40 people cost no more than 40 do.
    """
    earlier, first, quiet = outbox.alias(), outbox.alias(), outbox.alias()
    is_loud = earlier.c.placing != Placing.ONLY_IN_PLACE.value
    mine = (earlier.c.recipient == people.c.id, _unsent(earlier), _comes_before(earlier), is_loud)
    head = select(earlier.c.id).where(*mine).order_by(earlier.c.id).limit(1).scalar_subquery()
    heads = select(people.c.id.label("person"), head.label("head")).cte("heads")
    is_earlier = quiet.c.id < func.coalesce(heads.c.head, _NO_ID)
    is_quiet = quiet.c.placing == Placing.ONLY_IN_PLACE.value
    before = select(quiet.c.id).join(heads, quiet.c.recipient == heads.c.person)
    before = before.where(_unsent(quiet), is_quiet, is_earlier)
    urgent = select(first.c.id).where(_unsent(first), first.c.kind.in_(URGENT_KINDS))
    return select(union_all(select(heads.c.head), before, urgent).subquery())


def _before(earlier: FromClause) -> tuple[ColumnElement[bool], ...]:
    return earlier.c.recipient == outbox.c.recipient, earlier.c.id < outbox.c.id, _unsent(earlier)


def _comes_before(earlier: FromClause) -> ColumnElement[bool]:
    """A message that waits for the morning does not hold up one at night (G4); one that is retried keeps its place."""
    return or_(earlier.c.due_at <= _NOW, earlier.c.attempts > 0)


def _unsent(messages: FromClause) -> ColumnElement[bool]:
    """As the index says it: a parameter would not tell PostgreSQL that the index has them."""
    state: ColumnElement[str] = messages.c.state
    return state.in_([literal_column(f"'{state}'") for state in UNSENT])


_IS_URGENT = outbox.c.kind.in_(URGENT_KINDS)
_NOW = bindparam("now", type_=outbox.c.due_at.type)
FIRST_OF_EACH = _first_of_each()
URGENT = select(outbox.c.id).where(_unsent(outbox), _IS_URGENT)
CLAIMABLE = _claimable()
