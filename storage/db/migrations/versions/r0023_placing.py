"""Whether a message is new, or is shown in the place of earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("placing", sa.String(length=20), server_default="in_place", nullable=False))
