"""The two files of a backup: data and keys, apart from each other (promise 8).

Each is an SQLite database with the program's own tables, so that an older one can be migrated. Its table `backup` holds
a label, a digest of the whole schema and all rows, and a proof that nobody without the keys can make.
"""

from __future__ import annotations

import hmac
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
from storage.db.schema import (
    alarm_alerts,
    alarm_answers,
    alarms,
    case_states,
    cases,
    draft_keys,
    drafts,
    metadata,
    name_keys,
)
from storage.db.sqlite_file import file_engine
from storage.integrity.private_files import create_private
from storage.integrity.shape import strange_in_file

ROWS_ALONE, FORMAT = 1, 2
"""What the digest covers. In the first format it is the rows alone."""
_NEW_FILE = ("journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = OFF", "secure_delete = ON")

LEFT_OUT = (drafts, draft_keys, alarms, alarm_alerts, alarm_answers, name_keys, case_states)
"""Drafts and their keys, which nobody may have for longer than a day; alarms, which are over when one restores; the
index of names: with the root secret, a name could be guessed from it after the case's key is gone; and the states kept
of long cases, which are kept again from the next entry on."""
KEY_TABLES = tuple(
    table
    for table in metadata.sorted_tables
    if table not in LEFT_OUT and any(column.info["class"] == "key" for column in table.columns)
)
DATA_TABLES = tuple(table for table in metadata.sorted_tables if table not in (*KEY_TABLES, *LEFT_OUT))
"""All other tables."""


class BackupPart(StrEnum):
    """Which of the two files of a backup."""

    DATA = "data"
    KEYS = "keys"


class BadBackup(Exception):
    """The backup cannot be made or used. The message tells an administrator why."""


@dataclass(frozen=True)
class BackupLabel:
    """The label of a backup file."""

    kind: BackupPart
    made_at: datetime
    digest: bytes
    proof: bytes
    form: int = FORMAT

    @property
    def proven(self) -> bytes:
        """The content that the proof covers."""
        heading = "backup" if self.form == ROWS_ALONE else f"backup {self.form}"
        return f"{heading}\0{self.kind}\0{self.made_at.isoformat()}\0".encode() + self.digest


def keys_file(data: Path) -> Path:
    """Where the keys of this backup were written."""
    return data.with_name(f"{data.name}.keys")


def tables_of(kind: BackupPart) -> tuple[Table, ...]:
    """The tables that this file has rows of. The keys file has the rows of destroyed cases too."""
    return DATA_TABLES if kind is BackupPart.DATA else (*KEY_TABLES, cases)


@contextmanager
def new_file(path: Path) -> Iterator[Engine]:
    """Create the file with empty tables, readable by its owner only."""
    create_private(path)
    with file_engine(path, *_NEW_FILE) as engine:
        upgrade(engine)
        yield engine


def write_label(path: Path, kind: BackupPart, made_at: datetime, vault: Vault, form: int = FORMAT) -> None:
    """Write the label, after everything else."""
    unproven = BackupLabel(kind, made_at, digest_of(path, form), b"", form)
    row = (form, kind.value, made_at.isoformat(), unproven.digest, vault.file_proof(unproven.proven))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE backup (format INTEGER, kind TEXT, made_at TEXT, digest BLOB, proof BLOB)")
        file.execute("INSERT INTO backup VALUES (?, ?, ?, ?, ?)", row)


def read_label(path: Path, kind: BackupPart) -> BackupLabel:
    """Read the label, and check the digest, tables and columns. Raises BadBackup."""
    if not path.is_file():
        raise BadBackup(f"There is no file {path.name}. Name it, and its keys with --keys.")
    try:
        label, version = _read_label(path), _version_of(path)
        if label.kind is not kind:
            raise BadBackup(f"{path.name} is not the file with the {kind} of a backup.")
        if not knows(version):
            raise BadBackup(f"{path.name} was made by a newer version of Meldwijzer. Install that one first.")
        if not hmac.compare_digest(digest_of(path, label.form), label.digest):
            raise BadBackup(f"{path.name} is damaged: it does not hold what was written into it. Take another backup.")
        if strange := _strange(path, version):
            raise BadBackup(f"{path.name} has tables or triggers that Meldwijzer did not make: {', '.join(strange)}.")
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise BadBackup(
            f"{path.name} is no whole file of a backup ({type(error).__name__}). Take another backup."
        ) from error
    return label


def check_proof(path: Path, label: BackupLabel, vault: Vault) -> None:
    """Raise BadBackup unless an installation with these keys made the file, and nobody changed it since."""
    if not hmac.compare_digest(vault.file_proof(label.proven), label.proof):
        raise BadBackup(f"{path.name} was changed after it was made, or belongs to another installation.")


def _strange(path: Path, version: str) -> list[str]:
    with closing(_opened(path)) as file:
        return strange_in_file(file, version, "backup")


def digest_of(path: Path, form: int = FORMAT) -> bytes:
    """A digest of the schema and every row as SQLite stores them, so that later versions compute the same."""
    digest = sha256()
    with closing(_opened(path)) as file:
        if form != ROWS_ALONE:
            schema = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'backup' ORDER BY type, name"
            digest.update(repr(file.execute(schema).fetchall()).encode())
        names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for [name] in names:
            if name != "backup" and not name.startswith("sqlite_"):
                digest.update(repr(name).encode())
                for row in file.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):  # noqa: S608 - a table's name
                    digest.update(repr(row).encode())
    return digest.digest()


def count_rows(path: Path, table: Table) -> int:
    """The number of rows of this table in the file."""
    with closing(_opened(path)) as file:
        [count] = file.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - a table's name
        return int(count)


@contextmanager
def staged(source: Path, copy: Path, label: BackupLabel) -> Iterator[Engine]:
    """Open a copy of the file. Raises BadBackup when it is not what was labelled."""
    create_private(copy)
    shutil.copyfile(source, copy)
    if digest_of(copy, label.form) != label.digest:
        raise BadBackup(f"{source.name} was changed while it was read.")
    with file_engine(copy, *_NEW_FILE) as engine:
        yield engine


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _read_label(path: Path) -> BackupLabel:
    with closing(_opened(path)) as file:
        [(form, kind, made_at, digest, proof)] = file.execute("SELECT * FROM backup").fetchall()
    if form not in (ROWS_ALONE, FORMAT):
        raise BadBackup(f"{path.name} was made by another version of Meldwijzer, of another form.")
    return BackupLabel(BackupPart(kind), datetime.fromisoformat(made_at), digest, proof, form)


def _version_of(path: Path) -> str:
    with closing(_opened(path)) as file:
        [version] = file.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(version)
