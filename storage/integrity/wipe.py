"""Wipes what a database still has of deleted rows (promise 8).

SQLite overwrites what is deleted (`secure_delete`), but its write-ahead log keeps older pages until it is emptied.
PostgreSQL keeps deleted rows until a VACUUM, and the bytes of the small tables of keys until these are written anew.
What lies in an archive of its log, or in a backup, is beyond reach: there it is useless without the key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, select, text

from storage.db.schema import case_keys, cases, draft_keys
from storage.repositories.retention import CONTENT

LATELY = timedelta(days=1)


def wipe(engine: Engine, now: datetime) -> None:
    """Wipe what was deleted, if a case was destroyed in the last day: also when a stop came in between."""
    with engine.connect() as connection:
        lately = select(cases.c.id).where(cases.c.destroyed_at > now - LATELY).limit(1)
        if connection.scalar(lately) is None:
            return
    if engine.dialect.name == "postgresql":
        _vacuum(engine)
    else:
        _empty_log(engine)


def _empty_log(engine: Engine) -> None:
    connection = engine.raw_connection()  # a checkpoint cannot be made within a transaction
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _vacuum(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for keys in (case_keys, draft_keys):
            connection.execute(text(f"VACUUM (FULL) {keys.name}"))
        for table in (cases, *CONTENT):
            connection.execute(text(f"VACUUM {table.name}"))
        connection.execute(text("RESET statement_timeout"))
