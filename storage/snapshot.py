"""One consistent view of the whole database, for work that takes long: it holds up nobody who writes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from storage.engine import without_time_limit


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Read the database as it is at this moment, however long it takes; nothing can be written through it."""
    if engine.dialect.name == "sqlite":
        with _of_file(Path(str(engine.url.database))) as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        without_time_limit(connection)
        yield connection


@contextmanager
def _of_file(path: Path) -> Iterator[Connection]:
    # The program's own engine would take the write lock, for which everybody else stands in line.
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"isolation_level": None}, poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with engine.connect() as connection:
            connection.execute(text("PRAGMA query_only = ON"))
            yield connection
    finally:
        engine.dispose()
