"""Tables of alarms."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint, Uuid

from storage.db.schema.case import cases
from storage.db.schema.columns import ENCRYPTED, IDENTIFIER, MOMENT, PLAIN, Moment, metadata
from storage.db.schema.staff import people

alarms = Table(
    "alarms",
    metadata,
    Column("id", Uuid, primary_key=True, info=IDENTIFIER),
    Column("raised_by", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("raised_at", Moment, nullable=False, index=True, info=MOMENT),
    Column("case", ForeignKey(cases.c.id), nullable=True, index=True, info=IDENTIFIER),
    Column("place", LargeBinary, nullable=True, info=ENCRYPTED),
    Column("level", Integer, nullable=False, info=PLAIN),
    Column("version", Integer, nullable=False, info=PLAIN),
    Column("traced", Integer, nullable=False, server_default="0", info=PLAIN),
    Column("due", Moment, nullable=True, index=True, info=MOMENT),
    Column("ended_by", ForeignKey(people.c.id), nullable=True, info=IDENTIFIER),
    Column("ended_at", Moment, nullable=True, info=MOMENT),
    UniqueConstraint("raised_by", "raised_at"),
)

alarm_alerts = Table(
    "alarm_alerts",
    metadata,
    Column("alarm", ForeignKey(alarms.c.id, ondelete="CASCADE"), primary_key=True, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), primary_key=True, info=IDENTIFIER),
    Column("level", Integer, primary_key=True, autoincrement=False, info=PLAIN),
)

alarm_answers = Table(
    "alarm_answers",
    metadata,
    Column("alarm", ForeignKey(alarms.c.id, ondelete="CASCADE"), primary_key=True, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), primary_key=True, info=IDENTIFIER),
    Column("response", String(10), nullable=False, info=PLAIN),
    Column("at", Moment, nullable=False, info=MOMENT),
)
