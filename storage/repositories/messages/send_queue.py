"""The relay's side of the outbox: it claims messages, sends them, and says what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select, update

from meldcode.application.messages.base import Payload
from meldcode.application.ports.outbox import Placing
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.staff import Identity
from storage.db.schema import identities, outbox
from storage.repositories.messages.claimable import CLAIMABLE, FIRST_OF_EACH, URGENT
from storage.repositories.messages.outbox import UNSENT, SendState
from storage.repositories.messages.payloads import decode

TOLD_FOR = timedelta(days=7)
"""How long `doctor` tells what Slack refused."""
GOES_ALONG = timedelta(minutes=2)
"""How much earlier than its moment a message is sent when another one to the same person is sent now."""
MARKED_TOGETHER = 200
"""Messages in one statement. PostgreSQL aborts a statement that takes long, and none would count as sent."""


class Sent(NamedTuple):
    """Where a message stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Claimed:
    """A message that is ours to send until the lease ends; `attempts` counts this one. No identity: nowhere to send.

    `stored` is its payload as it stands in the database: one that cannot be read must hold up no other. It takes the
    place of the messages `earlier`, as its `placing` says.
    """

    id: int
    kind: str
    to: PersonId
    identity: Identity | None
    case: CaseId | None
    stored: object
    attempts: int
    created_at: datetime
    locale: str | None = None
    replaces: str = ""
    placing: Placing = Placing.IN_PLACE
    earlier: tuple[Sent, ...] = ()

    def payload(self) -> Payload:
        """Return what the message is about. Raises ValueError when this program cannot read it."""
        return decode(self.kind, self.stored)


@dataclass(frozen=True)
class Backlog:
    """The health of the outbox: failed messages, since when the oldest is due, and waiting messages by last error.

    `refused` are messages of the last week of which Slack only took a shorter one, by its error.
    """

    failed: int
    oldest_due: datetime | None
    errors: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


