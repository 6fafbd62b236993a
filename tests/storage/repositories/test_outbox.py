from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event, func, select

from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import Undelivered
from meldcode.application.messages.registry import URGENT
from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage, Placing
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import PersonId
from meldcode.domain.staff import Identity
from storage.db.schema import outbox
from storage.integrity.future import has_future
from storage.repositories.messages.send_queue import Claimed, Sent
from storage.unit_of_work import Store
from tests.payloads import EXAMPLES
from tests.storage.conftest import NOW, WORKSPACE, Staff
from tests.storage.repositories.test_cases import at_once

LEASE = timedelta(seconds=30)
TOLD = Undelivered("mus-12", "1")
AFTER_LEASE = NOW + LEASE


@pytest.fixture
def waiting(store: Store, staff: Staff, case: CaseHeader) -> CaseHeader:
    """Two messages to Karin, one to Sanne, in this order."""
    _put(store, case, staff.karin.id, "1")
    _put(store, case, staff.karin.id, "2")
    _put(store, case, staff.sanne.id, "1")
    return case


def _put(store: Store, case: CaseHeader, to: PersonId, moment: str) -> None:
    with store.transaction() as uow:
        uow.outbox.put(OutboxMessage(to, case.id, moment, TOLD), NOW)


def _claim(store: Store, now: datetime = NOW, limit: int = 10) -> list[Claimed]:
    with store.transaction() as uow:
        return uow.queue.claim(now, limit, LEASE)


def _mark_sent(store: Store, claimed: Claimed, now: datetime) -> None:
    with store.transaction() as uow:
        uow.queue.mark_sent([claimed.id], now)


def _retry(store: Store, claimed: Claimed, due_at: datetime, error_code: str) -> None:
    with store.transaction() as uow:
        uow.queue.retry(claimed, due_at, error_code)


def _set_aside(store: Store, claimed: Claimed, error_code: str) -> None:
    with store.transaction() as uow:
        uow.queue.set_aside(claimed, error_code)


def _rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(outbox)) or 0


def test_the_same_message_is_put_once(store: Store, staff: Staff, case: CaseHeader, engine: Engine) -> None:
    _put(store, case, staff.karin.id, "1")
    _put(store, case, staff.karin.id, "1")
    assert _rows(engine) == 1
    _mark_sent(store, _claim(store)[0], NOW)
    _put(store, case, staff.karin.id, "1")
    assert _claim(store) == []


def test_a_claimed_message_says_all_that_sending_takes(store: Store, staff: Staff, case: CaseHeader) -> None:
    _put(store, case, staff.karin.id, "1")
    (claimed,) = _claim(store)
    assert (claimed.kind, claimed.to) == ("undelivered", staff.karin.id)
    assert (claimed.payload(), claimed.attempts) == (TOLD, 1)
    assert claimed.identity == Identity("slack", WORKSPACE, "U2")


@pytest.mark.usefixtures("waiting")
def test_a_person_gets_messages_in_order(store: Store, staff: Staff) -> None:
    first = _claim(store)
    assert [claimed.to for claimed in first] == [staff.karin.id, staff.sanne.id]
    assert _claim(store) == []
    _mark_sent(store, first[0], NOW)
    (second,) = _claim(store)
    assert second.to == staff.karin.id
    assert second.id > first[0].id


@pytest.mark.rule("G4")
@pytest.mark.parametrize("alarm", [one for one in EXAMPLES if isinstance(one, URGENT)])
def test_an_alarm_waits_for_no_other_message(store: Store, staff: Staff, waiting: CaseHeader, alarm: Payload) -> None:
    first, _ = _claim(store)
    _retry(store, first, NOW + timedelta(minutes=30), "ratelimited")
    with store.transaction() as uow:
        uow.outbox.put(OutboxMessage(staff.karin.id, waiting.id, "alarm", alarm), NOW)
    (claimed,) = _claim(store)
    assert claimed.kind == alarm.kind


@pytest.mark.usefixtures("waiting")
def test_a_later_message_waits_while_an_earlier_one_is_tried_again(store: Store) -> None:
    first, other = _claim(store)
    _mark_sent(store, other, NOW)
    _retry(store, first, NOW + timedelta(minutes=1), "ratelimited")
    assert _claim(store, NOW + timedelta(seconds=59)) == []
    (again,) = _claim(store, NOW + timedelta(minutes=1))
    assert (again.id, again.attempts) == (first.id, 2)


@pytest.mark.usefixtures("waiting")
def test_what_was_set_aside_holds_nothing_up(store: Store) -> None:
    first = _claim(store, limit=1)[0]
    _set_aside(store, first, "account_inactive")
    claimed = [one.id for one in _claim(store)]
    assert first.id not in claimed
    assert len(claimed) == 2


@pytest.mark.usefixtures("waiting")
def test_a_lease_that_ends_gives_the_message_back(store: Store) -> None:
    first = _claim(store)
    assert _claim(store, AFTER_LEASE - timedelta(seconds=1)) == []
    again = _claim(store, AFTER_LEASE)
    assert [one.id for one in again] == [one.id for one in first]
    assert {one.attempts for one in again} == {2}


