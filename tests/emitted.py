"""Checks that no use case changes a worklist or the staff of a school without emitting an event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from bot.app import Program
from meldcode.domain.events import Event, StaffChanged, WorklistChanged
from storage.db.schema import appointments, deputies, memberships, roles, work_items
from storage.unit_of_work import StoredUnitOfWork

EMITTED = {
    work_items.name: WorklistChanged,
    appointments.name: WorklistChanged,
    deputies.name: StaffChanged,
    memberships.name: StaffChanged,
    roles.name: StaffChanged,
}
"""The event that must be emitted when a row of the table changes."""


class Changes:
    """The tables that each unit of work changed, and the events that it emitted."""

    def __init__(self) -> None:
        self._units: list[tuple[StoredUnitOfWork, set[str]]] = []

    def begun(self, uow: StoredUnitOfWork) -> None:
        self._units.append((uow, set()))

    def written(self, connection: Any, clause: Any, _many: Any, _params: Any, _options: Any, result: Any) -> None:
        if getattr(clause, "is_dml", False) and result.rowcount and clause.table.name in EMITTED:
            for uow, tables in reversed(self._units):
                if uow.session.connection is connection:
                    tables.add(clause.table.name)
                    return

    def silent(self) -> list[tuple[str, list[Event]]]:
        return [
            (table, uow.events)
            for uow, tables in self._units
            for table in tables
            if not any(isinstance(one, EMITTED[table]) for one in uow.events)
        ]


@contextmanager
def nothing_changes_in_silence(program: Program) -> Iterator[None]:
    """Fail at the end if a unit of work changed one of these tables and emitted no event for it."""
    changes = Changes()
    begin = StoredUnitOfWork.__init__

    def begun(uow: StoredUnitOfWork, *args: Any) -> None:
        begin(uow, *args)
        changes.begun(uow)

    event.listen(program.engine, "after_execute", changes.written)
    try:
        with patch.object(StoredUnitOfWork, "__init__", begun):
            yield
    finally:
        event.remove(program.engine, "after_execute", changes.written)
    assert not changes.silent()
