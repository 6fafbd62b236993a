"""G4: immediate danger waits for no step and no holiday."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.i18n import texts
from meldcode.domain.case.state import Status
from tests.meldcode.playing import BEA, DIRK, FATIMA, IRIS, KARIN, MEHMET, SANNE, STRANGER, Actor, Play

pytestmark = pytest.mark.rule("G4")
SUNDAY_IN_A_VACATION = date(2026, 12, 27)


@pytest.mark.parametrize("step", ["signals", "consult", "talk", "weigh", "decide", "report", "watch"])
def test_from_a_case_it_alerts_at_once_at_every_step(play: Play, step: str) -> None:
    play.reach(step, decision="no_report" if step == "watch" else "report")
    before = play.state()
    raised, told = play.alarm(SANNE)
    assert {person.name for person in raised.people} == {KARIN.name, FATIMA.name}
    assert told == {KARIN, FATIMA}
    assert play.messages()[-1].due_at == play.now
    after = play.state()
    assert (after.step, after.status, after.since) == (before.step, before.status, before.since)
    assert play.entries()[-1].record == "acute"


@pytest.mark.parametrize("by", [SANNE, MEHMET, KARIN, BEA, FATIMA, DIRK])
def test_from_elsewhere_anybody_of_the_school_alerts_the_others(play: Play, by: Actor) -> None:
    raised, told = play.alarm(by, case="")
    assert told == {KARIN, FATIMA} - {by} == {play.actors[person.id] for person in raised.people}


@pytest.mark.parametrize("in_case", [True, False])
def test_on_a_sunday_in_a_vacation_too(play: Play, in_case: bool) -> None:
    play.reach("consult")
    play.comes(SUNDAY_IN_A_VACATION)
    _, told = play.alarm(SANNE, case=None if in_case else "")
    assert told == {KARIN, FATIMA}
    assert play.messages()[-1].due_at == play.now


def test_on_a_closed_case_too_which_stays_closed(play: Play) -> None:
    play.reach("report")
    play.ends_after_report()
    assert play.alarm(SANNE)[1] == {KARIN, FATIMA}
    assert play.header().status is Status.CLOSED


def test_on_a_joined_case_too(play: Play) -> None:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    play.joins(KARIN, first, second)
    assert play.alarm(MEHMET, case=second)[1] == {KARIN, FATIMA}
    assert play.header(second).status is Status.JOINED


@pytest.mark.parametrize("in_case", [True, False])
def test_the_same_click_twice_is_one_alarm(play: Play, in_case: bool) -> None:
    play.reach("consult")
    case = None if in_case else ""
    play.alarm(SANNE, case=case, key="click")
    before = play.everything()
    raised, told = play.alarm(SANNE, case=case, key="click")
    assert (told, len(raised.people)) == (set(), 2)
    after = play.everything()
    assert {name for name in before if before[name] != after[name]} == {"processed_requests"}, (
        "the click itself is another one"
    )


def test_deputies_are_alerted_too(play: Play) -> None:
    play.employs(IRIS)
    today = play.now.date()
    play.stands_in(BEA, for_=FATIMA, first=today, last=today)
    assert play.alarm(SANNE, case="")[1] == {KARIN, IRIS, FATIMA, BEA}


def test_with_nobody_to_alert_that_is_said(play: Play) -> None:
    play.misses(KARIN, FATIMA)
    raised, told = play.alarm(SANNE, case="")
    assert (raised.people, told) == ((), set())


def test_a_stranger_alerts_nobody(play: Play) -> None:
    assert play.refused_to(lambda: play.alarm(STRANGER, case="")) == {"": "unknown_person"}


def test_the_words_name_112_and_veilig_thuis() -> None:
    for code in ("acute_text", "alarm", "form_acute"):
        assert "112" in texts.text(code) and "0800-2000" in texts.text(code)
