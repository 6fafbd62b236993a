"""A database or a folder that cannot be used."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from bot.database import alone
from bot.settings import Settings
from storage.db.engine import make_engine
from tests.bot_cli.wrong.house import GEHEIM, House
from tests.bot_cli.wrong.pgbouncer import pooled
from tests.bot_cli.wrong.situation import BOTH, Situation

NOBODY = 65534
MOST_BYTES = 20_480
"""A process that may write only so much of a file sees what a full disk shows."""
ALL = (*BOTH, "migrate")


def _in_sqlite(house: House, *statements: str) -> None:
    with closing(sqlite3.connect(house.database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def _damaged(house: House) -> None:
    house.database.write_bytes(b"no database at all" * 1000)


def _locked(house: House) -> None:
    connection = house.stack.enter_context(closing(sqlite3.connect(house.database, isolation_level=None)))
    connection.execute("BEGIN IMMEDIATE")


def _other_program(house: House) -> None:
    house.database.unlink()
    house.database.touch(0o600)
    _in_sqlite(house, "CREATE TABLE customers (name TEXT)")


def _folder_is_a_file(house: House) -> None:
    house.database.unlink()
    house.database.parent.rmdir()
    house.write("data", "")


def _read_only_disk(house: House) -> None:
    """The system's own folder cannot be written even by root."""
    house.database.unlink()
    house.database.parent.rmdir()
    house.database.parent.symlink_to("/sys/kernel")


def _full_disk(house: House) -> None:
    house.database.unlink()
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    house.stack.callback(resource.setrlimit, resource.RLIMIT_FSIZE, before)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, hard))


def _of_somebody_else(house: House) -> None:
    """The rest of the folder is ours."""
    _ours(house, house.folder, house.folder / "schools.yaml", house.folder / "master.key")
    house.stack.enter_context(_as_nobody())


def _key_of_somebody_else(house: House) -> None:
    _ours(house, house.folder, house.folder / "schools.yaml", *house.database.parent.rglob("*"), house.database.parent)
    house.stack.enter_context(_as_nobody())


def _ours(house: House, *files: Path) -> None:
    for file in files:
        os.chown(file, NOBODY, NOBODY)


@contextmanager
def _as_nobody() -> Iterator[None]:
    before = os.geteuid()
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def _runs_twice(house: House) -> None:
    house.stack.enter_context(alone(Settings(database_url=f"sqlite:///{house.database}")))


def _server(*statements: str) -> Callable[[House], None]:
    """A PostgreSQL database in which these statements were run."""

    def arrange(house: House) -> None:
        url = house.postgres()
        engine = make_engine(url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement.format(name=make_url(url).database)))
        engine.dispose()
        house.set(DATABASE_URL=url)

    return arrange


def _as_user(user: str, *statements: str) -> Callable[[House], None]:
    def arrange(house: House) -> None:
        _server(*statements)(house)
        house.set(DATABASE_URL=make_url(house.settings["DATABASE_URL"]).set(username=user).render_as_string())

    return arrange


def _no_utf8(house: House) -> None:
    """As a server makes it where no language is set."""
    url = make_url(house.postgres())
    name = f"{url.database}_ascii"
    server = make_engine(url.render_as_string(hide_password=False)).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"))
    server.dispose()
    house.set(DATABASE_URL=url.set(database=name).render_as_string(hide_password=False))


def _transaction_pooler(house: House) -> None:
    house.set(DATABASE_URL=house.stack.enter_context(pooled(house.postgres(), "transaction")))


