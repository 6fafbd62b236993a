"""`meldwijzer doctor` and the log say in plain words what will go wrong, before it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from bot.cli.doctor.findings import complaints, notes
from bot.jobs.calendar_watch import calendar_ends
from bot.settings import Settings
from bot.store import open_store
from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.domain.plan.roles import NEEDED, Role
from meldcode.domain.staff import School
from storage.crypto.vault import new_master_key
from storage.db.schema import plans
from storage.repositories.plans import DATABASE_CHANGED
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store

SCHOOLS = """
schools:
  - name: De Linde
    region: noord
    people:
      - {slack: U0SANNE, name: Sanne de Boer, roles: [teacher]}
      - {slack: U0KARIN, name: Karin Visser, roles: [care_coordinator, confidant, cluster_director]}
      - {slack: U0FATIMA, name: Fatima el Amrani, roles: [school_leader]}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "schools.yaml"
    file.write_text(SCHOOLS, encoding="utf-8")
    return Settings(
        slack_bot_token=SecretStr("xoxb-1"),
        slack_signing_secret=SecretStr("0" * 32),
        database_url=f"sqlite:///{tmp_path / 'm.db'}",
        meldwijzer_master_key=SecretStr(new_master_key()),
        meldwijzer_schools=file,
    )


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings)[1]


def test_all_is_well(settings: Settings) -> None:
    assert list(complaints(settings)) == []


def test_a_plan_that_was_changed_in_the_database_is_named(settings: Settings, store: Store) -> None:
    with store.transaction() as uow:
        older = {"plan": "eigen", "version": 1, "digest": b"of another text", "document": "plan: eigen"}
        uow.session.connection.execute(insert(plans), older)
    assert list(complaints(settings)) == [f"eigen 1: {DATABASE_CHANGED}"]


def test_a_role_without_holder_is_named(settings: Settings) -> None:
    assert settings.meldwijzer_schools is not None
    settings.meldwijzer_schools.write_text(SCHOOLS.replace("confidant, ", ""), encoding="utf-8")
    assert list(complaints(settings)) == ["De Linde: nobody has the role confidant (vertrouwenspersoon)."]


def test_a_role_that_somebody_lost_in_slack_is_named_though_the_file_has_it(settings: Settings, store: Store) -> None:
    person = PersonConfig("U0KARIN", "Karin Visser", frozenset({*Role} - {Role.CONFIDANT}))
    apply_schools(store, [SchoolConfig("De Linde", "noord", (), (person,))], "T1", datetime.now(UTC))
    assert list(complaints(settings)) == ["De Linde: nobody has the role confidant (vertrouwenspersoon)."]


def test_without_any_school_the_file_is_asked_for(settings: Settings) -> None:
    [complaint] = complaints(settings.model_copy(update={"meldwijzer_schools": None}))
    assert "set MELDWIJZER_SCHOOLS" in complaint


def test_a_database_or_key_that_others_can_open_is_told(settings: Settings, store: Store, tmp_path: Path) -> None:
    key = tmp_path / "master.key"
    key.write_text(settings.meldwijzer_master_key.get_secret_value(), encoding="ascii")
    key.chmod(0o644)
    (tmp_path / "m.db").chmod(0o640)
    changed = {"meldwijzer_master_key": SecretStr(""), "meldwijzer_master_key_file": key}
    assert list(complaints(settings.model_copy(update=changed))) == [
        "Others on this machine can open m.db. Run: chmod 600 m.db",
        "Others on this machine can open master.key. Run: chmod 600 master.key",
    ]


