"""Restores a backup into an empty database of either kind. Cases destroyed since the backup stay destroyed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.sql.expression import table as named

from storage.crypto.keys import root_vault, vault_in
from storage.crypto.vault import KeyWrapper, Vault
from storage.db.engine import without_time_limit
from storage.db.migrate import upgrade
from storage.db.progress import UNSEEN, Progress
from storage.db.schema import case_keys, cases, entries, metadata, outbox
from storage.integrity.backup import ROWS_AT_ONCE
from storage.integrity.backup_file import (
    DATA_TABLES,
    KEY_TABLES,
    BackupLabel,
    BackupPart,
    BadBackup,
    check_proof,
    read_label,
    staged,
)
from storage.integrity.private_files import staging_folder
from storage.integrity.shape import strange_in_database
from storage.integrity.verify import Fault, faults
from storage.repositories.messages.outbox import SendState
from storage.repositories.name_index import index_outdated
from storage.session import Session


@dataclass(frozen=True)
class Restored:
    """What was restored. Any faults were in the data when they were saved: the files are proven unchanged."""

    made_at: datetime
    cases: int
    entries: int
    destroyed_since: int
    set_aside: int
    faults: list[Fault]


@dataclass(frozen=True)
class _OpenBackup:
    """An opened backup. `bare` has the rows of cases that were destroyed after the data were saved."""

    data: Connection
    keys: Connection
    vault: Vault
    bare: dict[UUID, dict[str, Any]]

    def of(self, table: Table) -> Connection:
        """The file in which this table is."""
        return self.keys if table in KEY_TABLES else self.data

    def rows(self, table: Table) -> Iterator[list[dict[str, Any]]]:
        """The rows to restore, in batches."""
        connection = self.of(table)
        query = select(table).order_by(*table.primary_key.columns)
        for rows in connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)).mappings().partitions():
            yield [dict(row) for row in rows if table is cases or row.get("case") not in self.bare]


def restore(
    engine: Engine, wrapper: KeyWrapper, data: Path, keys: Path, now: datetime, progress: Progress = UNSEEN
) -> Restored:
    """Restore the backup into an empty database. Raises BadBackup or WrongKey, and then leaves it empty."""
    try:
        return _restore(engine, wrapper, data, keys, now, progress)
    except OSError as error:
        raise BadBackup(f"{data.name} cannot be read or copied: {error.strerror or type(error).__name__}.") from error
    except (StatementError, sqlite3.Error) as error:
        raise BadBackup(
            f"{data.name} cannot be put back ({type(error).__name__}). Check that the database can be reached and that "
            "there is room on the disk; the temporary folder needs as much as the backup."
        ) from error


def _restore(
    engine: Engine, wrapper: KeyWrapper, data: Path, keys: Path, now: datetime, progress: Progress
) -> Restored:
    labels = {BackupPart.DATA: read_label(data, BackupPart.DATA), BackupPart.KEYS: read_label(keys, BackupPart.KEYS)}
    if labels[BackupPart.KEYS].made_at < labels[BackupPart.DATA].made_at:
        raise BadBackup(f"{keys.name} is older than {data.name}: keys are missing in it. Take a newer one.")
    _refuse_unless_empty(engine)
    upgrade(engine)
    with _opened(data, keys, labels, wrapper) as source, engine.begin() as connection:
        without_time_limit(connection)
        _refuse_strange(connection)
        _fill(connection, source, progress)
        index_outdated(Session(connection, source.vault, now), lambda _: None)  # `faults` reports what does not open
        aside = _set_aside(connection, now)
        return Restored(
            labels[BackupPart.DATA].made_at,
            _count(connection, cases),
            _count(connection, entries),
            len(source.bare),
            aside,
            list(faults(connection, source.vault, progress)),
        )


@contextmanager
def _opened(
    data: Path, keys: Path, labels: Mapping[BackupPart, BackupLabel], wrapper: KeyWrapper
) -> Iterator[_OpenBackup]:
    with (
        staging_folder() as folder,
        staged(data, folder / BackupPart.DATA, labels[BackupPart.DATA]) as of_data,
        staged(keys, folder / BackupPart.KEYS, labels[BackupPart.KEYS]) as of_keys,
    ):
        _check_proofs(of_keys, wrapper, {data: labels[BackupPart.DATA], keys: labels[BackupPart.KEYS]})
        upgrade(of_data)
        upgrade(of_keys)
        with of_data.connect() as data_view, of_keys.connect() as keys_view:
            yield _OpenBackup(data_view, keys_view, vault_in(keys_view, wrapper), _bare_since(data_view, keys_view))


def _check_proofs(keys: Engine, wrapper: KeyWrapper, labels: Mapping[Path, BackupLabel]) -> None:
    """Before anything in the files is run: a migration of a forged one would do what its maker wants."""
    with keys.connect() as connection:
        vault = root_vault(connection, wrapper)
    for path, label in labels.items():
        check_proof(path, label, vault)


def _bare_since(data: Connection, keys: Connection) -> dict[UUID, dict[str, Any]]:
    """The rows of cases that were destroyed after these data were saved."""
    alive = set(data.scalars(select(cases.c.id).where(cases.c.tombstone.is_(None))))
    return {row["id"]: dict(row) for row in keys.execute(select(cases)).mappings() if row["id"] in alive}


def _refuse_unless_empty(engine: Engine) -> None:
    """Check all tables, which may be of another version or another program."""
    with engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            if (
                name != "alembic_version"
                and connection.execute(select(text("1")).select_from(named(name)).limit(1)).first()
            ):
                raise BadBackup("The database is not empty. Restore into a new one: nothing is ever overwritten.")


def _refuse_strange(connection: Connection) -> None:
    """A trigger in the database would change what is put in."""
    if strange := list(strange_in_database(connection)):
        raise BadBackup(f"The database has tables or triggers that Meldwijzer did not make: {', '.join(strange)}.")


def _fill(connection: Connection, source: _OpenBackup, progress: Progress) -> None:
    tables = [table for table in metadata.sorted_tables if table in DATA_TABLES or table in KEY_TABLES]
    progress.expect(sum(_count(source.of(table), table) for table in tables))
    for table in tables:
        expected = 0
        for rows in source.rows(table):
            expected += _insert(connection, table, _wanted(table, rows, source))
            progress.advance(len(rows))
        if _count(connection, table) != expected:
            raise BadBackup(f"Not every row of {table.name} could be put back.")
        _count_on(connection, table)
    _restore_links(connection, source)


def _wanted(table: Table, rows: list[dict[str, Any]], source: _OpenBackup) -> list[dict[str, Any]]:
    if table is case_keys:
        known = set(source.data.scalars(select(cases.c.id).where(cases.c.id.in_([row["case"] for row in rows]))))
        return [row for row in rows if row["case"] in known]  # the keys file may be newer than the data
    return [_row_of_case(row, source) for row in rows] if table is cases else rows


def _row_of_case(row: dict[str, Any], source: _OpenBackup) -> dict[str, Any]:
    return (source.bare.get(row["id"]) or row) | {"joined_to": None}


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> int:
    if rows:
        connection.execute(insert(table), rows)
    return len(rows)


def _restore_links(connection: Connection, source: _OpenBackup) -> None:
    """Restore joined cases last, because a case may come before the one that it was joined to."""
    for row in source.data.execute(select(cases.c.id, cases.c.joined_to).where(cases.c.joined_to.is_not(None))):
        connection.execute(update(cases).where(cases.c.id == row.id).values(joined_to=row.joined_to))


def _count_on(connection: Connection, table: Table) -> None:
    """Continue row numbers after the highest; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is not None and connection.dialect.name == "postgresql":
        highest = connection.scalar(select(func.max(column)))
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, (highest or 0) + 1, False)))


def _set_aside(connection: Connection, now: datetime) -> int:
    """Set aside unsent messages that were due, as they were probably sent since. Later ones were not."""
    on_its_way = outbox.c.state.in_([SendState.PENDING.value, SendState.CLAIMED.value])
    query = update(outbox).where(on_its_way, outbox.c.due_at <= now).values(state=SendState.RESTORED.value)
    return len(connection.execute(query.returning(outbox.c.id)).all())


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
