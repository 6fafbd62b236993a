"""Alarms on both databases: one worker escalates each, and the place is unreadable without the key (G4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from meldcode.application.actor import actor_of
from meldcode.application.cases.alarms.alarm import RaiseAlarm, raise_alarm
from meldcode.application.jobs.alarms import escalate_next_alarm
from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.domain.alarm import Alarm, Answer, Response
from meldcode.domain.staff import Identity
from storage.db.schema import alarms, outbox
from storage.unit_of_work import Store
from tests.databases import postgresql_only
from tests.storage.conftest import NOW, WORKSPACE, Staff
from tests.storage.repositories.test_cases import at_once

pytestmark = pytest.mark.rule("G4")
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def alarm(store: Store, staff: Staff) -> Alarm:
    """Sanne's alarm, of which Karin was told."""
    raised = Alarm(staff.sanne.id, NOW, due=LATER)
    with store.transaction() as uow:
        uow.alarms.add(raised)
        return uow.alarms.alert(raised, [staff.karin.id], 0)


def found(store: Store, alarm: Alarm) -> Alarm:
    with store.transaction() as uow:
        stored = uow.alarms.find(alarm.id)
    assert stored
    return stored


def claimed(store: Store, now: datetime) -> Alarm | None:
    with store.transaction() as uow:
        return uow.alarms.claim_due(now)


def test_an_alarm_is_read_as_it_was_stored(store: Store, staff: Staff, alarm: Alarm) -> None:
    assert found(store, alarm) == alarm
    with store.transaction() as uow:
        changed = uow.alarms.set_place(alarm, "lokaal 5")
        changed = uow.alarms.answer(changed, Answer(staff.karin.id, Response.CALLING, LATER))
        changed = uow.alarms.end(changed, staff.karin.id, LATER)
    assert found(store, alarm) == changed


def test_only_one_of_two_workers_escalates_it(store: Store, alarm: Alarm, engine: Engine) -> None:
    del alarm

    def escalate() -> bool:
        with store.transaction() as uow:
            return escalate_next_alarm(uow, LATER)

    assert sorted(map(bool, at_once(escalate, escalate, escalate))) == [False, False, True]
    with engine.connect() as connection:
        assert connection.scalars(select(alarms.c.level)).all() == [1]


def test_it_is_due_once_at_each_level(store: Store, alarm: Alarm) -> None:
    assert claimed(store, LATER - timedelta(seconds=1)) is None
    levels = []
    while one := claimed(store, NOW + timedelta(hours=1)):
        levels.append((one.level, one.due))
    assert levels == [(1, NOW + timedelta(minutes=10)), (2, None)]
    assert found(store, alarm).due is None


def test_presses_at_the_same_moment_are_one_alarm(store: Store, staff: Staff, engine: Engine) -> None:
    del staff

    def press(number: int) -> object:
        who = Identity("slack", WORKSPACE, "U1")
        with store.transaction() as uow:
            return raise_alarm(uow, actor_of(uow, who), RaiseAlarm(f"R{number}"), NOW + timedelta(milliseconds=number))

    results = at_once(*(lambda number=number: press(number) for number in range(3)))
    assert not [one for one in results if isinstance(one, Exception)]
    with engine.connect() as connection:
        assert len(connection.execute(select(alarms)).all()) == 1
        assert len(connection.execute(select(outbox)).all()) == 1


@postgresql_only  # SQLite has one writer
def test_somebody_who_presses_can_be_sent_messages_meanwhile(store: Store, staff: Staff, engine: Engine) -> None:
    """Two people who press at the same moment alert each other; neither may wait for the other."""

    def tell() -> None:
        with store.transaction() as uow:
            uow.outbox.put(OutboxMessage(staff.karin.id, None, "1", DeputyArranged()), NOW)

    with ThreadPoolExecutor(1) as others, store.transaction() as uow:
        uow.alarms.latest(staff.karin.id)
        others.submit(tell).result(timeout=5)


def test_a_place_that_was_tampered_with_hides_no_alarm(store: Store, alarm: Alarm, engine: Engine) -> None:
    with store.transaction() as uow:
        uow.alarms.set_place(alarm, "lokaal 5")
    with engine.begin() as connection:
        sealed = connection.scalar(select(alarms.c.place))
        assert sealed and b"lokaal" not in sealed
        connection.execute(update(alarms).values(place=sealed[:-1] + b"x"))
    assert found(store, alarm).place == ""
    assert claimed(store, LATER)
