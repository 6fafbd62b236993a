"""Counts and times for a monitoring system, without anything about a person or a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.worklist import Section
from storage.db.component_records import all_records
from storage.db.schema import outbox, work_items
from storage.repositories.messages.outbox import SendState

_ON_ITS_WAY = (SendState.PENDING.value, SendState.CLAIMED.value)
_WAITS = (Section.URGENT.value, Section.WAITS.value)


@dataclass(frozen=True)
class Figures:
    """Messages that wait or were given up, and since when the oldest is due; the first day that is over; ticks."""

    waiting: int
    undelivered: int
    oldest_message: datetime | None
    oldest_overdue: date | None
    last_tick: datetime | None


def figures(connection: Connection, now: datetime) -> Figures:
    """Count. The days are those in the Netherlands."""
    states = select(outbox.c.state, func.count().label("messages")).group_by(outbox.c.state)
    messages: dict[str, int] = {row.state: row.messages for row in connection.execute(states)}
    due = select(func.min(outbox.c.due_at)).where(outbox.c.state.in_(_ON_ITS_WAY), outbox.c.due_at <= now)
    today = now.astimezone(AMSTERDAM).date()
    overdue = select(func.min(work_items.c.due)).where(work_items.c.section.in_(_WAITS), work_items.c.due < today)
    ticks = {record.name: record.succeeded_at for record in all_records(connection)}
    return Figures(
        sum(messages.get(state, 0) for state in _ON_ITS_WAY),
        messages.get(SendState.FAILED.value, 0),
        connection.scalar(due),
        connection.scalar(overdue),
        ticks.get("scheduler"),
    )
