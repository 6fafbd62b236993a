"""An index of names that are alike, in the place of one of equal names; the program fills it at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.drop_index(op.f("ix_cases_school_pupil_index"), "cases")
    op.drop_column("cases", "pupil_index")
    op.add_column("cases", sa.Column("indexed", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "name_keys",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_name_keys_case")),
        sa.PrimaryKeyConstraint("case", "key", name=op.f("pk_name_keys")),
    )
    op.create_index(op.f("ix_name_keys_key"), "name_keys", ["key"])
