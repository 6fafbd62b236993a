"""Wipes what the database files still hold of deleted rows and replaced keys (promise 8).

SQLite overwrites deleted rows (`secure_delete`), but its write-ahead log keeps older pages until a checkpoint.
PostgreSQL keeps deleted rows until a VACUUM, and their bytes until the table is rewritten: that is done where no key
dies with the row. A reader of either can hold this up, so it has to be repeated until it succeeds.
Archived logs and backups are beyond reach; what they hold is useless without the key.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError, TimeoutError

from storage.db.engine import WAIT_MS
from storage.db.schema import alarms, case_keys, case_states, cases, draft_keys, drafts, entries, installations, secrets
from storage.repositories.retention import CONTENT

SETTLED = timedelta(minutes=1)
"""What was deleted longer ago than this is wiped for certain, once `wipe` returns."""
CHECKPOINT_MS = 80
"""How long a checkpoint waits for readers, while nobody can write; it is repeated anyway."""
_SMALL = (secrets, drafts, draft_keys, alarms, installations)
_HELD_UP = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend' AND backend_xmin IS NOT NULL AND xact_start <= clock_timestamp() - :settled
"""
_OF_OTHERS = """
SELECT count(*) FROM pg_class, pg_database WHERE datname = current_database()
AND relnamespace = current_schema()::regnamespace AND relkind = 'r'
AND NOT pg_has_role(relowner, 'USAGE') AND NOT pg_has_role(datdba, 'USAGE')
"""


class NotWiped(Exception):
    """Something holds the wiping up; the message says what. Repeat it later."""


def wipe(engine: Engine, since: datetime | None = None) -> None:
    """Wipe deleted rows and replaced keys. Raises NotWiped.

    PostgreSQL rewrites the keys of cases unless none was destroyed at or after `since`, and the entries, with every
    request waiting, only when one was moved to another case.
    """
    try:
        if engine.dialect.name == "postgresql":
            _vacuum(engine, since)
        else:
            _empty_log(engine)
    except (DBAPIError, TimeoutError, sqlite3.Error) as error:
        raise NotWiped(f"the database is in use or away ({type(error).__name__})") from error


def _empty_log(engine: Engine) -> None:
    connection = engine.raw_connection()  # a checkpoint cannot run in a transaction
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")  # most of it, while others write
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, *_ = cursor.fetchone() or (0,)
    finally:
        connection.cursor().execute(f"PRAGMA busy_timeout = {WAIT_MS}")
        connection.close()
    if is_busy:
        raise NotWiped("a reader of the database keeps its write-ahead log")


def _vacuum(engine: Engine, since: datetime | None) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.scalar(text(_HELD_UP), {"settled": SETTLED}):
            raise NotWiped("a transaction of more than a minute still sees what was deleted")
        if connection.scalar(text(_OF_OTHERS)):  # of which PostgreSQL only warns
            raise NotWiped("the user in DATABASE_URL does not own the tables; let it own the database")
        connection.execute(text("SET statement_timeout = 0"))
        try:
            is_destroyed = since is None or _is_any(connection, cases.c.destroyed_at >= since)
            is_moved = _is_any(connection, cases.c.taken_out_at >= (since or datetime.min.replace(tzinfo=UTC)))
            for table in (*_SMALL, *[case_keys] * is_destroyed, *[case_states, entries] * is_moved):
                connection.execute(text(f"VACUUM (FULL) {table.name}"))
            for table in (cases, *CONTENT) if is_destroyed else ():
                connection.execute(text(f"VACUUM {table.name}"))
        finally:
            connection.execute(text(f"SET statement_timeout = {WAIT_MS}"))


def _is_any(connection: Connection, which: ColumnElement[bool]) -> bool:
    return connection.scalar(select(cases.c.id).where(which).limit(1)) is not None
