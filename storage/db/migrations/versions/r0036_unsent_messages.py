"""Indexes of the messages that wait, so that claiming from many takes no longer than from few."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0033"

UNSENT = sa.text("state IN ('pending', 'claimed')")


def upgrade() -> None:
    for name, columns in (("ix_outbox_unsent", ["recipient", "id"]), ("ix_outbox_unsent_kind", ["kind"])):
        op.create_index(name, "outbox", columns, sqlite_where=UNSENT, postgresql_where=UNSENT)
