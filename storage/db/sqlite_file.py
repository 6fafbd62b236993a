"""A plain engine for an SQLite file other than the database, without the fair lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, NullPool, create_engine, event


@contextmanager
def file_engine(path: Path, *pragmas: str) -> Iterator[Engine]:
    """Open the file. Every connection gets these pragmas."""
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),  # any file name, also one with ? or #
        connect_args={"isolation_level": None},
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "connect", lambda raw, _: [raw.execute(f"PRAGMA {pragma}") for pragma in pragmas])
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        yield engine
    finally:
        engine.dispose()
