"""The last success and the last failure of each part of the program."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "components",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_components")),
    )
