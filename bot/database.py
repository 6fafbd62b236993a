"""Opens the database for the program and for the commands about its data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from bot.settings import ConfigError, Settings
from storage.crypto.keys import open_vault
from storage.crypto.vault import Vault, WrongKey
from storage.db.engine import make_engine
from storage.db.migrate import is_current

OLD_TABLES = "The database is not of this version. Run `meldwijzer migrate`."


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Engine, Vault]]:
    """Open an existing database, without migrating it. Raises ConfigError when it cannot be used."""
    engine = make_engine(settings.database_url) if _is_there(settings) else None
    if engine is None:
        raise ConfigError("There is no database at DATABASE_URL.")
    try:
        if not is_current(engine):
            raise ConfigError(OLD_TABLES)
        yield engine, vault_of(engine, settings)
    finally:
        engine.dispose()


def vault_of(engine: Engine, settings: Settings) -> Vault:
    """Open the vault of this database. Raises ConfigError when the master key is missing or another one."""
    try:
        return open_vault(engine, settings.master_keys())
    except WrongKey as error:
        raise ConfigError(f"The master key cannot be used: {error}.") from error


def _is_there(settings: Settings) -> bool:
    # SQLite would create a missing file.
    if not settings.is_embedded:
        return True
    with suppress(ArgumentError):
        return Path(str(make_url(settings.database_url).database)).exists()
    return True  # the error is reported when it is opened
