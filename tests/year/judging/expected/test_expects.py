"""What the oracle expects of messages that nobody waits for: what cannot wait, the week's overview and appointments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.year.judging.by_hand import (
    CODE,
    EVENING,
    FATIMA,
    HOUR,
    JORIS,
    KARIN,
    MEHMET,
    SANNE,
    SIGNAL,
    TUESDAY,
    a_message,
    an_event,
    did,
    found,
)
from tests.year.judging.expected.urgent import Pressing
from tests.year.judging.log import Event

EXCLUDED = did(KARIN, "excluded", {"exclusion": "out", "excluded_person": JORIS})
AGREED = did(FATIMA, "exclusion_agreed", {"exclusion_right": "yes"}, TUESDAY + 2.5 * HOUR)
NEXT_MORNING = datetime(2026, 9, 9, 5, tzinfo=UTC)


def hourly(*hours: int, to: tuple[str, ...] = (KARIN, FATIMA), late: timedelta = timedelta()) -> list[Event]:
    words = f"*Dit kan niet wachten tot morgen: dossier {CODE}*"
    return [a_message(who, words, TUESDAY + hour * HOUR + late) for hour in hours for who in to]


TODAY = hourly(*range(1, 11))
MORNING = [one | {"at": NEXT_MORNING.isoformat()} for one in hourly(1)]


@pytest.mark.parametrize(
    ("events", "until", "said"),
    [
        (TODAY, EVENING, []),
        ([*TODAY, *MORNING], NEXT_MORNING + HOUR, []),
        (TODAY, NEXT_MORNING + HOUR, ["not told that it cannot wait"]),
        (hourly(*range(1, 10)), EVENING, ["not told that it cannot wait"]),
        ([*hourly(*range(2, 11)), *hourly(1, to=(KARIN,))], EVENING, ["not told that it cannot wait"]),
        ([*TODAY, *hourly(3, to=(MEHMET,))], EVENING, ["somebody else is told that it cannot wait"]),
        ([*TODAY, *hourly(3, to=(KARIN,), late=HOUR / 60)], EVENING, ["told twice that it cannot wait"]),
        ([*TODAY, *hourly(3, to=(KARIN,), late=HOUR / 2)], EVENING, ["told without a reason that it cannot wait"]),
        ([AGREED, *hourly(1, 2)], EVENING, []),
        ([AGREED, *hourly(1, 2, 3)], EVENING, ["told without a reason that it cannot wait"] * 2),
    ],
)
def test_what_cannot_wait_is_heard_each_hour_until_it_is_done(
    events: list[Event], until: datetime, said: list[str]
) -> None:
    assert found(EXCLUDED, *events, until=until, about="cannot wait") == said


def test_two_things_a_minute_apart_may_be_two_messages() -> None:
    """The program knows parts of seconds, and the log does not."""
    advised = did(SANNE, "veilig_thuis_advice", {"advised": "report"}, TUESDAY + HOUR / 60)
    again = hourly(*range(1, 11), late=HOUR / 60)
    assert found(EXCLUDED, advised, *TODAY, *again, until=EVENING, about="cannot wait") == []


def test_who_left_without_a_word_may_be_told_until_the_bot_finds_out() -> None:
    away = an_event("deputy", who=KARIN, deputy=MEHMET, first="2026-09-08", last="2026-09-08")
    told = [one | {"who": MEHMET if one["who"] == KARIN else one["who"]} for one in TODAY]
    left = an_event("gone", TUESDAY + HOUR / 2, who=MEHMET, is_told=False)
    assert found(EXCLUDED, away, left, *told, until=EVENING, about="somebody else") == []
    known = left | {"is_told": True}
    assert {*found(EXCLUDED, away, known, *told, until=EVENING, about="somebody else")} == {
        "somebody else is told that it cannot wait"
    }


def test_nobody_stands_in_for_somebody_in_a_case_that_is_kept_from_them() -> None:
    stands_in = an_event("deputy", who=KARIN, deputy=JORIS, first="2026-09-08", last="2026-09-08")
    assert found(EXCLUDED, stands_in, *TODAY, until=EVENING, about="cannot wait") == []


MONDAY = datetime(2026, 9, 14, 11, 5, tzinfo=UTC)
OF_WEEK = "*Deze week op De Linde*\nSignalen vastleggen: 1 open, waarvan 1 te laat"


def overview(at: datetime, words: str = OF_WEEK) -> Event:
    return a_message(FATIMA, words, at)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([overview(MONDAY)], []),
        ([], ["no overview of the week"]),
        ([overview(MONDAY + 24 * HOUR)], ["the week's overview on another day"]),
        ([overview(MONDAY), overview(MONDAY + HOUR)], ["the week's overview twice"]),
        ([overview(MONDAY, OF_WEEK.replace("Signalen vastleggen", "Overleggen"))], ["the week's counts are wrong"]),
        ([overview(MONDAY, OF_WEEK.split(",", maxsplit=1)[0])], ["the week's counts are wrong"]),
        ([overview(MONDAY, f"{OF_WEEK}\nAfspraken: 1 open")], ["the week's counts are wrong"]),
        ([overview(TUESDAY + HOUR), overview(MONDAY)], ["the week's overview on another day"]),
    ],
)
def test_the_week_is_counted_once_on_its_first_school_day(events: list[Event], said: list[str]) -> None:
    assert found(*events, until=MONDAY + 34 * HOUR, about="week") == said


@pytest.mark.parametrize(
    ("before", "days", "said"),
    [
        (timedelta(seconds=10), 1, []),
        (timedelta(seconds=10), 3, ["no overview of the week"]),
        (2 * HOUR, 1, ["no overview of the week"]),
    ],
)
def test_after_a_fault_just_before_school_opens_the_overview_may_come_on_the_next_day(
    before: timedelta, days: int, said: list[str]
) -> None:
    began = MONDAY.replace(hour=6, minute=30) - before
    trouble = an_event("trouble", began, fault="upgrade", until=(began + HOUR / 3).isoformat())
    assert found(trouble, until=MONDAY + days * 20 * HOUR, about="week") == said


def test_the_overview_may_come_when_a_proposal_to_keep_the_leader_from_the_only_case_is_over() -> None:
    proposed = did(KARIN, "excluded", {"exclusion": "out", "excluded_person": FATIMA}, MONDAY - 50 * HOUR)
    assert found(proposed, overview(MONDAY + 24 * HOUR), until=MONDAY + 34 * HOUR, about="week") == []


def test_who_stands_in_for_the_leader_later_in_the_week_reads_it_then() -> None:
    stands_in = an_event("deputy", who=FATIMA, deputy=MEHMET, first="2026-09-15", last="2026-09-16")
    later = a_message(MEHMET, OF_WEEK, MONDAY + 24 * HOUR)
    assert found(stands_in, overview(MONDAY), later, until=MONDAY + 34 * HOUR, about="week") == []


def test_a_case_that_was_closed_when_the_week_began_is_not_counted_when_a_signal_opens_it_again() -> None:
    proposed = did(KARIN, "ending", {"ends_as": "mistake"}, MONDAY - 70 * HOUR)
    agreed = did(FATIMA, "ending_agreed", {"ending_right": "yes"}, MONDAY - 69 * HOUR)
    again = did(SANNE, "signal", {"what": "Merk00002"}, MONDAY + HOUR)
    stands_in = an_event("deputy", who=FATIMA, deputy=MEHMET, first="2026-09-15", last="2026-09-16")
    later = a_message(MEHMET, OF_WEEK, MONDAY + 24 * HOUR)
    closed = (proposed, agreed, again, stands_in)
    assert found(*closed, until=MONDAY + 34 * HOUR, about="week") == []
    assert found(*closed, later, until=MONDAY + 34 * HOUR, about="week") == ["the week's counts are wrong"]


def test_nor_one_that_was_closed_on_that_morning_and_opened_again_in_the_week() -> None:
    proposed = did(KARIN, "ending", {"ends_as": "mistake"}, MONDAY + HOUR)
    agreed = did(FATIMA, "ending_agreed", {"ending_right": "yes"}, MONDAY + 2 * HOUR)
    again = did(SANNE, "signal", {"what": "Merk00002"}, MONDAY + 20 * HOUR)
    stands_in = an_event("deputy", who=FATIMA, deputy=MEHMET, first="2026-09-15", last="2026-09-16")
    later = a_message(MEHMET, OF_WEEK.removesuffix(", waarvan 1 te laat"), MONDAY + 24 * HOUR)
    events = (overview(MONDAY), proposed, agreed, again, stands_in, later)
    assert found(*events, until=MONDAY + 34 * HOUR, about="week") == ["the week's counts are wrong"]


def test_who_stands_in_for_a_leader_reads_nothing_of_a_case_that_is_kept_from_that_leader() -> None:
    kept = did(KARIN, "excluded", {"exclusion": "out", "excluded_person": FATIMA}, MONDAY - 50 * HOUR)
    agreed = did(JORIS, "exclusion_agreed", {"exclusion_right": "yes"}, MONDAY - 49 * HOUR)
    stands_in = an_event("deputy", who=FATIMA, deputy=MEHMET, first="2026-09-14", last="2026-09-16")
    assert found(kept, agreed, stands_in, until=MONDAY + 34 * HOUR, about="week") == []
    wrote = did(MEHMET, "signal", {"what": "Merk00002"}, MONDAY - 60 * HOUR)
    assert found(wrote, kept, agreed, stands_in, until=MONDAY + 34 * HOUR, about="week") == []


def test_the_ib_er_who_stands_in_for_that_leader_reads_it_still() -> None:
    kept = did(JORIS, "excluded", {"exclusion": "out", "excluded_person": FATIMA}, MONDAY - 50 * HOUR)
    agreed = did(JORIS, "exclusion_agreed", {"exclusion_right": "yes"}, MONDAY - 49 * HOUR)
    stands_in = an_event("deputy", who=FATIMA, deputy=KARIN, first="2026-09-14", last="2026-09-16")
    read = a_message(KARIN, OF_WEEK, MONDAY)
    assert found(kept, agreed, stands_in, read, until=MONDAY + 34 * HOUR, about="count") == []


FRIDAY = datetime(2026, 9, 11, 6, 30, tzinfo=UTC)
MOVED = did(SANNE, "appointment_moved", {"moved_to": "2026-09-14"}, FRIDAY - 20 * HOUR, number=1)
DONE = did(SANNE, "appointment_done", {}, FRIDAY - 20 * HOUR, number=1)
STANDS_IN = an_event("deputy", who=SANNE, deputy=MEHMET, first="2026-09-10", last="2026-09-11")
KEPT_OUT = did(JORIS, "excluded", {"exclusion": "out", "excluded_person": SANNE}, FRIDAY - 20 * HOUR)
LEFT = an_event("gone", FRIDAY - 40 * HOUR, who=MEHMET)


def agreed(day: str = "2026-09-11") -> Event:
    return did(KARIN, "appointment", {"appointment_1_day": day, "appointment_1_owner": SANNE})


def brought_to_mind(who: str = SANNE, at: datetime = FRIDAY) -> Event:
    return a_message(who, f"*Dossier {CODE}: jij let op een afspraak*\nDe afspraak is vandaag.", at)


FORGOTTEN, NONE, TWICE = (
    "not reminded of an appointment",
    "reminded of no appointment",
    "reminded twice of an appointment",
)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([agreed(), brought_to_mind()], []),
        ([agreed(), brought_to_mind(), brought_to_mind()], [TWICE]),
        ([agreed()], [FORGOTTEN]),
        ([agreed(), brought_to_mind(KARIN)], [FORGOTTEN]),
        ([agreed(), brought_to_mind(at=FRIDAY + HOUR)], [FORGOTTEN, NONE]),
        ([agreed(), brought_to_mind(at=FRIDAY - 24 * HOUR)], [NONE, FORGOTTEN]),
        ([agreed(), STANDS_IN, brought_to_mind(MEHMET)], []),
        ([agreed(), STANDS_IN, brought_to_mind()], [FORGOTTEN]),
        ([agreed(), STANDS_IN, LEFT, brought_to_mind()], []),
        ([agreed(), STANDS_IN, LEFT, brought_to_mind(KARIN)], [FORGOTTEN]),
        ([agreed("2026-09-13"), brought_to_mind()], []),
        ([agreed("2026-09-13")], [FORGOTTEN]),
        ([agreed(), DONE], []),
        ([agreed(), DONE, brought_to_mind()], [NONE]),
        ([agreed(), MOVED], []),
        ([agreed(), MOVED, brought_to_mind()], [NONE]),
        ([brought_to_mind()], [NONE]),
        ([agreed(), STANDS_IN, KEPT_OUT, brought_to_mind(KARIN)], []),
        ([agreed(), STANDS_IN, KEPT_OUT], [FORGOTTEN]),
    ],
)
def test_an_appointment_is_brought_to_mind_on_its_day(events: list[Event], said: list[str]) -> None:
    assert found(*events, until=FRIDAY + 8 * HOUR, about="appointment") == said


BACK = FRIDAY + 72 * HOUR


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([brought_to_mind(KARIN), brought_to_mind(at=BACK)], []),
        ([brought_to_mind(at=BACK)], [FORGOTTEN]),
        ([brought_to_mind(KARIN)], [f"{FORGOTTEN} when back", FORGOTTEN]),
        ([brought_to_mind(KARIN), DONE | {"at": (FRIDAY + HOUR).isoformat()}], []),
    ],
)
def test_who_was_off_hears_of_an_appointment_when_they_are_back(events: list[Event], said: list[str]) -> None:
    """And meanwhile somebody who is there."""
    assert found(agreed(), *events, until=BACK + HOUR, about=FORGOTTEN, off=(SANNE,)) == said


TAKEN_UP = did(JORIS, "taken_up", {})
OF_TWO_TEACHERS = SIGNAL | {"teachers": [SANNE, MEHMET]}
OFF = (SANNE, KARIN, FATIMA)


@pytest.mark.parametrize(
    ("events", "off", "said"),
    [
        ([], OFF, []),
        ([TAKEN_UP], OFF, [FORGOTTEN]),
        ([TAKEN_UP, brought_to_mind(JORIS)], OFF, []),
        ([TAKEN_UP], (*OFF, JORIS), []),
    ],
)
def test_who_acts_for_the_case_is_asked_when_nobody_else_is_there(
    events: list[Event], off: tuple[str, ...], said: list[str]
) -> None:
    """Another teacher of the case is not, if they do not act for it."""
    until, about = FRIDAY + 8 * HOUR, FORGOTTEN
    assert found(agreed(), *events, until=until, about=about, off=off, signal=OF_TWO_TEACHERS) == said


def test_what_cannot_wait_for_another_reason_of_an_earlier_day_is_told_at_once_and_then_as_ever() -> None:
    known = TUESDAY + 48 * HOUR
    since_then = Pressing("decide", TUESDAY, HOUR, (), known)
    assert [*since_then.dues(known + 24 * HOUR)] == [known, datetime(2026, 9, 11, 5, tzinfo=UTC)]
