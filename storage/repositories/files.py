"""What is being given along, and the files, until these are removed: which case a file is of is not kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from meldcode.application.ports.unit_of_work import Files, PendingExport
from meldcode.domain.ids import CaseId
from storage.db.insert_once import insert_once
from storage.db.schema import files, givings
from storage.session import Session

AT_ONCE = 20


class StoredFiles(Files):
    """The files in the database, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def keep(self, file: str, workspace: str, remove_at: datetime) -> None:
        """Keep that there is such a file, to be removed at this moment; a later call changes the moment."""
        row = {"file": file, "workspace": workspace, "remove_at": remove_at}
        if not insert_once(self._connection, files, row, [files.c.file]):
            self._connection.execute(update(files).where(files.c.file == file).values(remove_at=remove_at))

    def claim(self, now: datetime, lease: timedelta) -> list[tuple[str, str]]:
        """Return the files to remove now, each with its workspace; nobody else gets them before the lease ends."""
        due = select(files).where(files.c.remove_at <= now).order_by(files.c.remove_at).limit(AT_ONCE)
        found = self._connection.execute(due.with_for_update(skip_locked=True)).all()
        claimed = files.c.file.in_([row.file for row in found])
        self._connection.execute(update(files).where(claimed).values(remove_at=now + lease))
        return [(row.file, row.workspace) for row in found]

    def removed(self, file: str) -> None:
        """Forget the file: it is gone."""
        self._connection.execute(delete(files).where(files.c.file == file))

    def begin(self, giving: PendingExport, until: datetime) -> None:
        """Keep that this is being given along; when it is not finished by then, something came in between."""
        row = {"case": giving.case, "entry": giving.entry, "given_by": giving.by, "until": until}
        self._connection.execute(insert(givings).values(row))

    def finish(self, case: CaseId, entry: int) -> None:
        """Keep that it has arrived, or that it is known that it has not."""
        self._connection.execute(delete(givings).where(givings.c.case == case, givings.c.entry == entry))

    def unfinished(self, now: datetime) -> list[PendingExport]:
        """Return what should have been finished by now, for this transaction alone (no other worker)."""
        late = select(givings).where(givings.c.until <= now).order_by(givings.c.until).limit(AT_ONCE)
        rows = self._connection.execute(late.with_for_update(skip_locked=True))
        return [PendingExport(row.case, row.entry, row.given_by) for row in rows]
