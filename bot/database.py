"""Opens the database for the program and for the commands about its data."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as DatabaseBusy

from bot.settings import ConfigError, Settings
from storage.crypto.keys import open_vault
from storage.crypto.vault import Vault, WrongKey
from storage.db.engine import make_engine
from storage.db.migrate import StrangeDatabase, is_current

OLD_TABLES = (
    "The database is new, or of an older version. Make a backup if it holds cases, and run `meldwijzer migrate`."
)
FULL = "The disk is full, or may not be written: {file} cannot be used. Make room, or let it be written."
READ_ONLY = "{file} cannot be used: it may not be written. Check its folder and its owner."
DAMAGED = "{file} is damaged, or is no database. If there is a backup, put it back with `meldwijzer restore`."
BUSY = "{file} is in use by another program for too long. Does another one run on this folder?"
AWAY = "The database at DATABASE_URL cannot be used ({error}). Check that it runs, and the address, name and password."
LOGIN = "The database at DATABASE_URL refuses the user or the password. Correct them in DATABASE_URL."
NO_DATABASE = "There is no such user or database as DATABASE_URL names. Make it, or correct the name."
NOT_OURS = "The user in DATABASE_URL may not use these tables. Let it own the database: ALTER DATABASE … OWNER TO …"
STANDBY = "The database at DATABASE_URL may only be read. Is it a standby? Name the primary server."
FULL_SERVER = "The disk of the database server is full. Make room on it."
NO_ROOM = "The database server has no connection left. Raise max_connections, or run fewer processes."
WRONG_KEY = "The master key cannot be used: {error}. Put back the key of this database; nothing is broken."
TWO = "Another Meldwijzer already runs on {file}. Stop one of the two; several processes need PostgreSQL."
POOLER = (
    "The pooler at DATABASE_URL changes servers between transactions (PgBouncer's pool_mode = transaction or "
    "statement), which loses what a connection has set. Use pool_mode = session, or the server itself."
)
MISSING = "There is no database at DATABASE_URL. Go to the school's folder; a new one is made by `meldwijzer migrate`."
OTHER_FILE = "{file} cannot be used: {reason}. Check its folder and its owner."
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
SQLSTATES = {
    "28": LOGIN,
    "3D": NO_DATABASE,
    "42501": NOT_OURS,
    "3F": NOT_OURS,
    "25006": STANDBY,
    "53100": FULL_SERVER,
    "53300": NO_ROOM,
}
"""What PostgreSQL's error codes mean, by how they begin."""
PRIMARY = 0xFF
"""The part of an error code of SQLite that says the kind."""


@contextmanager
def usable(database_url: str) -> Iterator[None]:
    """Raise ConfigError, which says what to do, when the database or its folder turns out to be unusable."""
    try:
        yield
    except DBAPIError as error:
        words = _words(error).format(file=_file_of(database_url), error=type(error).__name__)
        raise ConfigError(words) from error
    except StrangeDatabase as error:
        raise ConfigError(str(error)) from error
    except DatabaseBusy as error:
        raise ConfigError(BUSY.format(file="The database")) from error
    except OSError as error:
        file, reason = error.filename or "A file or an address", error.strerror or type(error).__name__
        raise ConfigError(OTHER_FILE.format(file=file, reason=reason)) from error


@contextmanager
def locked(file: Path, sentence: str) -> Iterator[None]:
    """Hold a lock on this file, which ends with the process. Raises ConfigError when another process has it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(file, "a", opener=_no_link) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(sentence) from error
        yield


def _no_link(file: str, flags: int) -> int:
    return os.open(file, flags | os.O_NOFOLLOW, 0o600)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep other programs from an embedded database while this one runs on it. Raises ConfigError."""
    if not settings.is_embedded:
        yield
        return
    with ExitStack() as stack:
        with usable(settings.database_url):
            make_engine(settings.database_url).dispose()  # raises when the URL or the folder is no good
            named = _file_of(settings.database_url)
            file = Path(named).resolve()  # a link to it is the same database
            stack.enter_context(locked(file.with_name(f"{file.name}.lock"), TWO.format(file=named)))
        yield


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Engine, Vault]]:
    """Open an existing database, without migrating it. Raises ConfigError when it cannot be used."""
    with usable(settings.database_url):
        engine = make_engine(settings.database_url) if _is_there(settings) else None
        if engine is None:
            raise ConfigError(MISSING)
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
        raise ConfigError(WRONG_KEY.format(error=error)) from error


def _words(error: DBAPIError) -> str:
    if code := getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY:
        return IN_WORDS.get(code, AWAY)
    state = getattr(error.orig, "sqlstate", None) or "08"
    if state.startswith("08"):  # while connecting the driver has the words alone
        return next((words for said, words in _SAID.items() if said in str(error.orig)), AWAY)
    return next((words for begin, words in SQLSTATES.items() if state.startswith(begin)), AWAY)


_SAID = {
    "authentication failed": LOGIN,
    "no password supplied": LOGIN,
    "does not exist": NO_DATABASE,
    "no such database": NO_DATABASE,
    "too many clients": NO_ROOM,
    "remaining connection slots": NO_ROOM,
    "query_wait_timeout": NO_ROOM,
    "pooling mode": POOLER,
}


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
