"""What happens to the database beside the program: others lock it, its server goes away, an older version left it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, create_engine, event, make_url, select, text

from storage.db.engine import make_engine
from storage.db.migrate import VERSION, upgrade
from storage.db.schema import outbox
from storage.repositories.messages.outbox import SendState

OLDER = "0037"
UNDONE = (
    "ALTER TABLE cases DROP COLUMN taken_out_at",
    "ALTER TABLE identities DROP COLUMN locale_at",
    "ALTER TABLE plans DROP COLUMN chosen",
    "UPDATE plans SET digest = ''",
    f"UPDATE {VERSION} SET version_num = '{OLDER}'",
)
"""Undoes what the migrations after OLDER did. Digests were computed in another way by each program until then."""
_UNKNOWN = count()
IN_HAND = (
    select(outbox.c.id)
    .where(outbox.c.state == SendState.CLAIMED.value, outbox.c.claimed_until > bindparam("now"))
    .limit(1)
)


def migrate(database_url: str) -> None:
    """Make the tables of this version in an empty database."""
    engine = make_engine(database_url)
    upgrade(engine)
    engine.dispose()


def is_sending(engine: Engine, now: datetime) -> bool:
    """Whether the program has a message in hand, which it sends as soon as Slack lets it."""
    with engine.connect() as connection:
        return connection.scalar(IN_HAND, {"now": now}) is not None


def put_back(engine: Engine) -> None:
    """Leave the database as a program of version OLDER would have left it, with everything that is stored in it."""
    with engine.begin() as connection:
        for statement in UNDONE:
            connection.execute(text(statement))


@contextmanager
def used_by_another(file: str) -> Iterator[None]:
    """Another program, such as one that makes backups, keeps the file of the database locked."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def server_away(database_url: str) -> Iterator[None]:
    """All connections end, as at a restart of the server, and it accepts no other ones."""
    url = make_url(database_url)
    server = create_engine(url.set(drivername="postgresql+psycopg", database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        ends = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(ends, {"name": url.database})
        try:
            yield
        finally:
            connection.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    server.dispose()


@contextmanager
def before_commits(happens: Callable[[], None], table: str = "") -> Iterator[None]:
    """Let this happen before each commit that changes something, or adds to this table, in whichever process."""

    def begins(connection: Connection) -> None:
        connection.info.update(changes=_changes(connection), adds=not table)

    def writes(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(f"INSERT INTO {table} "):
            connection.info["adds"] = True

    def commits(connection: Connection) -> None:
        if connection.info.get("adds") and connection.info["changes"] != _changes(connection):
            happens()

    heard: dict[str, Callable[..., Any]] = {"begin": begins, "after_cursor_execute": writes, "commit": commits}
    for what, listener in heard.items():
        event.listen(Engine, what, listener)
    try:
        yield
    finally:
        for what, listener in heard.items():
            event.remove(Engine, what, listener)


def _changes(connection: Connection) -> int:
    """How many rows this connection has changed; PostgreSQL does not say, so there each commit counts."""
    driver = connection.connection.dbapi_connection
    return int(getattr(driver, "total_changes", next(_UNKNOWN)))
