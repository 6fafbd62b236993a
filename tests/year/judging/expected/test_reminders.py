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
    JORIS,
    KARIN,
    LAST_CALL,
    REMINDED,
    SIGNAL,
    TOLD,
    TUESDAY,
    WAITS,
    WILLEM,
    a_message,
    a_tuesday,
    an_event,
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
