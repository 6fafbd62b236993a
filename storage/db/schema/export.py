"""Tables of exports, and of the files that they share."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from storage.db.schema.case import cases
from storage.db.schema.columns import IDENTIFIER, MOMENT, PLAIN, Moment, metadata
from storage.db.schema.staff import people

files = Table(
    "files",
    metadata,
    Column("file", String(60), primary_key=True, info=IDENTIFIER),
    Column("workspace", String(100), nullable=False, server_default="", info=IDENTIFIER),
    Column("remove_at", Moment, nullable=False, index=True, info=MOMENT),
)

pending_exports = Table(
    "pending_exports",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("entry", Integer, primary_key=True, autoincrement=False, info=PLAIN),
    Column("given_by", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("until", Moment, nullable=False, index=True, info=MOMENT),
)
