"""A consistent, read-only view of the whole database, for long work. It blocks no writers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from storage.db.engine import without_time_limit
from storage.db.sqlite_file import file_engine


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Read the database as it is at this moment, without a time limit."""
    if engine.dialect.name == "sqlite":
        with read_only(Path(str(engine.url.database))) as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        without_time_limit(connection)
        yield connection


@contextmanager
def read_only(path: Path) -> Iterator[Connection]:
    """Read an SQLite file as it is at this moment. The program's own engine would take the write lock."""
    with file_engine(path) as engine, engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
        yield connection
