"""The workspaces where the program is installed, and in which of them a file was given along."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "installations",
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_installations")),
    )
    op.add_column("files", sa.Column("workspace", sa.String(length=100), server_default="", nullable=False))
