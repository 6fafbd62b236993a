"""Until when the reminders of a case were put off, and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    with op.batch_alter_table("turns") as turns:
        turns.add_column(sa.Column("postponed_to", sa.Date(), nullable=True))
        turns.add_column(sa.Column("postponed_by", sa.Uuid(), nullable=True))
        turns.create_foreign_key(op.f("fk_turns_postponed_by"), "people", ["postponed_by"], ["id"])
