"""Tables that worklists are read from, without decrypting a case."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from storage.db.schema.case import cases
from storage.db.schema.columns import IDENTIFIER, PLAIN, metadata
from storage.db.schema.staff import people, schools

work_items = Table(
    "work_items",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    # A role, or the id of a teacher.
    Column("assignee", String(40), primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("section", Integer, nullable=False, info=PLAIN),
    Column("due", Date, nullable=False, info=PLAIN),
    Column("code", String(10), nullable=False, info=PLAIN),
    Column("record", String(40), nullable=False, info=PLAIN),
    # Until when reminders were postponed, and by whom. The reason is in the case's entries only.
    Column("postponed_to", Date, info=PLAIN),
    Column("postponed_by", ForeignKey(people.c.id), info=IDENTIFIER),
    # A page is read from the index in order, however many cases are open.
    Index("ix_work_items_order", "school", "assignee", "section", "due", "code", "case"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("number", Integer, primary_key=True, autoincrement=False, info=PLAIN),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("owner", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("day", Date, nullable=False, info=PLAIN),
    Column("state", String(10), nullable=False, info=PLAIN),
    Column("code", String(10), nullable=False, info=PLAIN),
    Index(None, "school", "state", "owner", "day"),
)
