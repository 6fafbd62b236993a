"""Dossiers that are being given along, until the file has arrived."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "givings",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_givings_case")),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_givings_given_by")),
        sa.PrimaryKeyConstraint("case", "entry", name=op.f("pk_givings")),
    )
    op.create_index(op.f("ix_givings_until"), "givings", ["until"])
