"""Appointments are numbered in their case, and have a state.

The rows follow from the entries of each case, which only the program can read. So each case is looked at again at once:
that stores its appointments, also those of a case that an earlier version closed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
LOOK_AGAIN = "UPDATE cases SET next_due = opened_at WHERE version > 0 AND status IN ('open', 'closed', 'joined')"


def upgrade() -> None:
    op.drop_table("appointments")
    op.create_table(
        "appointments",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_appointments_case")),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_appointments_school")),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name=op.f("fk_appointments_owner")),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_school_state_owner_day"), "appointments", ["school", "state", "owner", "day"])
    op.execute(LOOK_AGAIN)
