"""Tables of drafts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, LargeBinary, PrimaryKeyConstraint, String, Table, Uuid

from storage.db.schema.case import cases
from storage.db.schema.columns import ENCRYPTED, IDENTIFIER, KEY, KEYED, MOMENT, Moment, metadata
from storage.db.schema.staff import people

drafts = Table(
    "drafts",
    metadata,
    Column("key", LargeBinary, primary_key=True, info=KEYED),
    Column("author", ForeignKey(people.c.id), primary_key=True, index=True, info=IDENTIFIER),
    # The case that the draft is about; NULL for a draft that opens a case.
    Column("case", ForeignKey(cases.c.id), nullable=True, index=True, info=IDENTIFIER),
    Column("answers", LargeBinary, nullable=False, info=ENCRYPTED),
    # Which form it was typed in; NULL in drafts of before this column, which can only be saved from their own modal.
    Column("form", LargeBinary, nullable=True, info=ENCRYPTED),
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
    # Deleting a draft destroys its key.
    ForeignKeyConstraint(["key", "author"], [drafts.c.key, drafts.c.author], ondelete="CASCADE"),
)
