"""The tables. Every column says in `info["class"]` what it holds; the inventory test fails on one that does not.

`identifier`: a random id of ours or a platform's id. `plain`: names nobody. `encrypted`: AES-256-GCM. `keyed`: HMAC,
useless without the key. `hash`: of public data, or a link of the chain. `key`: a wrapped key. `moment`: a time in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeDecorator

IDENTIFIER = {"class": "identifier"}
PLAIN = {"class": "plain"}
ENCRYPTED = {"class": "encrypted"}
KEYED = {"class": "keyed"}
HASH = {"class": "hash"}
KEY = {"class": "key"}
MOMENT = {"class": "moment"}
CLASSES = frozenset(c["class"] for c in (IDENTIFIER, PLAIN, ENCRYPTED, KEYED, HASH, KEY, MOMENT))


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, the same on both databases; a naive datetime is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Take an aware datetime to UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give it back in UTC; SQLite has dropped the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up only an INTEGER by itself.
_Number = BigInteger().with_variant(Integer(), "sqlite")

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(20), primary_key=True, info=PLAIN),
    Column("wrapped_key", LargeBinary, nullable=False, info=KEY),
    Column("key_id", String(32), nullable=False, info=IDENTIFIER),
)

plans = Table(
    "plans",
    metadata,
    Column("plan", String(40), primary_key=True, info=PLAIN),
    Column("version", Integer, primary_key=True, autoincrement=False, info=PLAIN),
    Column("digest", LargeBinary, nullable=False, info=HASH),
    Column("document", Text, nullable=False, info=PLAIN),
)

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

# A value that changes with every change of the staff; see storage/repositories/staff_cache.py.
marks = Table(
    "marks",
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
)

memberships = Table(
    "memberships",
    metadata,
    Column("person", ForeignKey(people.c.id), primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), primary_key=True, index=True, info=IDENTIFIER),
    Column("groups", LargeBinary, nullable=False, info=ENCRYPTED),
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
    Column("id", _Number, primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("role", String(40), nullable=False, info=PLAIN),
    Column("is_given", Boolean, nullable=False, info=PLAIN),
    # Nobody: the schools file did.
    Column("changed_by", ForeignKey(people.c.id), nullable=True, info=IDENTIFIER),
    Column("at", Moment, nullable=False, info=MOMENT),
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
    Column("id", _Number, primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("person", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("deputy", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("first_day", Date, nullable=False, info=PLAIN),
    Column("last_day", Date, nullable=False, info=PLAIN),
    Column("appointed_by", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("at", Moment, nullable=False, info=MOMENT),
    Index(None, "deputy", "last_day"),
)

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
    Column("joined_to", ForeignKey("cases.id"), nullable=True, index=True, info=IDENTIFIER),
    # The end of a closed case: when it may be destroyed, when to look at that, and how often was warned of it.
    Column("closed_at", Moment, nullable=True, info=MOMENT),
    Column("outcome", String(40), nullable=True, info=PLAIN),
    Column("destroy_at", Moment, nullable=True, info=MOMENT),
    Column("end_due", Moment, nullable=True, index=True, info=MOMENT),
    Column("end_warnings", Integer, nullable=False, server_default="0", info=PLAIN),
    Column("pupil", LargeBinary, nullable=False, info=ENCRYPTED),
    Column("pupil_index", LargeBinary, nullable=False, info=KEYED),
    Column("head", LargeBinary, nullable=False, info=HASH),
    # Both together, when the case was destroyed: the second proves the first (storage.chain).
    Column("destroyed_at", Moment, nullable=True, info=MOMENT),
    Column("tombstone", LargeBinary, nullable=True, info=KEYED),
    ForeignKeyConstraint(["plan", "plan_version"], [plans.c.plan, plans.c.version]),
    Index(None, "school", "pupil_index"),
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

turns = Table(
    "turns",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    # A role, or the id of the teacher whose own desk it is.
    Column("holder", String(40), primary_key=True, info=IDENTIFIER),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("place", Integer, nullable=False, info=PLAIN),
    Column("due", Date, nullable=False, info=PLAIN),
    Column("code", String(10), nullable=False, info=PLAIN),
    Column("record", String(40), nullable=False, info=PLAIN),
    # Until when its reminders were put off, and by whom; why stands in the logbook alone.
    Column("postponed_to", Date, info=PLAIN),
    Column("postponed_by", ForeignKey(people.c.id), info=IDENTIFIER),
    # A page is read off the index in the order of doing, whatever else is open.
    Index("ix_turns_desk", "school", "holder", "place", "due", "code", "case"),
)

appointments = Table(
    "appointments",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("entry", Integer, primary_key=True, autoincrement=False, info=PLAIN),
    Column("school", ForeignKey(schools.c.id), nullable=False, info=IDENTIFIER),
    Column("owner", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("day", Date, nullable=False, info=PLAIN),
    Column("code", String(10), nullable=False, info=PLAIN),
    Index(None, "owner", "day"),
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
    Column("id", _Number, primary_key=True, info=IDENTIFIER),
    Column("case", ForeignKey(cases.c.id), nullable=False, index=True, info=IDENTIFIER),
    Column("reader", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("at", Moment, nullable=False, index=True, info=MOMENT),
    Column("place", String(40), nullable=False, info=PLAIN),
    # The reader's roles at that moment; nothing where they were not kept yet.
    Column("roles", String(200), nullable=True, info=PLAIN),
)

handled = Table(
    "handled",
    metadata,
    Column("request", LargeBinary, primary_key=True, info=KEYED),
    Column("at", Moment, nullable=False, index=True, info=MOMENT),
)

files = Table(
    "files",
    metadata,
    Column("file", String(60), primary_key=True, info=IDENTIFIER),
    Column("workspace", String(100), nullable=False, server_default="", info=IDENTIFIER),
    Column("remove_at", Moment, nullable=False, index=True, info=MOMENT),
)

givings = Table(
    "givings",
    metadata,
    Column("case", ForeignKey(cases.c.id), primary_key=True, info=IDENTIFIER),
    Column("entry", Integer, primary_key=True, autoincrement=False, info=PLAIN),
    Column("given_by", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("until", Moment, nullable=False, index=True, info=MOMENT),
)

installations = Table(
    "installations",
    metadata,
    Column("workspace", String(100), primary_key=True, info=IDENTIFIER),
    # The token, and the names and ids that go with it.
    Column("content", LargeBinary, nullable=False, info=ENCRYPTED),
    Column("at", Moment, nullable=False, info=MOMENT),
)

drafts = Table(
    "drafts",
    metadata,
    Column("key", LargeBinary, primary_key=True, info=KEYED),
    Column("author", ForeignKey(people.c.id), primary_key=True, info=IDENTIFIER),
    # The case that it is about; nothing while it has yet to open one.
    Column("case", ForeignKey(cases.c.id), nullable=True, index=True, info=IDENTIFIER),
    Column("answers", LargeBinary, nullable=False, info=ENCRYPTED),
    Column("expires_at", Moment, nullable=False, index=True, info=MOMENT),
)

draft_keys = Table(
    "draft_keys",
    metadata,
    Column("key", LargeBinary, info=KEYED),
    Column("author", Uuid, info=IDENTIFIER),
    Column("wrapped_key", LargeBinary, nullable=False, info=KEY),
    Column("key_id", String(32), nullable=False, info=IDENTIFIER),
    PrimaryKeyConstraint("key", "author"),
    # Whatever deletes a draft destroys its key.
    ForeignKeyConstraint(["key", "author"], [drafts.c.key, drafts.c.author], ondelete="CASCADE"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Number, primary_key=True, info=IDENTIFIER),
    Column("kind", String(40), nullable=False, info=PLAIN),
    Column("case", ForeignKey(cases.c.id), nullable=True, info=IDENTIFIER),
    # The case's id again, or nothing: a NULL in a unique constraint would be unlike every other.
    Column("about", String(36), nullable=False, info=IDENTIFIER),
    Column("recipient", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("moment", String(100), nullable=False, info=PLAIN),
    Column("words", JSON, nullable=False, info=PLAIN),
    Column("state", String(10), nullable=False, info=PLAIN),
    Column("attempts", Integer, nullable=False, info=PLAIN),
    Column("due_at", Moment, nullable=False, info=MOMENT),
    Column("claimed_until", Moment, nullable=True, info=MOMENT),
    Column("last_error_code", String(60), nullable=True, info=PLAIN),
    Column("created_at", Moment, nullable=False, info=MOMENT),
    Column("sent_at", Moment, nullable=True, info=MOMENT),
    UniqueConstraint("about", "kind", "recipient", "moment"),
    Index(None, "state", "due_at"),
    Index(None, "recipient", "state"),
)
