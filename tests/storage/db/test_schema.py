from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import JSON, Column, Engine, LargeBinary, MetaData, String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from storage.db.schema import CLASSES, Moment, cases, metadata, schools
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, PUPIL, Staff

BINARY_CLASSES = {"encrypted", "keyed", "hash", "key"}


def unclassified(tables: MetaData) -> list[str]:
    """Columns that are not classified, or whose class does not fit their type."""
    return [str(column) for table in tables.sorted_tables for column in table.columns if not _is_classified(column)]


def _is_classified(column: Column[object]) -> bool:
    column_class = column.info.get("class")
    fits = isinstance(column.type, LargeBinary) == (column_class in BINARY_CLASSES)
    moments_fit = isinstance(column.type, Moment) == (column_class == "moment")
    return column_class in CLASSES and fits and moments_fit


@pytest.mark.rule("G3")
def test_every_column_says_what_it_holds() -> None:
    assert unclassified(metadata) == []


@pytest.mark.rule("G3")
def test_an_unclassified_column_is_found() -> None:
    tables = MetaData()
    Table(
        "t",
        tables,
        Column("silent", String),
        Column("clear", String, info={"class": "encrypted"}),
        Column("fine", String, info={"class": "plain"}),
    )
    assert unclassified(tables) == ["t.silent", "t.clear"]


TEXT_COLUMNS = {
    "secrets": {"name", "key_id"},
    "cache_epoch": {"name"},
    "plans": {"plan", "document"},
    "schools": {"name", "region", "free_days", "open_days", "hours"},
    "memberships": {"works"},
    "identities": {"platform", "workspace", "user", "locale"},
    "roles": {"role"},
    "role_changes": {"role"},
    "cases": {"code", "plan", "status", "step", "outcome"},
    "components": {"name", "failure"},
    "case_keys": {"key_id"},
    "draft_keys": {"key_id"},
    "case_people": {"part"},
    "readings": {"place", "roles"},
    "alarm_answers": {"response"},
    "reminders": {"moment"},
    "work_items": {"assignee", "code", "record"},
    "appointments": {"code", "state"},
    "files": {"file", "workspace"},
    "installations": {"workspace"},
    "outbox": {
        "about",
        "kind",
        "moment",
        "payload",
        "state",
        "last_error_code",
        "replaces",
        "placing",
        "channel",
        "ts",
    },
}


@pytest.mark.rule("G3")
def test_text_that_is_not_encrypted_is_known_one_by_one() -> None:
    found: dict[str, set[str]] = {}
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON):
                found.setdefault(table.name, set()).add(column.name)
    assert found == TEXT_COLUMNS


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Europe/Amsterdam"), timezone(timedelta(hours=-9, minutes=-30))])
def test_a_moment_comes_back_as_the_same_in_utc(engine: Engine, store: Store, staff: Staff, zone: timezone) -> None:
    moment = datetime(2026, 10, 25, 2, 30, 15, 123456, tzinfo=zone)
    with store.transaction() as uow:
        case = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, moment)
    assert case.opened_at == moment.astimezone(UTC)
    assert case.opened_at.utcoffset() == timedelta(0)
    with engine.connect() as connection:
        assert connection.scalars(select(cases.c.id).where(cases.c.opened_at <= moment)).all() == [case.id]


def test_a_moment_without_time_zone_is_refused(engine: Engine, store: Store) -> None:
    with pytest.raises(StatementError, match="time zone"), engine.begin() as connection:
        connection.execute(update(cases).values(next_due=NOW.replace(tzinfo=None)))


def test_statements_that_fail_do_not_show_their_values(engine: Engine) -> None:
    row = {"id": uuid4(), "region": "geheim", "free_days": [], "open_days": [], "hours": []}
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(insert(schools).values(**row, name="De Beuk"))
        connection.execute(insert(schools).values(**row, name="De Beuk"))
    assert "geheim" not in str(caught.value)
