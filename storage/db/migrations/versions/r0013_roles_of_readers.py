"""In which roles somebody read: their roles of today may be others. Of earlier readings it is not known."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("readings", sa.Column("roles", sa.String(length=200), nullable=True))
