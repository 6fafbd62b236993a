"""Repairs what was stored while the clock was ahead: moments that lie in the future (promise 2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, select, update

from storage.db.schema import alarms, cases, drafts, files, outbox, pending_exports, reminders
from storage.repositories.drafts import KEPT_FOR


def has_future(connection: Connection, after: datetime) -> bool:
    """Whether a message was stored with a later time, or a file is kept for longer than a day, as drafts are."""
    ahead = (outbox.c.created_at > after, files.c.remove_at > after + KEPT_FOR)
    return any(connection.scalar(select(exists().where(found))) for found in ahead)


def forget_future(connection: Connection, after: datetime, now: datetime) -> None:
    """Let everything that was computed for a time after `after` be computed again.

    Reminders that were noted then are forgotten, so that they are sent when they are due. The next tick looks at every
    case that waits, and computes its next moment from its entries.
    """
    connection.execute(delete(reminders).where(reminders.c.at > after))
    for table, column, condition in (
        (cases, cases.c.next_due, cases.c.next_due > now),
        (outbox, outbox.c.due_at, and_(outbox.c.created_at > after, outbox.c.due_at > now)),
        (outbox, outbox.c.claimed_until, outbox.c.claimed_until > after),
        (files, files.c.remove_at, files.c.remove_at > after + KEPT_FOR),
        (pending_exports, pending_exports.c.until, pending_exports.c.until > after + KEPT_FOR),
        (alarms, alarms.c.due, and_(alarms.c.raised_at > after, alarms.c.due > now)),
    ):
        connection.execute(update(table).where(condition).values({column: now}))
    connection.execute(update(outbox).where(outbox.c.created_at > after).values(created_at=now))
    connection.execute(update(drafts).where(drafts.c.expires_at > after + KEPT_FOR).values(expires_at=now + KEPT_FOR))
    # Warnings that the term ends may have been given too early: the term is computed again, and they begin again.
    terms = {"destroy_at": None, "end_due": None, "end_warnings": 0}
    connection.execute(update(cases).where(cases.c.destroy_at.is_not(None)).values(terms))
