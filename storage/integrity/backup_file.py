"""The two files of a backup: the data, and the keys apart (promise 8).

Each is an SQLite database with the program's own tables, so that an older one can be migrated, and a table `backup`:
what it is, with a digest of every row, and a proof that only whoever has the keys can make.
"""

from __future__ import annotations

import hmac
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, Table

from storage.crypto.vault import Vault
from storage.db.migrate import knows, upgrade
from storage.db.schema import cases, draft_keys, drafts, metadata
from storage.db.sqlite_file import file_engine

FORMAT = 1
_CHUNK = 1 << 20
_NEW_FILE = ("journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = OFF", "secure_delete = ON")

LEFT_OUT = (drafts, draft_keys)
"""Drafts and their keys: a day from now nobody may have them any more."""
KEY_TABLES = tuple(
    table
    for table in metadata.sorted_tables
    if table not in LEFT_OUT and any(column.info["class"] == "key" for column in table.columns)
)
DATA_TABLES = tuple(table for table in metadata.sorted_tables if table not in (*KEY_TABLES, *LEFT_OUT))
"""All but the keys and what is left out."""


class BackupPart(StrEnum):
    """What a file of a backup holds."""

    DATA = "data"
    KEYS = "keys"


class BadBackup(Exception):
    """The backup cannot be made or used; the message says in plain words why."""


@dataclass(frozen=True)
class Label:
    """What a file says of itself."""

    kind: BackupPart
    made_at: datetime
    digest: bytes
    proof: bytes

    @property
    def proven(self) -> bytes:
        """What the proof is made over."""
        return f"backup\0{self.kind}\0{self.made_at.isoformat()}\0".encode() + self.digest


def keys_file(data: Path) -> Path:
    """Return where the keys of this backup are kept, unless somebody moved them."""
    return data.with_name(f"{data.name}.keys")


def tables_of(kind: BackupPart) -> tuple[Table, ...]:
    """Return the tables with rows in such a file; of destroyed cases the bare fact is with the keys too."""
    return DATA_TABLES if kind is BackupPart.DATA else (*KEY_TABLES, cases)


@contextmanager
def new_file(path: Path) -> Iterator[Engine]:
    """Make the file, readable to its owner alone, with empty tables."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with file_engine(path, *_NEW_FILE) as engine:
        upgrade(engine)
        yield engine


def write_label(path: Path, kind: BackupPart, made_at: datetime, vault: Vault) -> None:
    """Say in the file what it is; the last that is written."""
    unproven = Label(kind, made_at, digest_of(path), b"")
    row = (FORMAT, kind.value, made_at.isoformat(), unproven.digest, vault.file_proof(unproven.proven))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE backup (format INTEGER, kind TEXT, made_at TEXT, digest BLOB, proof BLOB)")
        file.execute("INSERT INTO backup VALUES (?, ?, ?, ?, ?)", row)


def read_label(path: Path, kind: BackupPart) -> Label:
    """Return what the file says of itself, checked against what it holds. Raises BadBackup."""
    if not path.is_file():
        raise BadBackup(f"There is no file {path.name}.")
    try:
        label, version = _read_label(path), _version_of(path)
        if label.kind is not kind:
            raise BadBackup(f"{path.name} is not the file with the {kind} of a backup.")
        if not knows(version):
            raise BadBackup(f"{path.name} was made by a newer version of Meldwijzer. Install that one first.")
        if not hmac.compare_digest(digest_of(path), label.digest):
            raise BadBackup(f"{path.name} is damaged: it does not hold what was written into it.")
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise BadBackup(f"{path.name} is no whole file of a backup ({type(error).__name__}).") from error
    return label


def check_proof(path: Path, label: Label, vault: Vault) -> None:
    """Raise BadBackup unless the file was made by an installation with these keys, and not changed since."""
    if not hmac.compare_digest(vault.file_proof(label.proven), label.proof):
        raise BadBackup(f"{path.name} was changed after it was made, or belongs to another installation.")


def digest_of(path: Path) -> bytes:
    """Return a digest of every row in the file, as SQLite keeps it: the same for every later version of the program."""
    digest = sha256()
    with closing(_opened(path)) as file:
        names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for [name] in names:
            if name != "backup" and not name.startswith("sqlite_"):
                digest.update(repr(name).encode())
                for row in file.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):  # noqa: S608 - a table's name
                    digest.update(repr(row).encode())
    return digest.digest()


def count_rows(path: Path, table: Table) -> int:
    """Return how many rows of this table the file holds."""
    with closing(_opened(path)) as file:
        [count] = file.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - a table's name
        return int(count)


@contextmanager
def staged(source: Path, folder: Path) -> Iterator[Engine]:
    """Open a copy of the file, brought to this version; it is wiped afterwards, for it may hold keys."""
    copy = folder / source.name
    copy.touch(mode=0o600)
    shutil.copyfile(source, copy)
    with file_engine(copy, *_NEW_FILE) as engine:
        upgrade(engine)
        try:
            yield engine
        finally:
            _wipe(copy)


def _wipe(path: Path) -> None:
    left = path.stat().st_size
    with path.open("r+b") as file:
        while left > 0:
            left -= file.write(bytes(min(left, _CHUNK)))
        os.fsync(file.fileno())


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _read_label(path: Path) -> Label:
    with closing(_opened(path)) as file:
        [(form, kind, made_at, digest, proof)] = file.execute("SELECT * FROM backup").fetchall()
    if form != FORMAT:
        raise BadBackup(f"{path.name} was made by another version of Meldwijzer, of another form.")
    return Label(BackupPart(kind), datetime.fromisoformat(made_at), digest, proof)


def _version_of(path: Path) -> str:
    with closing(_opened(path)) as file:
        [version] = file.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(version)
