"""A mark that changes with the staff, so that a process knows when what it read of them is old."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    marks = op.create_table(
        "marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.bulk_insert(marks, [{"name": "staff", "value": uuid4()}])
