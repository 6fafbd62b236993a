"""A cache of staff and schools for each process, so that a submission does not read and decrypt them again.

The database holds a cache epoch, which every change of staff or schools replaces (`invalidate`). A transaction reads
the epoch first, once for all that share a commit, and uses what was cached under that epoch on that day, because
deputies change with the day. The epoch is random, not counted, so that it cannot come back after a rollback.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from storage.db.insert_once import insert_once
from storage.db.schema import cache_epoch
from storage.session import STAFF, Session

_LOCK_EPOCH = select(cache_epoch).where(cache_epoch.c.name == STAFF).with_for_update()
_UPDATE_EPOCH = update(cache_epoch).where(cache_epoch.c.name == STAFF)


class StaffCache:
    """Shared by all transactions of a process."""

    def __init__(self) -> None:
        self._last: tuple[tuple[UUID | None, date] | None, dict[Any, Any]] = (None, {})

    def entries(self, epoch: UUID | None, day: date) -> dict[Any, Any]:
        """The entries of this epoch and this day, to read and to add to."""
        last, known = self._last
        if last != (epoch, day):
            known = {}
            self._last = ((epoch, day), known)
        return known


def lock_staff(session: Session) -> None:
    """Wait until no other transaction changes staff, and let none until this one ends; SQLite runs one at a time."""
    session.connection.execute(_LOCK_EPOCH)


def invalidate(session: Session) -> None:
    """Replace the epoch, because this transaction changes staff, roles or schools."""
    session.epoch.forget()
    row = {"name": STAFF, "value": uuid4()}
    if not insert_once(session.connection, cache_epoch, row, (cache_epoch.c.name,)):
        session.connection.execute(_UPDATE_EPOCH, {"value": row["value"]})
