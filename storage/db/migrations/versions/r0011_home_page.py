"""Which page of their Home tab somebody looks at."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("identities", sa.Column("home_page", sa.Integer(), server_default="0", nullable=False))
