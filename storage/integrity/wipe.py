"""Wipes what the database files still hold of deleted rows (promise 8).

SQLite overwrites deleted rows (`secure_delete`), but its write-ahead log keeps older pages until a checkpoint.
PostgreSQL keeps deleted rows until a VACUUM, and the bytes of the small key tables until they are rewritten.
Archived logs and backups are beyond reach; what they hold is useless without the key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, select, text

from storage.db.schema import case_keys, cases, draft_keys
from storage.repositories.retention import CONTENT

RECENT = timedelta(days=1)


def wipe(engine: Engine, now: datetime) -> None:
    """Wipe deleted rows if a case was destroyed in the last day, which includes a restart in between."""
    with engine.connect() as connection:
        recent = select(cases.c.id).where(cases.c.destroyed_at > now - RECENT).limit(1)
        if connection.scalar(recent) is None:
            return
    if engine.dialect.name == "postgresql":
        _vacuum(engine)
    else:
        _empty_log(engine)


def _empty_log(engine: Engine) -> None:
    connection = engine.raw_connection()  # a checkpoint cannot run in a transaction
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
