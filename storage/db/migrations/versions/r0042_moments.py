"""When a case last lost an entry to another case, so that the files can be wiped of it, and when a locale was told.

When an entry was moved before is not known; after the next start the files are wiped of it too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

cases = sa.table("cases", *map(sa.column, ("id", "opened_at", "taken_out_at")))
entries = sa.table("entries", sa.column("case"), sa.column("payload", sa.LargeBinary()))


def upgrade() -> None:
    op.add_column("cases", sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("identities", sa.Column("locale_at", sa.DateTime(timezone=True), nullable=True))
    moved = sa.select(entries.c.case).where(sa.func.substr(entries.c.payload, 1, 1) == b"\0")
    op.execute(sa.update(cases).where(cases.c.id.in_(moved)).values(taken_out_at=cases.c.opened_at))
