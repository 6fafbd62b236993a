"""Tables of cases: entries, keys, reminders, readings."""

from __future__ import annotations

from sqlalchemy import (
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

from storage.db.schema.columns import ENCRYPTED, HASH, IDENTIFIER, KEY, KEYED, MOMENT, PLAIN, Moment, Number, metadata
from storage.db.schema.installation import plans
from storage.db.schema.staff import people, schools

cases = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("code", String(10), nullable=False, unique=True, info=PLAIN),
    Column("plan", String(40), nullable=False, info=PLAIN),
    Column("plan_version", Integer, nullable=False, info=PLAIN),
    Column("status", String(10), nullable=False, info=PLAIN),
    Column("step", String(40), nullable=False, info=PLAIN),
    Column("version", Integer, nullable=False, info=PLAIN),
    Column("opened_at", Moment, nullable=False, info=MOMENT),
    Column("since", Moment, nullable=False, info=MOMENT),
    Column("rungs", Integer, nullable=False, info=PLAIN),
    Column("next_due", Moment, nullable=True, index=True, info=MOMENT),
    Column("responsible", ForeignKey(people.c.id), nullable=True, info=IDENTIFIER),
    Column("joined_to", ForeignKey("cases.id"), nullable=True, index=True, info=IDENTIFIER),
    # Retention of a closed case: when it may be destroyed, when to check, and how many warnings were given.
    Column("closed_at", Moment, nullable=True, info=MOMENT),
    Column("outcome", String(40), nullable=True, info=PLAIN),
    Column("destroy_at", Moment, nullable=True, info=MOMENT),
    Column("end_due", Moment, nullable=True, index=True, info=MOMENT),
    Column("end_warnings", Integer, nullable=False, server_default="0", info=PLAIN),
    Column("pupil", LargeBinary, nullable=False, info=ENCRYPTED),
    # The version of the name index that this case's keys were made with; 0 while it has none.
    Column("indexed", Integer, nullable=False, server_default="0", info=PLAIN),
    Column("head", LargeBinary, nullable=False, info=HASH),
    # Set together when the case is destroyed; the tombstone proves the moment (storage.crypto.chain).
    Column("destroyed_at", Moment, nullable=True, info=MOMENT),
    Column("tombstone", LargeBinary, nullable=True, info=KEYED),
    # When an entry was last moved to another case.
    Column("taken_out_at", Moment, nullable=True, info=MOMENT),
    ForeignKeyConstraint(["plan", "plan_version"], [plans.c.plan, plans.c.version]),
    Index(None, "school", "status"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("wrapped_key", LargeBinary, nullable=False, info=KEY),
    Column("key_id", String(32), nullable=False, info=IDENTIFIER),
)

case_teachers = Table(
    "case_teachers",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("teacher", ForeignKey(people.c.id), primary_key=True, index=True, info=IDENTIFIER),
)

name_keys = Table(
    "name_keys",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("key", LargeBinary, primary_key=True, index=True, info=KEYED),
)

# Who has another part in a case than its teachers: called in, excluded, or the role that they took over in it.
case_people = Table(
    "case_people",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), primary_key=True, index=True, info=IDENTIFIER),
    Column("part", String(40), primary_key=True, info=PLAIN),
    # The last day of a part that is still to be confirmed.
    Column("until", Date, nullable=True, info=PLAIN),
)

entries = Table(
    "entries",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("seq", Integer, primary_key=True, autoincrement=False, info=PLAIN),
    Column("author", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("written_at", Moment, nullable=False, info=MOMENT),
    Column("idempotency_key", LargeBinary, nullable=False, unique=True, info=KEYED),
    Column("payload", LargeBinary, nullable=False, info=ENCRYPTED),
    Column("chain", LargeBinary, nullable=False, info=HASH),
)

# The state that the entries of a long case lead to (storage.repositories.kept_states), and what it was made by.
case_states = Table(
    "case_states",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("made_by", LargeBinary, nullable=False, info=HASH),
    Column("state", LargeBinary, nullable=False, info=ENCRYPTED),
)

reminders = Table(
    "reminders",
    metadata,
    Column("case", ForeignKey(cases.c.id), info=IDENTIFIER),
    Column("moment", String(100), info=PLAIN),
    Column("at", Moment, nullable=False, info=MOMENT),
    PrimaryKeyConstraint("case", "moment"),
)

readings = Table(
    "readings",
    metadata,
    Column("id", Number, primary_key=True, info=IDENTIFIER),
    Column("case", ForeignKey(cases.c.id), nullable=False, index=True, info=IDENTIFIER),
    Column("reader", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("at", Moment, nullable=False, index=True, info=MOMENT),
    Column("place", String(40), nullable=False, info=PLAIN),
    # The reader's roles at that moment; NULL in readings from before they were stored.
    Column("roles", String(200), nullable=True, info=PLAIN),
)
