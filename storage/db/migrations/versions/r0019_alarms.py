"""Alarms: who raised them, who was alerted, and who answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=True),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["raised_by"], ["people.id"], name=op.f("fk_alarms_raised_by")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_alarms_case")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_alarms_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("raised_by", "raised_at", name=op.f("uq_alarms_raised_by_raised_at")),
    )
    for column in ("raised_at", "case", "due"):
        op.create_index(op.f(f"ix_alarms_{column}"), "alarms", [column])
    _add("alarm_alerts", sa.Column("level", sa.Integer(), autoincrement=False, nullable=False), key=("level",))
    response = sa.Column("response", sa.String(length=10), nullable=False)
    _add("alarm_answers", response, sa.Column("at", sa.DateTime(timezone=True), nullable=False))


def _add(table: str, *columns: sa.Column[Any], key: tuple[str, ...] = ()) -> None:
    """Create a table of what belongs to an alarm and a person."""
    op.create_table(
        table,
        sa.Column("alarm", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["alarm"], ["alarms.id"], name=op.f(f"fk_{table}_alarm"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f(f"fk_{table}_person")),
        sa.PrimaryKeyConstraint("alarm", "person", *key, name=op.f(f"pk_{table}")),
    )
