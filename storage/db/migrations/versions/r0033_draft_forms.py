"""The form of each draft, and an index to find somebody's drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("drafts", sa.Column("form", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_drafts_author"), "drafts", ["author"])
