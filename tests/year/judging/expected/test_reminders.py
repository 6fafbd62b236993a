"""What the oracle says of reminders and alarms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.year.judging.by_hand import (
    ALARM,
    CODE,
    EVENING,
    FATIMA,
    GOES,
    HEARD,
    HOUR,
    JORIS,
    KARIN,
    LAST_CALL,
    MEHMET,
    REMINDED,
    SIGNAL,
    TOLD,
    TUESDAY,
    WAITS,
    WILLEM,
    a_message,
    a_tuesday,
    an_event,
    did,
    found,
    said_of,
    stored,
)
from tests.year.judging.log import Event
from tests.year.judging.oracle import Oracle
from tests.year.judging.plan_file import plan_file

AGAIN = a_message(JORIS, "Acuut gevaar: Sanne heeft alarm geslagen.", TUESDAY + timedelta(minutes=3))
AT_LAST = a_message(WILLEM, "Acuut gevaar op De Linde: niemand antwoordt.", TUESDAY + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([*HEARD, AGAIN, AT_LAST], []),
        ([*HEARD[:1], AGAIN, AT_LAST], ["an alarm that is not heard"]),
        ([*HEARD, AT_LAST], ["an alarm that is not heard"]),
        ([*HEARD, AGAIN], ["an alarm that is not heard"]),
        ([*HEARD, GOES], []),
        ([*HEARD, GOES, AGAIN], ["an alarm that was answered goes on"]),
    ],
)
def test_an_alarm_is_heard_until_somebody_goes(events: list[Event], said: list[str]) -> None:
    assert [what for what in said_of(SIGNAL, *TOLD, REMINDED, ALARM, *events) if "alarm" in what] == said


def test_a_reminder_on_a_day_off_is_found() -> None:
    """Karin was told on Tuesday and is away; Joris, who has the other role, was there."""
    away = an_event("deputy", who=KARIN, deputy=JORIS, first="2026-09-08", last="2026-09-08")
    assert "reminded on a day off" in said_of(away, SIGNAL, *TOLD, REMINDED)
    assert "reminded on a day off" not in said_of(away, SIGNAL, *TOLD, a_message(JORIS, WAITS, LAST_CALL))
    gone = an_event("gone", TUESDAY, who=JORIS)
    assert "reminded on a day off" not in said_of(away, SIGNAL, *TOLD, gone, REMINDED), "nobody stands in any more"
    late = away | {"at": LAST_CALL.isoformat()}
    assert "reminded on a day off" not in said_of(SIGNAL, *TOLD, late, REMINDED), "it was on its way by then"


def test_a_second_level_that_never_came_is_found() -> None:
    log = a_tuesday(SIGNAL, *TOLD, REMINDED)
    log.events[-1] = stored([["Merk00001", CODE]], EVENING + timedelta(days=3))
    assert [finding.what for finding in Oracle(plan_file("heutink"), log).judge()] == ["no reminder"]


@pytest.mark.parametrize(
    ("first", "second", "is_found"),
    [
        ([KARIN], [KARIN, JORIS, FATIMA], False),
        ([FATIMA], [KARIN, JORIS, FATIMA], True),
        ([KARIN], [KARIN, JORIS], True),
    ],
)
def test_a_level_that_does_not_reach_its_roles_is_found(first: list[str], second: list[str], is_found: bool) -> None:
    """One with a role of the first level hears of it, and two school days later everybody and the school leader."""
    thursday = datetime(2026, 9, 10, 6, 30, tzinfo=UTC)
    reminded = [a_message(who, WAITS, LAST_CALL) for who in first]
    log = a_tuesday(SIGNAL, *TOLD, *reminded, *(a_message(who, WAITS, thursday) for who in second))
    log.events[-1] = stored([["Merk00001", CODE]], thursday + timedelta(hours=4))
    found = [finding.what for finding in Oracle(plan_file("heutink"), log).judge()]
    assert found == ["a role is not reminded"] * is_found


def test_a_reminder_of_what_was_done_is_found() -> None:
    taken_up = SIGNAL | {"who": KARIN, "record": "taken_up", "said": {}}
    assert "reminded without a reason" in said_of(SIGNAL, *TOLD, taken_up, REMINDED)


@pytest.mark.parametrize(
    ("words", "is_found"), [("Er zijn nog 3 dossiers. Zoek er een.", False), ("Er is iets.", True)]
)
def test_an_overview_says_of_how_many_more_cases_it_is(words: str, is_found: bool) -> None:
    """A message of Slack holds some twenty cases; the others are only counted."""
    overview = a_message(KARIN, words, LAST_CALL)
    assert ("no reminder" in said_of(SIGNAL, *TOLD, overview)) is is_found


def test_nobody_stands_in_who_has_left() -> None:
    stands_in = an_event("deputy", who=KARIN, deputy=MEHMET, first="2026-09-08", last="2026-09-08")
    left = an_event("gone", TUESDAY - 24 * HOUR, who=MEHMET)
    assert found(stands_in, until=EVENING, about="day off") == ["reminded on a day off"]
    assert found(stands_in, left, until=EVENING, about="day off") == []


@pytest.mark.parametrize(("again", "is_due"), [([], True), ([TUESDAY + 26 * HOUR], False)])
def test_who_postpones_once_more_is_not_reminded_on_the_first_day(again: list[datetime], is_due: bool) -> None:
    thursday = TUESDAY + 48 * HOUR
    first = did(KARIN, "postponed", {"until": f"{thursday:%Y-%m-%d}"}, TUESDAY + 6 * HOUR)
    later = [did(KARIN, "postponed", {"until": "2026-09-11"}, at) for at in again]
    assert bool(found(first, *later, until=thursday + HOUR, about="no reminder")) is is_due


@pytest.mark.parametrize(("left_out", "is_missing"), [(0, True), (18, True), (22, True), (24, False), (29, True)])
def test_a_step_that_was_late_when_it_began_counts_from_its_first_day(left_out: int, is_missing: bool) -> None:
    reported = did(KARIN, "urgent_action", {"urgent_what": "reported"}, TUESDAY + HOUR)
    confirmed = did(FATIMA, "urgent_confirmed", {"urgent_agreed": "yes"}, TUESDAY + 2 * HOUR)
    begins = did(KARIN, "parent_told", {"parent_informed": "yes"}, TUESDAY + 240 * HOUR)
    days = {15: 6, 17: 6, 18: 13, 22: 6, 24: 6, 29: 6}
    moments = [datetime(2026, 9, day, hour, 30 * (hour == 6), tzinfo=UTC) for day, hour in days.items()]
    sent = [a_message(KARIN, WAITS, at) for at in moments if at.day != left_out and left_out]
    missing = found(reported, confirmed, begins, *sent, until=TUESDAY + 576 * HOUR, about="no reminder")
    assert bool(missing) is is_missing


@pytest.mark.parametrize(("until", "is_due"), [(20, False), (24, False), (26, True)])
def test_a_step_that_begins_again_after_no_answer_yet_counts_anew(until: int, is_due: bool) -> None:
    reported = did(KARIN, "urgent_action", {"urgent_what": "reported"}, TUESDAY + HOUR)
    confirmed = did(FATIMA, "urgent_confirmed", {"urgent_agreed": "yes"}, TUESDAY + 2 * HOUR)
    begins = did(KARIN, "parent_told", {"parent_informed": "yes"}, TUESDAY + 3 * HOUR)
    sent = [a_message(KARIN, WAITS, datetime(2026, 9, day, 6, 30, tzinfo=UTC)) for day in (15, 17)]
    no_answer = did(KARIN, "vt_answer", {"answer": "nothing_yet"}, datetime(2026, 9, 18, 10, tzinfo=UTC))
    ends = datetime(2026, 9, until, 20, tzinfo=UTC)
    assert bool(found(reported, confirmed, begins, *sent, no_answer, until=ends, about="no reminder")) is is_due