def test_what_slack_changed_counts_and_is_noted(settings: Settings, store: Store) -> None:
    people = (
        PersonConfig("U0SANNE", "Sanne de Boer", frozenset({Role.TEACHER})),
        PersonConfig("U0KARIN", "Karin Visser", frozenset(set(NEEDED) - {Role.TEACHER, Role.SCHOOL_LEADER})),
        PersonConfig("U0FATIMA", "Fatima el Amrani", frozenset({Role.SCHOOL_LEADER})),
    )
    apply_schools(store, [SchoolConfig("De Linde", "noord", (), people)], "T1", datetime.now(UTC))
    assert list(notes(settings)) == []
    with store.transaction() as uow:
        [school] = uow.staff.schools()
        sanne = next(one for one in uow.staff.of_school(school.id) if one.name == "Sanne de Boer")
        uow.staff.set_roles(sanne.id, school.id, {Role.CONFIDANT}, (), sanne.id)
    assert list(notes(settings)) == [
        "De Linde: the roles of U0SANNE are confidant; the schools file says teacher. The first counts."
    ]


@pytest.mark.rule("G12")
def test_one_person_with_two_roles_that_the_plan_asks_of_two_people_is_noted(settings: Settings, store: Store) -> None:
    both = frozenset({Role.CARE_COORDINATOR, Role.SCHOOL_LEADER})
    people = (PersonConfig("U0KARIN", "Karin Visser", both),)
    apply_schools(store, [SchoolConfig("De Linde", "noord", (), people)], "T1", datetime.now(UTC))
    [said] = [line for line in notes(settings) if "one person has the roles" in line]
    assert said.startswith("De Linde: one person has the roles care_coordinator and school_leader, which the plan asks")


def test_what_is_in_the_database_and_not_in_the_file_is_listed(settings: Settings, store: Store) -> None:
    people = (PersonConfig("U0BEUK", "Anouk Jacobs", frozenset({Role.SCHOOL_LEADER, Role.CONFIDANT})),)
    apply_schools(store, [SchoolConfig("De Beuk", "zuid", (), people)], "T1", datetime.now(UTC))
    assert next(iter(complaints(settings))).startswith(
        "The schools file does not name De Beuk, which the database has."
    )
    assert list(notes(settings)) == [
        "De Beuk: the roles of U0BEUK are confidant, school_leader; the schools file says none. The first counts."
    ]
    assert settings.meldwijzer_schools is not None
    closed = "\n  - {name: De Beuk, region: zuid, closed: true}\n"
    settings.meldwijzer_schools.write_text(SCHOOLS + closed, encoding="utf-8")
    assert not [line for line in complaints(settings) if "De Beuk" in line]


def test_a_wrong_master_key_is_refused_in_words(settings: Settings, store: Store) -> None:
    with store.transaction():
        pass
    other = settings.model_copy(update={"meldwijzer_master_key": SecretStr(new_master_key())})
    [complaint] = complaints(other)
    assert "master key" in complaint


@pytest.mark.rule("G6")
@pytest.mark.parametrize(("days", "warns"), [(182, True), (184, False)])
def test_the_end_of_the_calendar_is_told_half_a_year_ahead(days: int, warns: bool) -> None:
    last = datetime(2030, 9, 1, 12, tzinfo=UTC)
    found = list(calendar_ends(School(uuid4(), "De Linde", "noord"), last - timedelta(days=days)))
    assert bool(found) is warns
    assert not warns or "De Linde: the vacations are known until 2030-09-01 only" in found[0]


@pytest.mark.rule("G2")
def test_a_message_that_waits_and_one_that_was_given_up_are_told(settings: Settings, store: Store) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    person = PersonConfig("U0KARIN", "Karin Visser", frozenset(Role))
    apply_schools(store, [SchoolConfig("De Linde", "noord", (), (person,))], "T1", long_ago)
    with store.transaction(long_ago) as uow:
        [school] = uow.staff.schools()
        [karin] = uow.staff.of_school(school.id)
        uow.outbox.put(OutboxMessage(karin.id, None, "one", DeputyArranged()), long_ago)
        uow.outbox.put(OutboxMessage(karin.id, None, "two", DeputyArranged()), long_ago)
    with store.transaction() as uow:
        [claimed] = uow.queue.claim(long_ago, 1, timedelta(minutes=1))
        uow.queue.set_aside(claimed, "user_not_found")
    stuck, failed = sorted(complaints(settings), key=lambda complaint: "delivered" in complaint)
    assert "The outbox is stuck" in stuck
    assert failed.startswith("1 message(s) could not be delivered")
