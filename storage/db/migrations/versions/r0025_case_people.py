"""Who was called in to a case, is excluded from it, or took over a role in it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "case_people",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_people_case")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_case_people_person")),
        sa.PrimaryKeyConstraint("case", "person", "part", name=op.f("pk_case_people")),
    )
    op.create_index(op.f("ix_case_people_person"), "case_people", ["person"])
