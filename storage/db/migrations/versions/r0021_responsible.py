"""Who is responsible for a case, and on which days people work.

The start of the program fills in who is responsible for running cases, which it can read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # In one statement: SQLite cannot add the key later, and other tables refer to this one, so it cannot be copied.
    type_ = sa.Uuid().compile(op.get_bind().dialect)
    refers = "CONSTRAINT fk_cases_responsible REFERENCES people (id)"
    op.execute(f"ALTER TABLE cases ADD COLUMN responsible {type_} {refers}")
    op.add_column("memberships", sa.Column("works", sa.String(length=7), nullable=True))
