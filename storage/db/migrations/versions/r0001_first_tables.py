"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _people()
    _plans()
    _schools()
    _secrets()
    _cases()
    _drafts()
    _identities()
    _memberships()
    _case_keys()
    _case_teachers()
    _entries()
    _outbox()
    _readings()
    _roles()
    _deputies()
    _reminders()


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan", "version", name=op.f("pk_plans")),
    )


def _schools() -> None:
    op.create_table(
        "schools",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=10), nullable=False),
        sa.Column("free_days", sa.JSON(), nullable=False),
        sa.Column("open_days", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schools")),
        sa.UniqueConstraint("name", name=op.f("uq_schools_name")),
    )


def _secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("plan", sa.String(length=40), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rungs", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_to", sa.Uuid(), nullable=True),
        sa.Column("pupil", sa.LargeBinary(), nullable=False),
        sa.Column("pupil_index", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["joined_to"], ["cases.id"], name=op.f("fk_cases_joined_to")),
        sa.ForeignKeyConstraint(
            ["plan", "plan_version"], ["plans.plan", "plans.version"], name=op.f("fk_cases_plan_plan_version")
        ),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_cases_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("code", name=op.f("uq_cases_code")),
    )
    op.create_index(op.f("ix_cases_joined_to"), "cases", ["joined_to"], unique=False)
    op.create_index(op.f("ix_cases_next_due"), "cases", ["next_due"], unique=False)
    op.create_index(op.f("ix_cases_school_pupil_index"), "cases", ["school", "pupil_index"], unique=False)
    op.create_index(op.f("ix_cases_school_status"), "cases", ["school", "status"], unique=False)


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name=op.f("fk_drafts_author")),
        sa.PrimaryKeyConstraint("key", "author", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"], unique=False)


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_identities_person")),
        sa.PrimaryKeyConstraint("platform", "workspace", "user", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_person"), "identities", ["person"], unique=False)


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("groups", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_memberships_person")),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_memberships_school")),
        sa.PrimaryKeyConstraint("person", "school", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_school"), "memberships", ["school"], unique=False)


def _case_keys() -> None:
    op.create_table(
        "case_keys",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_keys_case")),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_case_keys")),
    )


def _case_teachers() -> None:
    op.create_table(
        "case_teachers",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("teacher", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_teachers_case")),
        sa.ForeignKeyConstraint(["teacher"], ["people.id"], name=op.f("fk_case_teachers_teacher")),
        sa.PrimaryKeyConstraint("case", "teacher", name=op.f("pk_case_teachers")),
    )
    op.create_index(op.f("ix_case_teachers_teacher"), "case_teachers", ["teacher"], unique=False)


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name=op.f("fk_entries_author")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_entries_case")),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_entries")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_entries_idempotency_key")),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=True),
        sa.Column("about", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=100), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error_code", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_outbox_case")),
        sa.ForeignKeyConstraint(["recipient"], ["people.id"], name=op.f("fk_outbox_recipient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("about", "kind", "recipient", "moment", name=op.f("uq_outbox_about_kind_recipient_moment")),
    )
    op.create_index(op.f("ix_outbox_recipient_state"), "outbox", ["recipient", "state"], unique=False)
    op.create_index(op.f("ix_outbox_state_due_at"), "outbox", ["state", "due_at"], unique=False)


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_readings_case")),
        sa.ForeignKeyConstraint(["reader"], ["people.id"], name=op.f("fk_readings_reader")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index(op.f("ix_readings_case"), "readings", ["case"], unique=False)


def _roles() -> None:
    op.create_table(
        "roles",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person", "school"], ["memberships.person", "memberships.school"], name=op.f("fk_roles_person_school")
        ),
        sa.PrimaryKeyConstraint("person", "school", "role", name=op.f("pk_roles")),
    )


def _deputies() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("deputy", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("appointed_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_deputies_school")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_deputies_person")),
        sa.ForeignKeyConstraint(["deputy"], ["people.id"], name=op.f("fk_deputies_deputy")),
        sa.ForeignKeyConstraint(["appointed_by"], ["people.id"], name=op.f("fk_deputies_appointed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index(op.f("ix_deputies_deputy_last_day"), "deputies", ["deputy", "last_day"], unique=False)


def _reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_reminders_case")),
        sa.PrimaryKeyConstraint("case", "moment", name=op.f("pk_reminders")),
    )
