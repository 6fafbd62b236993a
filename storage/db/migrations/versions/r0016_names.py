"""Tables get the names of what they hold: work items, processed requests, pending exports, the epoch of the cache.

The rows are copied to new tables, so that indexes and constraints get their new names on both databases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    _cache_epoch()
    _processed_requests()
    _pending_exports()
    _work_items()


def _cache_epoch() -> None:
    op.create_table(
        "cache_epoch",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cache_epoch")),
    )
    _move("marks", "cache_epoch", "name, value", "name, value")


def _processed_requests() -> None:
    op.create_table(
        "processed_requests",
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_processed_requests")),
    )
    _move("handled", "processed_requests", "request, at", "request, at")
    op.create_index(op.f("ix_processed_requests_at"), "processed_requests", ["at"])


def _pending_exports() -> None:
    op.create_table(
        "pending_exports",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_pending_exports_case")),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_pending_exports_given_by")),
        sa.PrimaryKeyConstraint("case", "entry", name=op.f("pk_pending_exports")),
    )
    columns = '"case", entry, given_by, until'
    _move("givings", "pending_exports", columns, columns)
    op.create_index(op.f("ix_pending_exports_until"), "pending_exports", ["until"])


def _work_items() -> None:
    op.create_table(
        "work_items",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("assignee", sa.String(40), nullable=False),
        sa.Column("school", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("record", sa.String(40), nullable=False),
        sa.Column("postponed_to", sa.Date(), nullable=True),
        sa.Column("postponed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_work_items_case")),
        sa.ForeignKeyConstraint(["school"], ["schools.id"], name=op.f("fk_work_items_school")),
        sa.ForeignKeyConstraint(["postponed_by"], ["people.id"], name=op.f("fk_work_items_postponed_by")),
        sa.PrimaryKeyConstraint("case", "assignee", name=op.f("pk_work_items")),
    )
    rest = "due, code, record, postponed_to, postponed_by"
    old, new = f'"case", holder, school, place, {rest}', f'"case", assignee, school, section, {rest}'
    _move("turns", "work_items", old, new)
    order = ["school", "assignee", "section", "due", "code", "case"]
    op.create_index("ix_work_items_order", "work_items", order)


def _move(old: str, new: str, old_columns: str, new_columns: str) -> None:
    op.execute(f"INSERT INTO {new} ({new_columns}) SELECT {old_columns} FROM {old}")  # noqa: S608 - names of our own
    op.drop_table(old)
