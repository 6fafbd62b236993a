"""Connects to SQLite or PostgreSQL, set up so that commits are durable and no update is lost."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, RootTransaction, Select, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, TimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.db.fair_lock import FairLock

WAIT_MS = 1500
CONNECT_SECONDS = 2
TCP_LIMITS = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A server that vanishes without a word is noticed within a minute, and within 15 s when something was sent to it."""
FORM = "Write DATABASE_URL as sqlite:///path or postgresql://user:password@host/name."
PRAGMAS = (
    f"busy_timeout = {WAIT_MS}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
)
_LIMITS = "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"
_STARTUP_LOCK = 0x6D656C64


class BadDatabaseUrl(ValueError):
    """The database URL cannot be used. The message never quotes it."""


def make_engine(database_url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`. Raises BadDatabaseUrl."""
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise BadDatabaseUrl(f"the database URL cannot be read. {FORM}") from None
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return _sqlite(url, Path(str(url.database)))
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return _postgresql(url)
    raise BadDatabaseUrl(f"the database URL is of another kind. {FORM}")


def begin(engine: Engine, first: Select[Any]) -> tuple[RootTransaction, Any]:
    """Begin a transaction, and return it with the value that its first statement reads.

    A connection that proves dead then is replaced once: after a restart of the server all connections of the pool are.
    Nothing was done on it yet. That saves asking before each transaction whether the connection is alive.
    """
    try:
        return _begin(engine, first)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return _begin(engine, first)


def _begin(engine: Engine, first: Select[Any]) -> tuple[RootTransaction, Any]:
    connection = engine.connect()
    try:
        if engine.dialect.name == "postgresql":
            return _begin_with(connection, first)
        return connection.begin(), connection.scalar(first)
    except BaseException:
        connection.close()
        raise


def _begin_with(connection: Connection, first: Select[Any]) -> tuple[RootTransaction, Any]:
    """Begin and read in one journey: the driver sends no BEGIN, and the server takes in what stands before ours."""
    transaction = connection.execution_options(isolation_level="AUTOCOMMIT").begin()
    return transaction, connection.exec_driver_sql(_then_begin(first, connection.dialect)).scalar()


@cache
def _then_begin(first: Select[Any], dialect: Dialect) -> str:
    return f"{first.compile(dialect=dialect, compile_kwargs={'literal_binds': True})}; BEGIN"


def one_at_a_time(connection: Connection) -> None:
    """Take the start-up lock, so that one process at a time migrates; SQLite serialises transactions anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _STARTUP_LOCK})


def without_time_limit(connection: Connection) -> None:
    """Lift the time limits for this transaction, for instance for a migration."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))


def _sqlite(url: URL, path: Path) -> Engine:
    _create_private(path)
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        # None: the driver begins no transactions of its own; they would begin too late to protect what was read.
        connect_args={"isolation_level": None, "timeout": WAIT_MS / 1000},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    _serialise(engine)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _serialise(engine: Engine) -> None:
    """Run one transaction at a time, first come, first served. SQLite's own busy waiting lets some starve."""
    lock = FairLock()

    def enter(connection: Connection) -> None:
        if not lock.acquire(WAIT_MS / 1000):
            raise TimeoutError("the database was busy for too long")
        connection.info[lock] = True

    def leave(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        if record.info.pop(lock, False):
            lock.release()

    event.listen(engine, "begin", enter)
    event.listen(engine, "checkin", leave)


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _set_pragmas(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            **{name: value for name, value in TCP_LIMITS.items() if name not in url.query},
            "connect_timeout": CONNECT_SECONDS,
            "client_encoding": "utf8",  # whatever the server has: see `migrate.refuse_strange`
        },
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_limits)
    return engine


def _set_limits(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """By a statement: a pooler refuses them among the parameters with which a connection starts."""
    cursor = connection.cursor()
    cursor.execute(_LIMITS, [str(WAIT_MS)] * 2)
    cursor.close()
    connection.commit()
