"""The language that somebody uses on the platform."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("identities", sa.Column("locale", sa.String(length=20), nullable=True))
