"""Opens the database for the program and for the commands about its data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as DatabaseBusy

from bot.settings import ConfigError, Settings
from storage.crypto.keys import open_vault
from storage.crypto.vault import Vault, WrongKey
from storage.db.engine import make_engine
from storage.db.migrate import is_current

OLD_TABLES = "The database is not of this version. Run `meldwijzer migrate`."
FULL = "The disk is full, or may not be written: {file} cannot be used."
READ_ONLY = "{file} cannot be used: it may not be written. Check its folder and its owner."
DAMAGED = "{file} is damaged, or is no database. If there is a backup, put it back with `meldwijzer restore`."
BUSY = "{file} is in use by another program for too long. Does another one run on this folder?"
AWAY = "The database at DATABASE_URL cannot be used ({error}). Check that it runs, and the address, name and password."
OTHER_FILE = "{file} cannot be used: {reason}."
IN_WORDS = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
}
PRIMARY = 0xFF
"""The part of an error code of SQLite that says the kind."""


@contextmanager
def usable(database_url: str) -> Iterator[None]:
    """Raise ConfigError, which says what to do, when the database or its folder turns out to be unusable."""
    try:
        yield
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY
        words = IN_WORDS.get(code, AWAY)
        raise ConfigError(words.format(file=_file_of(database_url), error=type(error).__name__)) from error
    except DatabaseBusy as error:
        raise ConfigError(BUSY.format(file="The database")) from error
    except OSError as error:
        file, reason = error.filename or "A file or an address", error.strerror or type(error).__name__
        raise ConfigError(OTHER_FILE.format(file=file, reason=reason)) from error


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Engine, Vault]]:
    """Open an existing database, without migrating it. Raises ConfigError when it cannot be used."""
    with usable(settings.database_url):
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


def _file_of(database_url: str) -> str:
    with suppress(ArgumentError):
        url = make_url(database_url)
        return str(url.database) if url.get_backend_name() == "sqlite" else "The database"
    return "The database"


def _is_there(settings: Settings) -> bool:
    # SQLite would create a missing file.
    if not settings.is_embedded:
        return True
    with suppress(ArgumentError):
        return Path(str(make_url(settings.database_url).database)).exists()
    return True  # the error is reported when it is opened
