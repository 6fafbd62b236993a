"""Changes of roles, what the schools file said last, and readings by their moment."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _role_changes()
    _schools_file()
    op.create_index(op.f("ix_readings_at"), "readings", ["at"], unique=False)


def _role_changes() -> None:
    op.create_table(
        "role_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_role_changes_school")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_role_changes_person")),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_role_changes_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_changes")),
    )
    op.create_index(op.f("ix_role_changes_school_at"), "role_changes", ["school", "at"], unique=False)


def _schools_file() -> None:
    op.create_table(
        "schools_file",
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_schools_file_school")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_schools_file_person")),
        sa.PrimaryKeyConstraint("school", "person", name=op.f("pk_schools_file")),
    )
