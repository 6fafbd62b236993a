"""When Slack last reported a change of an account, so that an older report that comes later changes nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("identities", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
