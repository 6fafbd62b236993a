"""Plans by a digest of their text, which later programs compute alike, and which plan was chosen last.

The newest case shows which plan is in use.
"""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0037"

plans = sa.table("plans", sa.column("plan"), sa.column("version"), sa.column("digest"), sa.column("document"))
NEWEST = """
UPDATE plans SET chosen = 1 WHERE EXISTS (
    SELECT 1 FROM (SELECT plan, plan_version FROM cases ORDER BY opened_at DESC, id LIMIT 1) AS newest
    WHERE newest.plan = plans.plan AND newest.plan_version = plans.version
)
"""


def upgrade() -> None:
    op.add_column("plans", sa.Column("chosen", sa.Integer(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(plans.c.plan, plans.c.version, plans.c.document)).all():
        one = sa.update(plans).where(plans.c.plan == row.plan, plans.c.version == row.version)
        connection.execute(one.values(digest=sha256(row.document.encode()).digest()))
    op.execute(NEWEST)
