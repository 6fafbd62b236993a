"""Pending exports, and shared files until they are removed. The case that a file belongs to is not stored."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from typing_extensions import override

from meldcode.application.ports.files import Files, PendingExport
from meldcode.domain.ids import CaseId
from storage.db.insert_once import insert_once
from storage.db.schema import files, pending_exports
from storage.session import Session

AT_ONCE = 20


class StoredFiles(Files):
    """Files and exports in the database, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    @override
    def save(self, file: str, workspace: str, remove_at: datetime) -> None:
        row = {"file": file, "workspace": workspace, "remove_at": remove_at}
        if not insert_once(self._connection, files, row, [files.c.file]):
            self._connection.execute(update(files).where(files.c.file == file).values(remove_at=remove_at))

    @override
    def claim(self, now: datetime, lease: timedelta) -> list[tuple[str, str]]:
        due = select(files).where(files.c.remove_at <= now).order_by(files.c.remove_at).limit(AT_ONCE)
        found = self._connection.execute(due.with_for_update(skip_locked=True)).all()
        claimed = files.c.file.in_([row.file for row in found])
        self._connection.execute(update(files).where(claimed).values(remove_at=now + lease))
        return [(row.file, row.workspace) for row in found]

    @override
    def delete(self, file: str) -> None:
        self._connection.execute(delete(files).where(files.c.file == file))

    @override
    def begin_export(self, export: PendingExport, until: datetime) -> None:
        row = {"case": export.case, "entry": export.entry, "given_by": export.by, "until": until}
        self._connection.execute(insert(pending_exports).values(row))

    @override
    def finish_export(self, case: CaseId, entry: int) -> None:
        self._connection.execute(
            delete(pending_exports).where(pending_exports.c.case == case, pending_exports.c.entry == entry)
        )

    @override
    def interrupted_exports(self, now: datetime) -> list[PendingExport]:
        late = (
            select(pending_exports)
            .where(pending_exports.c.until <= now)
            .order_by(pending_exports.c.until)
            .limit(AT_ONCE)
        )
        rows = self._connection.execute(late.with_for_update(skip_locked=True))
        return [PendingExport(row.case, row.entry, row.given_by) for row in rows]