@pytest.mark.usefixtures("waiting")
def test_a_slow_sender_does_not_touch_what_another_has_claimed(store: Store) -> None:
    slow = _claim(store, limit=1)[0]
    other = next(one for one in _claim(store, AFTER_LEASE) if one.id == slow.id)
    _retry(store, slow, AFTER_LEASE, "timeout")
    _set_aside(store, slow, "timeout")
    assert slow.id not in [one.id for one in _claim(store, AFTER_LEASE)]
    _mark_sent(store, slow, AFTER_LEASE)
    _retry(store, other, AFTER_LEASE, "timeout")
    assert slow.id not in [one.id for one in _claim(store, AFTER_LEASE + LEASE)]


def test_two_claimers_never_get_the_same(store: Store, staff: Staff, case: CaseHeader) -> None:
    for round_ in range(15):
        _put(store, case, staff.karin.id, str(round_))
        _put(store, case, staff.sanne.id, str(round_))
        results = at_once(*[lambda: _claim(store, limit=1)] * 4)
        claimed = [one for result in results for one in result]  # type: ignore[attr-defined]
        assert sorted(one.to for one in claimed) == sorted([staff.karin.id, staff.sanne.id])
        for one in claimed:
            _mark_sent(store, one, NOW)


def test_thousands_are_marked_without_a_statement_of_thousands(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    """A server ends a statement that takes too long: none then counted as sent, and the next was longer still."""
    sizes: list[int] = []

    def note(_connection: object, _cursor: object, _statement: str, parameters: object, *_: object) -> None:
        sizes.append(len(parameters))  # type: ignore[arg-type]

    messages = [OutboxMessage(staff.karin.id, case.id, str(number), DeputyArranged()) for number in range(1000)]
    with store.transaction() as uow:
        uow.outbox.put_all(messages, NOW)
    with engine.connect() as connection:
        ids = set(connection.scalars(select(outbox.c.id)))
    event.listen(engine, "before_cursor_execute", note)
    with store.transaction() as uow:
        uow.queue.mark_sent(ids, NOW)
    assert max(sizes) < 300
    assert _claim(store) == []


PLACE = Sent("D1", "1.0")


def _put_in_place(store: Store, to: PersonId, payload: Payload, moment: str, key: str = "key") -> None:
    with store.transaction() as uow:
        uow.outbox.put(OutboxMessage(to, None, moment, payload, replaces=key), NOW)


def _sent_at(store: Store, claimed: Claimed, place: Sent) -> None:
    with store.transaction() as uow:
        uow.queue.mark_sent([claimed.id], NOW)
        uow.queue.keep_places({claimed.id: place})


@pytest.mark.parametrize("payload", [TOLD, *(one for one in EXAMPLES if isinstance(one, URGENT))])
def test_a_message_takes_the_places_of_those_with_its_key(store: Store, staff: Staff, payload: Payload) -> None:
    for moment in "123":
        _put_in_place(store, staff.karin.id, payload, moment)
    earlier = []
    for place in (PLACE, Sent("D1", "2.0"), PLACE):
        (claimed,) = _claim(store)
        earlier.append(claimed.earlier)
        assert _claim(store) == [], "the next one waits until it is known where this one stands"
        _sent_at(store, claimed, place)
    assert list(map(set, earlier)) == [set(), {PLACE}, {PLACE, Sent("D1", "2.0")}]


def test_it_takes_nobody_elses_place_and_that_of_no_other_key(store: Store, staff: Staff) -> None:
    _put_in_place(store, staff.karin.id, TOLD, "1")
    _sent_at(store, _claim(store)[0], PLACE)
    _put_in_place(store, staff.sanne.id, TOLD, "2")
    _put_in_place(store, staff.karin.id, TOLD, "2", key="another")
    assert [claimed.earlier for claimed in _claim(store)] == [(), ()]


def test_what_nobody_is_notified_of_holds_up_only_what_is_about_the_same(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        for moment, key, placing in (
            ("1", "one", Placing.ONLY_IN_PLACE),
            ("2", "other", Placing.NEW),
            ("3", "one", Placing.NEW),
        ):
            uow.outbox.put(OutboxMessage(staff.karin.id, None, moment, TOLD, key, placing), NOW)
    silent, other = _claim(store)
    assert (silent.placing, other.replaces) == (Placing.ONLY_IN_PLACE, "other")
    with store.transaction() as uow:
        uow.queue.mark_sent([other.id], NOW)
        uow.queue.retry(silent, NOW + timedelta(minutes=5), "ratelimited")
    assert _claim(store) == []


def test_what_is_due_in_a_moment_goes_along_and_what_is_due_later_does_not(
    store: Store, staff: Staff, case: CaseHeader
) -> None:
    minutes = {"soon": 1, "now": 0, "later": 3}
    for name, ahead in minutes.items():
        with store.transaction() as uow:
            message = OutboxMessage(staff.karin.id, case.id, name, TOLD)
            uow.outbox.put(message, NOW + timedelta(minutes=ahead))
    with store.transaction() as uow:
        [first] = uow.queue.claim(NOW, 10, LEASE)
        along = uow.queue.claim_alike(first, NOW, LEASE)
        assert [one.id - first.id for one in along] == [-1], "also when it waits for longer"


def test_what_waits_for_a_later_day_is_no_sign_of_a_clock_that_was_ahead(
    store: Store, staff: Staff, case: CaseHeader
) -> None:
    tomorrow = NOW + timedelta(days=1)
    with store.transaction() as uow:
        uow.outbox.put(OutboxMessage(staff.karin.id, case.id, "1", TOLD), NOW, tomorrow)
        assert not has_future(uow.session.connection, NOW + timedelta(minutes=5)), "or a restart would send it at once"
    assert not _claim(store)
    assert _claim(store, tomorrow)
