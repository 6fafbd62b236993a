"""The outbox: a use case adds messages in its transaction, the relay sends them after the commit (promise 2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select
from typing_extensions import override

from meldcode.application.messages.cases import TaskEnded
from meldcode.application.ports.outbox import Outbox, OutboxMessage
from meldcode.domain.ids import CaseId, PersonId
from storage.db.insert_once import insert_all_once
from storage.db.schema import outbox
from storage.repositories.messages.payloads import encode

_SAME = (outbox.c.about, outbox.c.kind, outbox.c.recipient, outbox.c.moment)


class SendState(StrEnum):
    """`RESTORED`: due when a backup was made, so perhaps sent since, and not sent again."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    RESTORED = "restored"


UNSENT = (SendState.PENDING.value, SendState.CLAIMED.value)


class StoredOutbox(Outbox):
    """The outbox, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @override
    def put_all(self, messages: Iterable[OutboxMessage], now: datetime, due: datetime | None = None) -> None:
        insert_all_once(self._connection, outbox, [_row(message, now, due or now) for message in messages], _SAME)

    @override
    def is_waiting(self, to: PersonId, replaces: str) -> bool:
        pending = (outbox.c.recipient == to, outbox.c.replaces == replaces, outbox.c.state == SendState.PENDING.value)
        return self._connection.scalar(select(exists().where(*pending))) or False

    @override
    def asking(self, cases: Collection[CaseId]) -> dict[CaseId, dict[PersonId, str]]:
        rows = self._connection.execute(_ABOUT_TASKS, {"cases": list(map(str, cases))})
        latest = {(row.case, row.recipient): row for row in rows}
        found: dict[CaseId, dict[PersonId, str]] = {case: {} for case in cases}
        for (case, person), row in latest.items():
            if row.kind != TaskEnded.kind:
                found[case][person] = row.replaces
        return found

    @override
    def keys_of(self, case: CaseId, prefix: str) -> list[tuple[PersonId, str]]:
        about = (outbox.c.about == str(case), outbox.c.replaces.startswith(prefix))
        found = self._connection.execute(select(outbox.c.recipient, outbox.c.replaces).where(*about).distinct())
        return [(row.recipient, row.replaces) for row in found]

    @override
    def withdraw(self, case: CaseId, people: Collection[PersonId]) -> None:
        to_them = (outbox.c.case == case, outbox.c.recipient.in_(list(people)))
        self._connection.execute(delete(outbox).where(*to_them, outbox.c.state == SendState.PENDING.value))

    @override
    def delete_sent(self, before: datetime, most: int) -> int:
        """Nothing adds such a message again: reminders that were sent are stored with their case."""
        done = outbox.c.state.in_((SendState.SENT.value, SendState.FAILED.value))
        # Each was due no earlier than it was created, and an index knows when it was due.
        old = select(outbox.c.id).where(done, outbox.c.due_at < before, outbox.c.created_at < before).limit(most)
        return self._connection.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount


def _row(message: OutboxMessage, now: datetime, due: datetime) -> dict[str, Any]:
    return {
        "kind": message.payload.kind,
        "case": message.case,
        "about": str(message.case or ""),
        "recipient": message.to,
        "moment": message.moment,
        "payload": encode(message.payload),
        "replaces": message.replaces,
        "placing": message.placing.value,
        "state": SendState.PENDING.value,
        "attempts": 0,
        "due_at": due,
        "created_at": now,
    }


_ABOUT_TASKS = (
    select(outbox.c.case, outbox.c.recipient, outbox.c.replaces, outbox.c.kind)
    .where(outbox.c.about.in_(bindparam("cases", expanding=True)), outbox.c.replaces.startswith("task "))
    .order_by(outbox.c.id)
)
