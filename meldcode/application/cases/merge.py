"""Use cases about two cases of one pupil: a care coordinator joins them, or says that they are different pupils.

The case that is less far in its plan joins the other, so that nothing that is under way is lost; of two as far, the
younger. Nothing is copied: its entries stay in it, under its own key and chain, and are shown in the logbook of the
other. Its teacher keeps seeing only their own signals, and is not told of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.application.case_context import CaseContext, case_context, known_person, readable_case
from meldcode.application.cases.record_entry import add_entry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import acting_role
from meldcode.domain.case.state import Entry, Status
from meldcode.domain.errors import Refused
from meldcode.domain.plan.model import Effect
from meldcode.domain.staff import Identity


@dataclass(frozen=True)
class TwoCases:
    """Two cases that seem to be about one pupil."""

    who: Identity
    key: str
    case: str
    other: str


def merge_cases(uow: UnitOfWork, command: TwoCases, now: datetime) -> str:
    """Join one case to the other, and return the code of the one that goes on. Raises Refusal."""
    first, second = _both(uow, command)
    if stored := uow.cases.find_submission(f"{command.key}/{Effect.RECEIVES}"):
        return uow.cases.get(stored.case).code
    statuses = (first.state.status, second.state.status)
    if Status.JOINED in statuses:
        raise Refused("joined_already")
    if Status.OPEN not in statuses:
        raise Refused("not_now")
    kept, joining = sorted((first, second), key=_progress)
    _note(uow, joining, Effect.JOINS, kept.stored.code, command.key, now)
    uow.cases.set_joined(joining.stored.id, kept.stored.id)
    _note(uow, kept, Effect.RECEIVES, joining.stored.code, command.key, now)
    return kept.stored.code


def _progress(context: CaseContext) -> tuple[bool, int, datetime]:
    """Sorts an open case before a closed one, then by how far it is, then by age."""
    state = context.state
    return state.status is not Status.OPEN, -context.plan.place(state.step), context.stored.opened_at


def mark_as_different_pupils(uow: UnitOfWork, command: TwoCases, now: datetime) -> str:
    """Keep that the two cases are about different pupils, and return the first one's code. Raises Refusal."""
    first, second = _both(uow, command)
    if not uow.cases.find_submission(f"{command.key}/{Effect.DIFFERS}"):
        _note(uow, first, Effect.DIFFERS, second.stored.code, command.key, now)
    return first.stored.code


def _both(uow: UnitOfWork, command: TwoCases) -> tuple[CaseContext, CaseContext]:
    person = known_person(uow, command.who)
    first = case_context(uow, person, readable_case(uow, person, command.case))
    second = case_context(uow, person, readable_case(uow, person, command.other))
    if first.stored.id == second.stored.id or first.school != second.school:
        raise Refused("no_such_case")
    return first, second


def _note(uow: UnitOfWork, context: CaseContext, effect: Effect, other: str, key: str, now: datetime) -> None:
    record = context.plan.record_with(effect)
    role = acting_role(record, context.relation)
    if role is None:
        raise Refused("role_may_not", roles=record.by, rule="G1")
    entry = Entry(context.stored.version + 1, record.id, context.person.id, role, now, {"case": other})
    add_entry(uow, context, entry, f"{key}/{effect}", "")
