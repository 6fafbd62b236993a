"""G4: the alarm says who raised it and where, is answered, escalates when it is not, and can be taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.i18n import texts
from meldcode.domain.alarm import Response
from meldcode.domain.plan.roles import Role
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from tests.meldcode.alarm.alarms import Alarms
from tests.meldcode.playing import BEA, DIRK, FATIMA, IRIS, KARIN, MEHMET, SANNE, STRANGER, WORKSPACE, Actor, Play

pytestmark = pytest.mark.rule("G4")
PLACE = "lokaal 5, boven"
TESS = Actor("UT", "Tess Smit", (Role.TEACHER,), ("5", "6"))
CALL = ("<tel:112|112>", "<tel:08002000|0800-2000>")
UNKNOWN, GONE = {"": "unknown_action"}, {"": "alarm_gone"}


@pytest.fixture
def alarms(play: Play) -> Alarms:
    return Alarms(play)


def test_the_message_names_who_and_their_groups_and_says_what_to_do(play: Play, alarms: Alarms) -> None:
    play.employs(TESS)
    alarms.raised(TESS)
    for reader in (KARIN, FATIMA):
        read = alarms.reads(reader)
        assert "Tess Smit (groep 5 en 6)" in read
        assert "Ga er nu heen. Kun je niet? Bel dan Tess Smit." in read
        assert all(number in read for number in CALL)
        assert not [word for word in ("Stap", "stappenplan", "schoolleider", "IB-er") if word in read]


def test_somebody_without_a_group_is_named_with_their_role(alarms: Alarms) -> None:
    alarms.raised(KARIN)
    assert f"Karin Visser ({texts.role(Role.CARE_COORDINATOR)})" in alarms.reads(FATIMA)


@pytest.mark.parametrize("in_case", [True, False])
def test_the_place_can_be_said_afterwards_and_shows_in_the_message(play: Play, alarms: Alarms, in_case: bool) -> None:
    play.signal()
    alarm = alarms.raised(SANNE, case=play.code if in_case else "")
    assert "Waar: dat weten we nog niet" in alarms.reads(KARIN)
    alarms.says_where(SANNE, alarm, PLACE)
    for reader in (KARIN, FATIMA):
        [screen] = alarms.screens(reader).values()
        assert f"Waar: {PLACE}" in screen
    assert PLACE not in str(play.everything()), "what is typed is encrypted, and in no message that is stored"


@pytest.mark.parametrize("by", [KARIN, MEHMET, STRANGER])
def test_only_who_raised_it_says_where(play: Play, alarms: Alarms, by: Actor) -> None:
    alarm = alarms.raised(SANNE)
    play.refused_to(lambda: alarms.says_where(by, alarm, PLACE))


@pytest.mark.parametrize(
    ("response", "words"), [(Response.GOING, "gaat erheen (10:02)"), (Response.CALLING, "belt Sanne de Boer (10:02)")]
)
def test_everybody_who_was_alerted_sees_who_answers_and_so_does_who_raised_it(
    play: Play, alarms: Alarms, response: Response, words: str
) -> None:
    alarm = alarms.raised(SANNE)
    play.now += timedelta(minutes=1)
    alarms.answers(KARIN, alarm, response)
    for reader in (KARIN, FATIMA, SANNE):
        [screen] = alarms.screens(reader).values()
        assert f"Karin Visser {words}" in screen
    assert alarms.after(hours=1) == set(), "it escalates no further"


def test_several_answer_and_one_can_do_otherwise(alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    for by, response in ((KARIN, Response.CALLING), (FATIMA, Response.GOING), (KARIN, Response.GOING)):
        alarms.at(alarms.play.now + timedelta(seconds=1))
        alarms.answers(by, alarm, response)
    assert [(one.person, one.response) for one in alarms.of(SANNE).answers] == [
        (alarms.play.person(FATIMA).id, Response.GOING),
        (alarms.play.person(KARIN).id, Response.GOING),
    ]


def test_the_same_answer_twice_tells_nobody_again(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    alarms.answers(KARIN, alarm)
    before = play.everything()
    alarms.answers(KARIN, alarm)
    assert play.everything() == before


@pytest.mark.parametrize("by", [SANNE, MEHMET, BEA, DIRK])
def test_only_who_is_alerted_answers(play: Play, alarms: Alarms, by: Actor) -> None:
    alarm = alarms.raised(SANNE)
    assert play.refused_to(lambda: alarms.answers(by, alarm)) == UNKNOWN
    if by != SANNE:
        assert play.refused_to(lambda: alarms.ends(by, alarm)) == UNKNOWN


def test_who_was_alerted_and_works_there_no_more_cannot_answer(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    play.misses(KARIN)
    elsewhere = PersonConfig(KARIN.user, KARIN.name, frozenset(KARIN.roles))
    apply_schools(play.store, [SchoolConfig("De Beuk", "zuid", people=(elsewhere,))], WORKSPACE, play.now)
    assert play.refused_to(lambda: alarms.answers(KARIN, alarm)) == UNKNOWN


def test_unanswered_it_is_raised_again_with_the_confidant_and_then_the_director(alarms: Alarms) -> None:
    alarms.raised(SANNE)
    assert alarms.after(minutes=2, seconds=59) == set()
    assert alarms.after(seconds=1) == {KARIN, FATIMA, BEA, SANNE}
    assert (len(alarms.screens(KARIN)), len(alarms.screens(SANNE))) == (2, 1), "a new message, which notifies"
    for reader in (KARIN, BEA, SANNE):
        assert "Nog niemand heeft geantwoord." in alarms.reads(reader)
    assert alarms.after(minutes=6, seconds=59) == set()
    assert DIRK in alarms.after(seconds=1)
    assert alarms.after(hours=9) == set()


def test_the_safeguarding_officer_is_alerted_with_the_confidant(play: Play, alarms: Alarms) -> None:
    officer = Actor("UO", "Olga Prins", (Role.SAFEGUARDING_OFFICER,))
    play.employs(officer)
    alarms.raised(SANNE)
    assert officer in alarms.after(minutes=3)


def test_the_director_reads_no_name_no_place_and_no_code(play: Play, alarms: Alarms) -> None:
    play.signal()
    alarm = alarms.raised(SANNE, case=play.code)
    alarms.says_where(SANNE, alarm, PLACE)
    alarms.after(minutes=10)
    read = alarms.reads(DIRK)
    assert "Op De Linde heeft een collega" in read and all(number in read for number in CALL)
    assert not [word for word in ("Sanne", "Karin", PLACE, play.code, "button") if word in read]
    assert play.refused_to(lambda: alarms.answers(DIRK, alarm)) == UNKNOWN
    alarms.answers(BEA, alarm)
    assert "Op De Linde heeft nu iemand geantwoord" in alarms.reads(DIRK)


@pytest.mark.parametrize("moment", [datetime(2026, 12, 27, 3, 0, tzinfo=UTC), datetime(2026, 7, 26, 14, tzinfo=UTC)])
def test_at_night_and_in_a_vacation_too(play: Play, alarms: Alarms, moment: datetime) -> None:
    alarms.at(moment)
    alarms.raised(SANNE)
    assert alarms.after(minutes=3) == {KARIN, FATIMA, BEA, SANNE}
    assert DIRK in alarms.after(minutes=7)
    assert {row.due_at for row in play.messages()} <= {play.now - timedelta(minutes=wait) for wait in (0, 7, 10)}


def test_after_the_program_was_away_each_level_comes_at_once(play: Play, alarms: Alarms) -> None:
    alarms.raised(SANNE)
    play.restarts()
    assert alarms.after(hours=1) == {KARIN, FATIMA, BEA, SANNE, DIRK}


def test_deputies_of_that_day_are_alerted_again_too(play: Play, alarms: Alarms) -> None:
    play.employs(IRIS)
    alarms.raised(SANNE)
    play.stands_in(MEHMET, for_=BEA, first=play.now.date(), last=play.now.date())
    assert alarms.after(minutes=3) == {KARIN, FATIMA, IRIS, BEA, MEHMET, SANNE}


def test_with_nobody_to_alert_the_next_are_alerted_at_once(play: Play, alarms: Alarms) -> None:
    play.misses(KARIN, FATIMA)
    alarms.raised(SANNE)
    assert alarms.after(seconds=0) == {BEA, SANNE}
    play.misses(BEA)
    assert DIRK in alarms.after(minutes=10)


@pytest.mark.parametrize("by", [SANNE, KARIN, BEA])
def test_a_false_alarm_is_taken_back_with_a_trace(play: Play, alarms: Alarms, by: Actor) -> None:
    alarm = alarms.raised(SANNE)
    alarms.after(minutes=10)
    alarms.ends(by, alarm)
    ended = alarms.of(SANNE)
    assert (ended.ended_by, ended.ended_at, ended.due) == (play.person(by).id, play.now, None)
    for reader in (KARIN, FATIMA, BEA, SANNE):
        for screen in alarms.screens(reader).values():
            assert f"Vals alarm, zegt {by.name}" in screen and "Ik ga erheen" not in screen
    assert "vals alarm" in alarms.reads(DIRK) and by.name not in alarms.reads(DIRK)
    before = play.everything()
    alarms.answers(KARIN, alarm)
    alarms.says_where(SANNE, alarm, PLACE)
    alarms.ends(FATIMA, alarm)
    assert play.everything() == before, "what ended stays as it ended"
    assert alarms.after(hours=1) == set()


def test_presses_within_a_minute_are_one_alarm_wherever_they_were(play: Play, alarms: Alarms) -> None:
    play.signal()
    alarms.at(datetime(2026, 3, 2, 9, 59, 50, tzinfo=UTC))
    first = play.alarm(SANNE, case="", key="phone")
    for seconds, case in ((5, play.code), (25, ""), (29, "")):
        alarms.at(play.now + timedelta(seconds=seconds))
        raised, told = play.alarm(SANNE, case=case, key="another")
        assert (raised.alarm.id, told) == (first[0].alarm.id, set())
    assert play.alarm(MEHMET, case="", key="his own")[1] == {KARIN, FATIMA}
    alarms.at(play.now + timedelta(seconds=1))
    assert play.alarm(SANNE, case="", key="a minute later")[1] == {KARIN, FATIMA}


def test_a_clock_that_is_set_back_swallows_no_alarm(play: Play, alarms: Alarms) -> None:
    alarms.raised(SANNE)
    alarms.at(play.now - timedelta(hours=1))
    assert play.alarm(SANNE, case="", key="an hour earlier")[1] == {KARIN, FATIMA}


def test_after_a_false_alarm_the_next_press_is_an_alarm(play: Play, alarms: Alarms) -> None:
    alarms.ends(SANNE, alarms.raised(SANNE))
    alarms.at(play.now + timedelta(seconds=1))
    assert play.alarm(SANNE, case="", key="at once")[1] == {KARIN, FATIMA}


def test_it_is_gone_after_a_week_and_stays_in_the_logbook(play: Play, alarms: Alarms) -> None:
    play.signal()
    alarm = alarms.raised(SANNE, case=play.code)
    alarms.says_where(SANNE, alarm, PLACE)
    alarms.answers(KARIN, alarm)
    alarms.at(alarm.raised_at + timedelta(days=7))
    alarms.tidied()
    assert alarms.of(SANNE).place == PLACE
    alarms.at(play.now + timedelta(seconds=1))
    alarms.tidied()
    assert play.refused_to(lambda: alarms.answers(KARIN, alarm)) == GONE
    left = play.everything()
    assert [left[name] for name in ("alarms", "alarm_alerts", "alarm_answers")] == [[], [], []]
    assert play.entries()[-1].record == "acute"


def test_a_school_day_means_nothing_to_it(play: Play, alarms: Alarms) -> None:
    play.comes(date(2026, 12, 27))
    alarms.raised(SANNE)
    assert play.messages()[-1].due_at == play.now


@pytest.mark.rule("G8")
def test_a_call_that_is_recorded_in_the_case_answers_its_alarm(play: Play, alarms: Alarms) -> None:
    play.signal(by=SANNE)
    alarms.raised(SANNE, case=play.code)
    play.record("urgent_action", by=KARIN, urgent_what="called_112")
    assert "Karin Visser legde vast dat 112 of Veilig Thuis is gebeld" in alarms.reads(FATIMA)
    assert alarms.after(minutes=11) == set()