class SendQueue:
    """The relay's side of the outbox, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, now: datetime, limit: int, lease: timedelta, *, only_urgent: bool = False) -> list[Claimed]:
        """Claim due messages in order, one per person at most. No other worker gets them before the lease ends."""
        # In one statement PostgreSQL may compare all messages with each other before it looks at which are the first.
        ids = self._connection.scalars(URGENT if only_urgent else FIRST_OF_EACH, {"now": now})
        found = {"ids": [id_ for id_ in ids if id_ is not None], "now": now, "most": limit}
        rows = self._connection.execute(CLAIMABLE, found).all() if found["ids"] else []
        if not rows:
            return []
        self._mark_claimed(rows, now + lease)
        known = self._identities({row.recipient for row in rows})
        claimed = [_claimed(row, *known.get(row.recipient, (None, None))) for row in rows]
        return [replace(one, earlier=self._earlier(one)) if _is_placed(one) else one for one in claimed]

    def claim_alike(self, claimed: Claimed, now: datetime, lease: timedelta) -> list[Claimed]:
        """Claim other messages of the same kind for the same person, due now or soon, to send all as one."""
        alike = (outbox.c.recipient == claimed.to, outbox.c.kind == claimed.kind, outbox.c.id != claimed.id)
        waiting = (outbox.c.state == SendState.PENDING.value, outbox.c.due_at <= now + GOES_ALONG)
        query = select(outbox).where(*alike, *waiting).order_by(outbox.c.id).with_for_update(skip_locked=True)
        rows = self._connection.execute(query).all()
        self._mark_claimed(rows, now + lease)
        return [_claimed(row, claimed.identity, claimed.locale) for row in rows]

    def backlog(self, now: datetime) -> Backlog:
        """The health of the outbox at this moment."""
        failed = select(func.count()).where(outbox.c.state == SendState.FAILED.value)
        oldest = select(func.min(outbox.c.due_at)).where(outbox.c.state.in_(UNSENT), outbox.c.due_at <= now)
        errors, refused = _errors(outbox.c.state.in_(UNSENT)), _errors(*_sent_since(now - TOLD_FOR))
        return Backlog(
            self._connection.scalar(failed) or 0,
            self._connection.scalar(oldest),
            {row.last_error_code: row.messages for row in self._connection.execute(errors)},
            {row.last_error_code: row.messages for row in self._connection.execute(refused)},
        )

    def next_due(self) -> datetime | None:
        """When the next pending message is due."""
        waiting = outbox.c.state == SendState.PENDING.value
        found: datetime | None = self._connection.scalar(select(func.min(outbox.c.due_at)).where(waiting))
        return found

    def mark_sent(self, sent: Collection[int], now: datetime) -> None:
        """Mark these messages sent, even if a lease ended meanwhile: they were sent."""
        ids = sorted(sent)
        for first in range(0, len(ids), MARKED_TOGETHER):
            some = ids[first : first + MARKED_TOGETHER]
            self._connection.execute(_MARK_SENT, {"ids": some, "sent_at": now})

    def keep_places(self, places: Mapping[int, Sent]) -> None:
        """Store where these messages stand, so that a later one can take their place."""
        for id_, place in places.items():
            kept = {"channel": place.channel, "ts": place.ts}
            self._connection.execute(update(outbox).where(outbox.c.id == id_).values(kept))

    def keep_refusals(self, codes: Mapping[int, str]) -> None:
        """Store with which error Slack refused these messages before it took a shorter one, for `doctor`."""
        for id_, code in codes.items():
            self._connection.execute(update(outbox).where(outbox.c.id == id_).values(last_error_code=code))

    def retry(self, claimed: Claimed, due_at: datetime, error_code: str) -> None:
        """Return the message to the queue until `due_at`; does nothing if the lease was lost."""
        self._release(claimed, SendState.PENDING, error_code, due_at=due_at)

    def postpone(self, claimed: Claimed, due_at: datetime) -> None:
        """Return the message until `due_at`, as if it had not been tried; does nothing if the lease was lost."""
        self._release(claimed, SendState.PENDING, None, due_at=due_at, attempts=0)

    def set_aside(self, claimed: Claimed, error_code: str) -> None:
        """Stop trying to send the message; does nothing if the lease was lost."""
        self._release(claimed, SendState.FAILED, error_code)

    def _earlier(self, claimed: Claimed) -> tuple[Sent, ...]:
        same = (outbox.c.recipient == claimed.to, outbox.c.replaces == claimed.replaces, outbox.c.ts.is_not(None))
        places = select(outbox.c.channel, outbox.c.ts).where(*same).distinct()
        return tuple(Sent(row.channel, row.ts) for row in self._connection.execute(places))

    def _mark_claimed(self, rows: Sequence[Row[Any]], until: datetime) -> None:
        self._connection.execute(_MARK_CLAIMED, {"ids": [row.id for row in rows], "claimed_until": until})

    def _identities(self, people: set[PersonId]) -> dict[PersonId, tuple[Identity, str | None]]:
        rows = self._connection.execute(_IDENTITIES, {"people": list(people)})
        return {row.person: (Identity(row.platform, row.workspace, row.user), row.locale) for row in rows}

    def _release(self, claimed: Claimed, state: SendState, error_code: str | None, **changed: Any) -> None:
        # The number of attempts identifies the claim, so that a slow worker cannot change another's.
        ours = (
            outbox.c.id == claimed.id,
            outbox.c.state == SendState.CLAIMED.value,
            outbox.c.attempts == claimed.attempts,
        )
        row = {"state": state.value, "claimed_until": None, "last_error_code": error_code, **changed}
        self._connection.execute(update(outbox).where(*ours).values(row))


def _errors(*which: ColumnElement[bool]) -> Select[Any]:
    failed = outbox.c.last_error_code.is_not(None)
    counted = select(outbox.c.last_error_code, func.count().label("messages")).where(*which, failed)
    return counted.group_by(outbox.c.last_error_code)


def _sent_since(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.state == SendState.SENT.value, outbox.c.sent_at >= moment


_IDS = outbox.c.id.in_(bindparam("ids", expanding=True))
_MARK_CLAIMED = update(outbox).where(_IDS).values(state=SendState.CLAIMED.value, attempts=outbox.c.attempts + 1)
_MARK_SENT = update(outbox).where(_IDS).values(state=SendState.SENT.value, claimed_until=None, last_error_code=None)
_IDENTITIES = (
    select(identities)
    .where(identities.c.person.in_(bindparam("people", expanding=True)))
    .order_by(identities.c.platform)
)


def _is_placed(claimed: Claimed) -> bool:
    return bool(claimed.replaces) and claimed.placing is not Placing.NEW


def _claimed(row: Row[Any], identity: Identity | None, locale: str | None = None) -> Claimed:
    tried, placing = row.attempts + 1, Placing(row.placing)
    about = (row.id, row.kind, row.recipient, identity, row.case, row.payload)
    return Claimed(*about, tried, row.created_at, locale, row.replaces, placing)
