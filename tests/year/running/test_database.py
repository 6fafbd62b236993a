"""What happens to the database in a year."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from storage.db.engine import make_engine
from storage.db.migrate import is_current, upgrade
from storage.db.schema import metadata
from tests.databases import Postgres, migrated_sqlite
from tests.year.running.database import put_back, server_away, used_by_another


def test_a_database_that_was_put_back_is_migrated(database_url: str) -> None:
    """Another migration needs another line in UNDONE."""
    engine = make_engine(database_url)
    put_back(engine)
    assert not is_current(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert list(compare_metadata(MigrationContext.configure(connection), metadata)) == []
    engine.dispose()


def _is_usable(engine: Engine) -> bool:
    try:
        with engine.connect() as connection, connection.begin():
            return True
    except OperationalError:
        return False


def test_a_file_that_another_program_uses_is_free_afterwards(tmp_path: Path) -> None:
    engine = make_engine(migrated_sqlite(tmp_path / "one.db"))
    with used_by_another(str(tmp_path / "one.db")):
        assert not _is_usable(engine)
    assert _is_usable(engine)
    engine.dispose()


def test_a_server_that_went_away_comes_back(postgres: Postgres) -> None:
    name = postgres.create()
    engine = make_engine(postgres.url(name))
    with server_away(postgres.url(name)):
        assert not _is_usable(engine)
    assert _is_usable(engine)
    engine.dispose()
    postgres.drop(name)
