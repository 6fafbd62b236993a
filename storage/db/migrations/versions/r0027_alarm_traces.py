"""Which change of an alarm the logbook of its case tells already."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("alarms", sa.Column("traced", sa.Integer(), server_default="0", nullable=False))
