"""Inserting a row once, told by the database itself whether it was there: the same on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any], unique: Sequence[Column[Any]]) -> bool:
    """Insert the row unless one with the same unique columns exists; tell whether it was inserted."""
    # What comes back tells it; the count of inserted rows is not reliable on every driver.
    if connection.dialect.name == "postgresql":
        in_postgresql = postgresql.insert(table).values(values).on_conflict_do_nothing(index_elements=unique)
        return connection.execute(in_postgresql.returning(*unique)).first() is not None
    in_sqlite = sqlite.insert(table).values(values).on_conflict_do_nothing(index_elements=unique)
    return connection.execute(in_sqlite.returning(*unique)).first() is not None
