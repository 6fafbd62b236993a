"""A cache of staff and schools for each process, so that a submission does not read and decrypt them again.

The database holds a cache epoch, which every change of staff or schools replaces (`invalidate`). A transaction reads
the epoch first and uses what was cached under that epoch on that day, because deputies change with the day. The epoch
is random, not counted, so that it cannot come back after a rollback.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, select, update

from storage.db.insert_once import insert_once
from storage.db.schema import cache_epoch

STAFF = "staff"
_EPOCH = select(cache_epoch.c.value).where(cache_epoch.c.name == STAFF)
_UPDATE_EPOCH = update(cache_epoch).where(cache_epoch.c.name == STAFF)


class StaffCache:
    """Shared by all transactions of a process."""

    def __init__(self) -> None:
        self._last: tuple[tuple[UUID | None, date] | None, dict[Any, Any]] = (None, {})

    def entries(self, connection: Connection, day: date) -> dict[Any, Any]:
        """The entries of the current epoch and this day, to read and to add to."""
        epoch = (connection.scalar(_EPOCH), day)
        last_epoch, known = self._last
        if epoch != last_epoch:
            known = {}
            self._last = (epoch, known)
        return known


def invalidate(connection: Connection) -> None:
    """Replace the epoch, because this transaction changes staff, roles or schools."""
    value = uuid4()
    if not insert_once(connection, cache_epoch, {"name": STAFF, "value": value}, (cache_epoch.c.name,)):
        connection.execute(_UPDATE_EPOCH, {"value": value})
