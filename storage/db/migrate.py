"""Migrates the database."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from storage.db.engine import one_at_a_time, without_time_limit

VERSION = "alembic_version"
NEWER = (
    "The database is of a newer version of Meldwijzer. Install that version again: an older one cannot read what the "
    "newer one stored."
)
FOREIGN = "The database belongs to another program. Give Meldwijzer a database of its own (DATABASE_URL)."

NO_UTF8 = (
    "The database at DATABASE_URL is not in UTF-8. Make it again: "
    "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, with the same owner."
)


class StrangeDatabase(Exception):
    """The database is not one that this program can migrate. The message says why, and what to do."""


def upgrade(engine: Engine) -> None:
    """Migrate to this version in one transaction. Waits for another process that does the same.

    Raises StrangeDatabase, and then changes nothing.
    """
    with engine.begin() as connection:
        without_time_limit(connection)
        one_at_a_time(connection)
        refuse_strange(connection)
        upgrade_to(connection, "head")


def refuse_strange(connection: Connection) -> None:
    """Raise StrangeDatabase if the database is of a newer version or another program, or cannot hold every name."""
    if connection.dialect.name == "postgresql" and connection.scalar(text("SHOW server_encoding")) != "UTF8":
        raise StrangeDatabase(NO_UTF8)
    tables = set(inspect(connection).get_table_names())
    if VERSION not in tables:
        if tables:
            raise StrangeDatabase(FOREIGN)
        return
    if unknown := [version for version in _versions(connection) if not knows(version)]:
        raise StrangeDatabase(NEWER if all(map(_is_ours, unknown)) else FOREIGN)


def _is_ours(version: str) -> bool:
    return version.isdecimal()


def upgrade_to(connection: Connection, version: str) -> None:
    """Migrate to this version, in the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def is_current(engine: Engine) -> bool:
    """Whether the database has the version that this program needs. Raises StrangeDatabase."""
    with engine.connect() as connection:
        refuse_strange(connection)
        heads = _versions(connection)
    return set(heads) == set(ScriptDirectory.from_config(_config()).get_heads())


def _versions(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def knows(version: str) -> bool:
    """Whether this program can migrate a database of this version; it cannot if the version is newer."""
    return version in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "storage:db/migrations")
    return config
