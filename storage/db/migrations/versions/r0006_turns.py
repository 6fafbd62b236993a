"""On which desks open cases lie, and what was promised for which day.

The rows themselves need the key: the program makes them at its next start.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _turns()
    _appointments()


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("record", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_turns_case")),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_turns_school")),
        sa.PrimaryKeyConstraint("case", "holder", name=op.f("pk_turns")),
    )
    op.create_index("ix_turns_desk", "turns", ["school", "holder", "place", "due", "code", "case"])


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_appointments_case")),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_appointments_school")),
        sa.ForeignKeyConstraint(["owner"], ["people.id"], name=op.f("fk_appointments_owner")),
        sa.PrimaryKeyConstraint("case", "entry", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_owner_day"), "appointments", ["owner", "day"])