_STRANGER = ("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
_NO_TABLES = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
_NEWER = "UPDATE alembic_version SET version_num = '9999'"

DATABASES = [
    Situation(
        "the folder of the database is a file",
        "data cannot be used: File exists. Check its folder and its owner.",
        _folder_is_a_file,
        ALL,
    ),
    Situation(
        "the disk is read-only",
        "data/meldwijzer.db cannot be used: Permission denied. Check its folder and its owner.",
        _read_only_disk,
        ALL,
    ),
    Situation(
        "the disk is full",
        "The disk is full, or may not be written: data/meldwijzer.db cannot be used. Make room, or let it be written.",
        _full_disk,
        ALL,
    ),
    Situation(
        "the database belongs to another user of the machine",
        "data/meldwijzer.db cannot be used: Permission denied. Check its folder and its owner.",
        _of_somebody_else,
        ALL,
    ),
    Situation(
        "the master key belongs to another user of the machine",
        "The master key file cannot be read (MELDWIJZER_MASTER_KEY_FILE, master.key): Permission denied.",
        _key_of_somebody_else,
    ),
    Situation(
        "the database is damaged",
        "data/meldwijzer.db is damaged, or is no database. If there is a backup, put it back with `meldwijzer restore`",
        _damaged,
        ALL,
    ),
    Situation(
        "another program holds the database",
        "data/meldwijzer.db is in use by another program for too long. Does another one run on this folder?",
        _locked,
        ALL,
    ),
    Situation(
        "two programs run in one folder",
        "Another Meldwijzer already runs on data/meldwijzer.db. Stop one of the two; several processes need PostgreSQL",
        _runs_twice,
        ("run", "web", "worker"),
    ),
    Situation(
        "the database is of a newer version",
        "The database is of a newer version of Meldwijzer. Install that version again",
        lambda h: _in_sqlite(h, _NEWER),
        (*ALL, "verify"),
    ),
    Situation(
        "the database is of another program",
        "The database belongs to another program. Give Meldwijzer a database of its own (DATABASE_URL).",
        _other_program,
        (*ALL, "verify"),
    ),
    Situation(
        "there is no database yet",
        "There is no database at DATABASE_URL. Go to the school's folder; a new one is made by `meldwijzer migrate`.",
        lambda h: h.database.unlink(),
        ("verify", "backup kopie", "keys rotate"),
    ),
    Situation(
        "PostgreSQL is away",
        "The database at DATABASE_URL cannot be used (OperationalError). Check that it runs, and the address, name and",
        lambda h: h.set(DATABASE_URL=f"postgresql://piet:{GEHEIM}@127.0.0.1:1/meldwijzer"),
        ALL,
    ),
    Situation(
        "PostgreSQL does not know the user",
        "There is no such user or database as DATABASE_URL names. Make it, or correct the name.",
        _as_user("piet"),
        ALL,
        needs_postgres=True,
    ),
    Situation(
        "the database on PostgreSQL was not made",
        "There is no such user or database as DATABASE_URL names. Make it, or correct the name.",
        lambda h: h.set(DATABASE_URL=make_url(h.postgres()).set(database="weg").render_as_string()),
        ALL,
        needs_postgres=True,
    ),
    Situation(
        "the user of PostgreSQL may not use the tables",
        "The user in DATABASE_URL may not use these tables. Let it own the database",
        _as_user("stranger", *_STRANGER),
        ALL,
        needs_postgres=True,
    ),
    Situation(
        "PostgreSQL may only be read: it is a standby",
        "The database at DATABASE_URL may only be read. Is it a standby? Name the primary server.",
        _server("ALTER DATABASE {name} SET default_transaction_read_only = on"),
        needs_postgres=True,
    ),
    Situation(
        "PostgreSQL is of an older version",
        "The database is new, or of an older version. Make a backup if it holds cases, and run `meldwijzer migrate`.",
        _server("UPDATE alembic_version SET version_num = '0015'"),
        (*BOTH, "verify"),
        needs_postgres=True,
    ),
    Situation(
        "PostgreSQL is of a newer version",
        "The database is of a newer version of Meldwijzer. Install that version again",
        _server(_NEWER),
        ALL,
        needs_postgres=True,
    ),
    Situation(
        "the database on PostgreSQL is of another program",
        "The database belongs to another program. Give Meldwijzer a database of its own (DATABASE_URL).",
        _server(*_NO_TABLES, "CREATE TABLE customers (name TEXT)"),
        ALL,
        needs_postgres=True,
    ),
    Situation(
        "the database on PostgreSQL is not in UTF-8",
        "The database at DATABASE_URL is not in UTF-8. Make it again: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE",
        _no_utf8,
        ALL,
        needs_postgres=True,
    ),
    Situation(
        "a pooler changes servers between transactions (PgBouncer's transaction mode)",
        "The pooler at DATABASE_URL changes servers between transactions",
        _transaction_pooler,
        needs_postgres=True,
    ),
]
