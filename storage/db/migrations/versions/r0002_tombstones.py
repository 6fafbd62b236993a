"""What stays of a destroyed case: when it was destroyed, and the proof that we did it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("cases", sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("tombstone", sa.LargeBinary(), nullable=True))
