"""When a deputyship was ended and by whom, and deputies among the changes of roles."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("deputies", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    _add_person("deputies", "ended_by")
    _add_person("role_changes", "stands_in_for")
    op.add_column("role_changes", sa.Column("first_day", sa.Date(), nullable=True))
    op.add_column("role_changes", sa.Column("last_day", sa.Date(), nullable=True))


def _add_person(table: str, column: str) -> None:
    # In one statement: SQLite cannot add the key later.
    type_ = sa.Uuid().compile(op.get_bind().dialect)
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {type_} CONSTRAINT fk_{table}_{column} REFERENCES people (id)")
