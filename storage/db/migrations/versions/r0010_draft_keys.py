"""A key of its own for each draft, and the case that it is about. Drafts from before go: they lived a day at most."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.drop_table("drafts")
    op.create_table(
        "drafts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name=op.f("fk_drafts_author")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_drafts_case")),
        sa.PrimaryKeyConstraint("key", "author", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_case"), "drafts", ["case"])
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"])
    op.create_table(
        "draft_keys",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["key", "author"],
            ["drafts.key", "drafts.author"],
            name=op.f("fk_draft_keys_key_author"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "author", name=op.f("pk_draft_keys")),
    )
