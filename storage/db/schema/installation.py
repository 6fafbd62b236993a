"""Tables of the installation: root secret, plans, workspaces."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from storage.db.schema.columns import ENCRYPTED, HASH, IDENTIFIER, KEY, MOMENT, PLAIN, Moment, metadata

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
    # The highest number is of the plan for new cases; a plan that is chosen again gets the next.
    Column("chosen", Integer, nullable=True, info=PLAIN),
)

installations = Table(
    "installations",
    metadata,
    Column("workspace", String(100), primary_key=True, info=IDENTIFIER),
    # The token, and the names and ids that go with it.
    Column("content", LargeBinary, nullable=False, info=ENCRYPTED),
    Column("at", Moment, nullable=False, info=MOMENT),
)

# The last success and the last failure of each part of the program, over all its processes.
components = Table(
    "components",
    metadata,
    Column("name", String(40), primary_key=True, info=PLAIN),
    Column("succeeded_at", Moment, nullable=True, info=MOMENT),
    Column("failed_at", Moment, nullable=True, info=MOMENT),
    Column("failure", String(60), nullable=True, info=PLAIN),
)
