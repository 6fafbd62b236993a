"""Brings the database's tables up to date."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from storage.db.engine import one_at_a_time, without_time_limit


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date, in one transaction; another process doing the same is waited for."""
    config = _config()
    with engine.begin() as connection:
        without_time_limit(connection)
        one_at_a_time(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Tell whether the tables are those that this program needs."""
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_config()).get_heads())


def knows(version: str) -> bool:
    """Tell whether tables of this version can be brought up to date: newer ones cannot."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:db/migrations")
    return config
