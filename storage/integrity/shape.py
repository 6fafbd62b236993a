"""Whether a database has the tables and columns that this program makes, and nothing that changes what they hold.

The proof of a backup covers its rows; a renamed column or a trigger would give them another meaning.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

from storage.db.migrate import upgrade_to

Shape = dict[str, list[tuple[Any, ...]]]
_INTERFERING = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
UNION SELECT tablename FROM pg_rules WHERE schemaname = current_schema()
UNION SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace
"""
"""Tables of PostgreSQL with a trigger, with a rule, or with rows that are hidden from some."""


def strange_in_file(file: sqlite3.Connection, version: str, *ours: str) -> list[str]:
    """Names in an SQLite file that differ from the tables of this version, besides the tables `ours`."""
    found, expected = _shape(file), _expected(version)
    for name in ours:
        found.pop(name, None)
    others = [name for [name] in file.execute("SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index')")]
    names = {*found, *expected}
    return sorted({*others, *(name for name in names if found.get(name) != expected.get(name))})


def strange_in_database(connection: Connection) -> Iterator[str]:
    """Names of tables that are not as this program makes them, and of what interferes with their rows."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the only driver for it
        yield from strange_in_file(raw, "head")
        return
    reflected = inspect(connection).get_multi_columns().items()
    found = {name: [column["name"] for column in columns] for (_, name), columns in reflected}
    expected = {name: [column for column, *_ in columns] for name, columns in _expected("head").items()}
    others = {name for name, columns in expected.items() if found.get(name) != columns}
    yield from sorted({*connection.scalars(text(_INTERFERING)), *others})


@cache
def _expected(version: str) -> Shape:
    """The shape of a new database of this version; making one takes a third of a second."""
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            upgrade_to(connection, version)
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - the only driver for it
            return _shape(raw)
    finally:
        engine.dispose()


def _shape(file: sqlite3.Connection) -> Shape:
    """For each table its columns in order: name, type, whether it may be empty, place in the key, whether computed."""
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    columns = 'SELECT name, upper(type), "notnull", pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid'
    return {name: file.execute(columns, (name,)).fetchall() for [name] in file.execute(names).fetchall()}
