"""Files that were given along, until they are removed from the platform; which case they are of is not kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from meldcode.ports import Files
from storage.inserting import insert_once
from storage.schema import files
from storage.session import Session

AT_ONCE = 20


class StoredFiles(Files):
    """The files in the database, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def keep(self, file: str, remove_at: datetime) -> None:
        """Keep that there is such a file, to be removed at this moment; a later call changes the moment."""
        if not insert_once(self._connection, files, {"file": file, "remove_at": remove_at}, [files.c.file]):
            self._connection.execute(update(files).where(files.c.file == file).values(remove_at=remove_at))

    def claim(self, now: datetime, lease: timedelta) -> list[str]:
        """Return the files to remove now; nobody else gets them before the lease ends, and then again."""
        due = select(files.c.file).where(files.c.remove_at <= now).order_by(files.c.remove_at).limit(AT_ONCE)
        found = list(self._connection.scalars(due.with_for_update(skip_locked=True)))
        self._connection.execute(update(files).where(files.c.file.in_(found)).values(remove_at=now + lease))
        return found

    def removed(self, file: str) -> None:
        """Forget the file: it is gone."""
        self._connection.execute(delete(files).where(files.c.file == file))
