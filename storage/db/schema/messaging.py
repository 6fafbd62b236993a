"""Tables of messages to send, and of requests that were processed."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from storage.db.schema.case import cases
from storage.db.schema.columns import IDENTIFIER, KEYED, MOMENT, PLAIN, Moment, Number, metadata
from storage.db.schema.staff import people

UNSENT = text("state IN ('pending', 'claimed')")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, info=IDENTIFIER),
    Column("kind", String(40), nullable=False, info=PLAIN),
    Column("case", ForeignKey(cases.c.id), nullable=True, info=IDENTIFIER),
    # The case's id as text, or empty: in a unique constraint NULL equals nothing, not even NULL.
    Column("about", String(36), nullable=False, info=IDENTIFIER),
    Column("recipient", ForeignKey(people.c.id), nullable=False, info=IDENTIFIER),
    Column("moment", String(100), nullable=False, info=PLAIN),
    Column("payload", JSON, nullable=False, info=PLAIN),
    Column("state", String(10), nullable=False, info=PLAIN),
    Column("attempts", Integer, nullable=False, info=PLAIN),
    Column("due_at", Moment, nullable=False, info=MOMENT),
    Column("claimed_until", Moment, nullable=True, info=MOMENT),
    Column("last_error_code", String(60), nullable=True, info=PLAIN),
    Column("created_at", Moment, nullable=False, info=MOMENT),
    Column("sent_at", Moment, nullable=True, info=MOMENT),
    # Messages to one person with the same key are about the same; where this one is in Slack, a later one can take it.
    Column("replaces", String(100), nullable=False, server_default="", info=PLAIN),
    Column("placing", String(20), nullable=False, server_default="in_place", info=PLAIN),
    Column("channel", String(100), nullable=True, info=IDENTIFIER),
    Column("ts", String(40), nullable=True, info=IDENTIFIER),
    UniqueConstraint("about", "kind", "recipient", "moment"),
    Index(None, "state", "due_at"),
    Index(None, "recipient", "state"),
    # What waits, in the order in which each person gets it: claiming looks at the first of each (`SendQueue.claim`).
    Index("ix_outbox_unsent", "recipient", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
    Index("ix_outbox_unsent_kind", "kind", sqlite_where=UNSENT, postgresql_where=UNSENT),
)

processed_requests = Table(
    "processed_requests",
    metadata,
    Column("request", LargeBinary, primary_key=True, info=KEYED),
    Column("at", Moment, nullable=False, index=True, info=MOMENT),
)
