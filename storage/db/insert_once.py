"""Inserts rows unless they exist, atomically, in the same way on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any], unique: Iterable[Column[Any]]) -> bool:
    """Insert the row unless one with the same unique columns exists. Returns whether it was inserted."""
    # RETURNING tells it; the row count is not reliable on every driver.
    statement = _insert_returning(connection.dialect.name, table, tuple(unique))
    return connection.execute(statement, values).first() is not None


def insert_all_once(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], unique: Iterable[Column[Any]]
) -> None:
    """Insert all rows in one statement, except those whose unique columns exist."""
    if rows:
        connection.execute(_insert(connection.dialect.name, table, tuple(unique)), rows)


def insert_or_replace(
    connection: Connection, table: Table, values: Mapping[str, Any], unique: Iterable[Column[Any]]
) -> None:
    """Insert the row, or give the one with the same unique columns these values."""
    connection.execute(_upsert(connection.dialect.name, table, tuple(unique)), values)


@cache
def _upsert(dialect: str, table: Table, unique: tuple[Column[Any], ...]) -> postgresql.Insert | sqlite.Insert:
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    changed = {column.name: column for column in statement.excluded if column.name not in {one.name for one in unique}}
    return statement.on_conflict_do_update(index_elements=unique, set_=changed)


@cache
def _insert(dialect: str, table: Table, unique: tuple[Column[Any], ...]) -> postgresql.Insert | sqlite.Insert:
    """The statement, built once: building it takes longer than running it."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=unique)
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=unique)


@cache
def _insert_returning(dialect: str, table: Table, unique: tuple[Column[Any], ...]) -> Executable:
    return _insert(dialect, table, unique).returning(*unique)
