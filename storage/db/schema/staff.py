"""Tables of schools and their staff."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Uuid,
)

from storage.db.schema.columns import ENCRYPTED, IDENTIFIER, KEYED, MOMENT, PLAIN, Moment, Number, metadata

schools = Table(
    "schools",
    metadata,
    Column("id", Uuid, primary_key=True, info=IDENTIFIER),
    Column("name", String(200), nullable=False, unique=True, info=PLAIN),
    Column("region", String(10), nullable=False, info=PLAIN),
    Column("free_days", JSON, nullable=False, info=PLAIN),
    Column("open_days", JSON, nullable=False, info=PLAIN),
    Column("hours", JSON, nullable=False, info=PLAIN),
)

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True, info=IDENTIFIER),
    Column("name", LargeBinary, nullable=False, info=ENCRYPTED),
    Column("left_at", Moment, nullable=True, info=MOMENT),
)

# A random value that changes with every change of the staff; see storage/repositories/people/staff_cache.py.
cache_epoch = Table(
    "cache_epoch",
    metadata,
    Column("name", String(20), primary_key=True, info=PLAIN),
    Column("value", Uuid, nullable=False, info=IDENTIFIER),
)

identities = Table(
    "identities",
    metadata,
    Column("platform", String(20), primary_key=True, info=IDENTIFIER),
    Column("workspace", String(100), primary_key=True, info=IDENTIFIER),
    Column("user", String(100), primary_key=True, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), nullable=False, index=True, info=IDENTIFIER),
    Column("locale", String(20), nullable=True, info=PLAIN),
    Column("home_page", Integer, nullable=False, server_default="0", info=PLAIN),
    # When the platform last reported a change of this account, and when it told the locale.
    Column("told_at", Moment, nullable=True, info=MOMENT),
    Column("locale_at", Moment, nullable=True, info=MOMENT),
)

memberships = Table(
    "memberships",
    metadata,
    Column("person", ForeignKey(people.c.id), primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), primary_key=True, index=True, info=IDENTIFIER),
    Column("groups", LargeBinary, nullable=False, info=ENCRYPTED),
    # The days of the week on which they work, "013" is Monday, Tuesday and Thursday; NULL: every day.
    Column("works", String(7), nullable=True, info=PLAIN),
)

roles = Table(
    "roles",
    metadata,
    Column("person", Uuid, info=IDENTIFIER),
    Column("school", Uuid, info=IDENTIFIER),
    Column("role", String(40), info=PLAIN),
    Column("since", Moment, nullable=False, info=MOMENT),
    PrimaryKeyConstraint("person", "school", "role"),
    ForeignKeyConstraint(["person", "school"], [memberships.c.person, memberships.c.school]),
)

role_changes = Table(
    "role_changes",
    metadata,
    Column("id", Number, primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("role", String(40), nullable=False, info=PLAIN),
    Column("is_given", Boolean, nullable=False, info=PLAIN),
    # NULL: the schools file.
    Column("changed_by", ForeignKey(people.c.id), nullable=True, info=IDENTIFIER),
    Column("at", Moment, nullable=False, info=MOMENT),
    # Of a deputy: whom they replace in the role, and when.
    Column("stands_in_for", ForeignKey(people.c.id), nullable=True, info=IDENTIFIER),
    Column("first_day", Date, nullable=True, info=PLAIN),
    Column("last_day", Date, nullable=True, info=PLAIN),
    Index(None, "school", "at"),
)

schools_file = Table(
    "schools_file",
    metadata,
    Column("school", ForeignKey(schools.c.id), primary_key=True, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), primary_key=True, info=IDENTIFIER),
    Column("entry", LargeBinary, nullable=False, info=KEYED),
)

deputies = Table(
    "deputies",
    metadata,
    Column("id", Number, primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("deputy", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("first_day", Date, nullable=False, info=PLAIN),
    Column("last_day", Date, nullable=False, info=PLAIN),
    Column("appointed_by", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("at", Moment, nullable=False, info=MOMENT),
    Column("ended_at", Moment, nullable=True, info=MOMENT),
    Column("ended_by", ForeignKey(people.c.id), nullable=True, info=IDENTIFIER),
    Index(None, "deputy", "last_day"),
)
