"""Where a sent message is in Slack, so that a later one can take its place."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("replaces", sa.String(length=100), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("channel", sa.String(length=100), nullable=True))
    op.add_column("outbox", sa.Column("ts", sa.String(length=40), nullable=True))
