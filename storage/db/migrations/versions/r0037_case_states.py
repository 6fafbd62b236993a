"""A table for the states that are kept of long cases."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "case_states",
        sa.Column("case", sa.Uuid(), sa.ForeignKey("cases.id", name="fk_case_states_case"), nullable=False),
        sa.Column("made_by", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case", name="pk_case_states"),
    )
