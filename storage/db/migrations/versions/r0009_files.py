"""Files that were given along, until they are removed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("file", sa.String(length=60), nullable=False),
        sa.Column("remove_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_remove_at"), "files", ["remove_at"])
