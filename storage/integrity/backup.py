"""Makes a backup while the program runs: a consistent view of all tables, in two files, checked after writing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, func, insert, select
from sqlalchemy.exc import StatementError

from storage.crypto.vault import Vault
from storage.db.progress import UNSEEN, Progress
from storage.db.schema import cases, entries
from storage.db.snapshot import read_only, snapshot
from storage.integrity.backup_file import (
    BackupPart,
    BadBackup,
    check_proof,
    count_rows,
    keys_file,
    new_file,
    read_label,
    tables_of,
    write_label,
)
from storage.integrity.private_files import CannotWrite, put_in_place, refuse_to_overwrite, staging_folder
from storage.integrity.verify import Fault, chain_faults, expect_cases, key_faults, plan_faults, schema_faults

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class BackedUp:
    """What was written, and the faults of the database, which are in its backup too."""

    cases: int
    entries: int
    faults: list[Fault]


def back_up(engine: Engine, vault: Vault, data: Path, now: datetime, progress: Progress = UNSEEN) -> BackedUp:
    """Write the data to this file and the keys to a file beside it. Raises BadBackup, and then leaves neither."""
    wanted = {BackupPart.KEYS: keys_file(data), BackupPart.DATA: data}
    with _in_plain_words(data):
        for path in (data, keys_file(data)):
            refuse_to_overwrite(path)
        with staging_folder(data) as folder:
            parts = {kind: folder / kind for kind in wanted}
            made = _write_parts(engine, vault, parts, now, progress)
            _put_in_place(parts, wanted)
    return made


@contextmanager
def _in_plain_words(data: Path) -> Iterator[None]:
    try:
        yield
    except CannotWrite as error:
        raise BadBackup(str(error)) from error
    except OSError as error:
        raise BadBackup(f"{data.name} cannot be written: {error.strerror or type(error).__name__}.") from error
    except (StatementError, sqlite3.Error, TypeError, ValueError) as error:
        raise BadBackup(
            f"The database cannot be copied ({type(error).__name__}). Check that there is room on the disk, see what "
            "`meldwijzer verify` says, and save the database by its own means."
        ) from error


def _write_parts(
    engine: Engine, vault: Vault, parts: dict[BackupPart, Path], now: datetime, progress: Progress
) -> BackedUp:
    with snapshot(engine) as view:
        progress.expect(sum(_rows(view, table, kind) for kind in parts for table in tables_of(kind)))
        expect_cases(view, progress, times=2)
        counts = {kind: _write(view, vault, part, kind, now, progress) for kind, part in parts.items()}
        found = [*key_faults(view, vault, progress), *schema_faults(view), *plan_faults(view)]
    for kind, part in parts.items():
        _check(part, kind, vault, counts[kind])
    with read_only(parts[BackupPart.DATA]) as written:
        found = [*chain_faults(written, vault, progress), *found]
    return BackedUp(counts[BackupPart.DATA][cases.name], counts[BackupPart.DATA][entries.name], found)


def _put_in_place(parts: dict[BackupPart, Path], wanted: dict[BackupPart, Path]) -> None:
    placed: list[Path] = []
    try:
        for kind, path in wanted.items():
            put_in_place(parts[kind], path)
            placed.append(path)
    except BaseException:
        for path in placed:
            path.unlink()
        raise


def _write(
    view: Connection, vault: Vault, path: Path, kind: BackupPart, now: datetime, progress: Progress
) -> dict[str, int]:
    with new_file(path) as engine, engine.begin() as file:
        counts = {table.name: _copy(view, file, table, kind, progress) for table in tables_of(kind)}
    write_label(path, kind, now, vault)
    return counts


def _copy(view: Connection, file: Connection, table: Table, kind: BackupPart, progress: Progress) -> int:
    count = 0
    for rows in view.execute(_query(table, kind).execution_options(yield_per=ROWS_AT_ONCE)).mappings().partitions():
        file.execute(insert(table), [_kept(table, dict(row)) for row in rows])
        count += len(rows)
        progress.advance(len(rows))
    return count


def _rows(view: Connection, table: Table, kind: BackupPart) -> int:
    return view.scalar(select(func.count()).select_from(_query(table, kind).order_by(None).subquery())) or 0


def _query(table: Table, kind: BackupPart) -> Select[Any]:
    query = select(table).order_by(*table.primary_key.columns)
    # The keys file has the proofs of destroyed cases too, so that older data can be told from tampered data.
    return query.where(cases.c.tombstone.is_not(None)) if kind is BackupPart.KEYS and table is cases else query


def _kept(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    # The index of names is left out: see LEFT_OUT. A restore makes it again.
    return row | {"indexed": 0} if table is cases else row


def _check(path: Path, kind: BackupPart, vault: Vault, counts: dict[str, int]) -> None:
    check_proof(path, read_label(path, kind), vault)
    for table in tables_of(kind):
        if count_rows(path, table) != counts[table.name]:
            raise BadBackup(f"{path.name} could not be written as a whole.")
