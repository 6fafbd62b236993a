"""Migrates the database."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from storage.db.engine import one_at_a_time, without_time_limit


def upgrade(engine: Engine) -> None:
    """Migrate to this version in one transaction. Waits for another process that does the same."""
    with engine.begin() as connection:
        without_time_limit(connection)
        one_at_a_time(connection)
        upgrade_to(connection, "head")


def upgrade_to(connection: Connection, version: str) -> None:
    """Migrate to this version, in the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def is_current(engine: Engine) -> bool:
    """Whether the database has the version that this program needs."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_config()).get_heads())


def knows(version: str) -> bool:
    """Whether this program can migrate a database of this version; it cannot if the version is newer."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:db/migrations")
    return config
