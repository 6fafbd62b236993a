"""What a process remembers of staff and schools, so that a submission need not read and decrypt them anew.

Every change of them changes a mark in the database (`changed`). A transaction reads the mark first (`remembered`) and
uses what was remembered under that mark on that day, since who stands in for whom changes with the day. The mark is
random, not counted: after a rollback the next change must not bring the same mark back.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, select, update

from storage.db.insert_once import insert_once
from storage.db.schema import cache_epoch

STAFF = "staff"
_MARK = select(cache_epoch.c.value).where(cache_epoch.c.name == STAFF)
_CHANGE = update(cache_epoch).where(cache_epoch.c.name == STAFF)


class StaffCache:
    """Shared by all transactions of a process."""

    def __init__(self) -> None:
        self._last: tuple[tuple[UUID | None, date] | None, dict[Any, Any]] = (None, {})

    def remembered(self, connection: Connection, day: date) -> dict[Any, Any]:
        """Return what is known under the mark that stands in the database now; empty at first."""
        mark = (connection.scalar(_MARK), day)
        last_mark, known = self._last
        if mark != last_mark:
            known = {}
            self._last = (mark, known)
        return known


def changed(connection: Connection) -> None:
    """Say that something of the staff, their roles or the schools is changed in this transaction."""
    value = uuid4()
    if not insert_once(connection, cache_epoch, {"name": STAFF, "value": value}, (cache_epoch.c.name,)):
        connection.execute(_CHANGE, {"value": value})
