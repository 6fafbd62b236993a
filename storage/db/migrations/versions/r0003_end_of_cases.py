"""When a closed case may be destroyed, and what is left of it then."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    for name in ("closed_at", "destroy_at", "end_due"):
        op.add_column("cases", sa.Column(name, moment, nullable=True))
    op.add_column("cases", sa.Column("outcome", sa.String(length=40), nullable=True))
    op.add_column("cases", sa.Column("end_warnings", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_cases_end_due"), "cases", ["end_due"])
