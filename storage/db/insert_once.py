"""Inserting a row once, told by the database itself whether it was there: the same on both databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any], unique: Iterable[Column[Any]]) -> bool:
    """Insert the row unless one with the same unique columns exists; tell whether it was inserted."""
    # What comes back tells it; the count of inserted rows is not reliable on every driver.
    statement = _insert_telling(connection.dialect.name, table, tuple(unique))
    return connection.execute(statement, values).first() is not None


def insert_all_once(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], unique: Iterable[Column[Any]]
) -> None:
    """Insert the rows in one go, each unless one with the same unique columns exists."""
    if rows:
        connection.execute(_insert(connection.dialect.name, table, tuple(unique)), rows)


@cache
def _insert(dialect: str, table: Table, unique: tuple[Column[Any], ...]) -> postgresql.Insert | sqlite.Insert:
    """The statement, made once: making one takes longer than the database does."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=unique)
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=unique)


@cache
def _insert_telling(dialect: str, table: Table, unique: tuple[Column[Any], ...]) -> Executable:
    return _insert(dialect, table, unique).returning(*unique)
