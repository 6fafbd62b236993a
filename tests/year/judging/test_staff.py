"""What the oracle says of who hears, reads and acts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.year.drawn.schools import Colleague, School
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
    MEHMET,
    PEOPLE,
    REMINDED,
    SANNE,
    SIGNAL,
    TEACHERS,
    TOLD,
    TUESDAY,
    WAITS,
    WILLEM,
    a_message,
    a_tuesday,
    an_event,
    said_of,
)
from tests.year.judging.log import Event
from tests.year.judging.oracle import Oracle
from tests.year.judging.plan_file import plan_file

EXCLUDED = an_event(
    "did",
    who=KARIN,
    record="excluded",
    case=CODE,
    said={"exclusion": "out", "excluded_person": JORIS},
    result="saved",
    number=0,
)
WEEK = a_message(FATIMA, "*Deze week op De Linde*\nSignalen vastleggen: 1 open", LAST_CALL)


def test_who_is_excluded_hears_reads_and_is_counted_nothing() -> None:
    before = [SIGNAL, *TOLD, EXCLUDED, REMINDED]
    assert "heard by who may not" in said_of(*before, a_message(JORIS, WAITS, LAST_CALL))
    opened = an_event("opened", LAST_CALL, who=JORIS, case=CODE, may=True, step="signals", failed="")
    assert "read by who may not" in said_of(*before, opened)
    leader = EXCLUDED | {"said": {"exclusion": "out", "excluded_person": FATIMA}}
    assert "counted what they may not know" in said_of(SIGNAL, *TOLD, leader, REMINDED, WEEK)
    assert "counted what they may not know" not in said_of(*before, WEEK)


def test_nobody_is_asked_while_a_proposal_to_exclude_them_has_no_answer() -> None:
    """The proposal itself is over the next school day: then they may read the case, and still nobody asks them."""
    answered = EXCLUDED | {"record": "exclusion_agreed", "said": {"exclusion_right": "no"}}
    days_later = TUESDAY + timedelta(days=3)
    for events, holders in ([EXCLUDED], set[str]()), ([EXCLUDED, answered], {JORIS}):
        oracle = Oracle(plan_file("heutink"), a_tuesday(SIGNAL, *TOLD, *events, REMINDED))
        oracle.judge()
        assert oracle.staff.may_ever_read(JORIS, oracle.cases[CODE], "De Linde", days_later)
        assert oracle.staff.holders(["confidant"], oracle.cases[CODE], "De Linde", days_later) == holders


def test_who_is_let_back_in_may_hear_it_a_moment_before_the_log_says_so() -> None:
    back = an_event(
        "did", who=FATIMA, record="excluded", case=CODE, said={"exclusion": "back"}, result="saved", number=0
    )
    heard = a_message(MEHMET, f"Dossier {CODE}: weeg het.")
    assert "heard by who may not" in said_of(SIGNAL, *TOLD, REMINDED, heard)
    assert "heard by who may not" not in said_of(SIGNAL, *TOLD, REMINDED, heard, back)


def test_a_message_may_say_that_it_is_over_also_to_who_hears_nothing_new() -> None:
    """As to a deputy whose last day was yesterday."""
    over = f"*Dossier {CODE}: dit hoeft nu niet meer*"
    for words, said in ((over, False), (f"*Dossier {CODE}: gedaan door Karin*", True)):
        changed = an_event("changed", who=MEHMET, words=[words], names=[])
        assert ("heard by who may not" in said_of(SIGNAL, *TOLD, REMINDED, changed)) is said


def test_a_message_that_was_sent_is_not_sent_again() -> None:
    twice = a_message(KARIN, "Weekoverzicht."), a_message(KARIN, "Weekoverzicht.", LAST_CALL)
    assert "sent again" in said_of(SIGNAL, *TOLD, REMINDED, *twice)
    assert "sent again" not in said_of(SIGNAL, *TOLD, REMINDED, twice[0])
    days = {"first": "2026-10-01", "last": "2026-10-02"}
    arranged = [an_event("deputy", LAST_CALL, who=who, deputy=MEHMET, **days) for who in (KARIN, JORIS)]
    assert "sent again" not in said_of(SIGNAL, *TOLD, REMINDED, *twice, *arranged), "who stands in is told of each"
    told = [
        a_message(KARIN, f"Dossier {CODE}: lees het.", LAST_CALL + timedelta(minutes=minutes)) for minutes in (0, 6)
    ]
    act = SIGNAL | {"at": LAST_CALL.isoformat()}
    assert "sent again" not in said_of(SIGNAL, *TOLD, REMINDED, act, *told), "it waited behind others"


def test_who_is_called_in_because_a_teacher_left_reads_it_before_the_message_comes() -> None:
    opened = an_event("opened", who=FATIMA, case=CODE, may=True, step="signals", failed="")
    left = an_event("gone", who=SANNE)
    assert "read before it was their turn" in said_of(SIGNAL, *TOLD, REMINDED, opened)
    assert "read before it was their turn" not in said_of(SIGNAL, *TOLD, left, REMINDED, opened)


def test_who_is_called_in_when_nobody_is_responsible_any_more_may_read_it_before_the_message() -> None:
    stood_in = an_event("deputy", who=KARIN, deputy=MEHMET, first="2026-09-07", last="2026-09-07")
    taken_up = SIGNAL | {"who": MEHMET, "record": "taken_up", "said": {}}
    opened = an_event(
        "opened", TUESDAY + timedelta(hours=1), who=FATIMA, case=CODE, may=True, step="consult", failed=""
    )
    events = (stood_in, SIGNAL, *TOLD, taken_up, REMINDED, opened)
    assert "read before it was their turn" not in said_of(*events)
    assert "read before it was their turn" in said_of(
        *(event | {"who": KARIN} if event is taken_up else event for event in events)
    )


RIGHTS = SIGNAL | {"record": "note", "who": MEHMET, "said": {"noted": "Merk00002"}}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (RIGHTS | {"who": KARIN}, []),
        (RIGHTS, ["recorded by who may not"]),
        (RIGHTS | {"who": WILLEM}, ["recorded by who may not"]),
        (RIGHTS | {"who": KARIN, "record": "weighing"}, ["recorded at another step"]),
        (RIGHTS | {"result": "refused", "shown": ["Merk00001"]}, ["shown to who may not read"]),
        (RIGHTS | {"result": "gone", "shown": ["Merk00001"]}, []),
        (RIGHTS | {"who": KARIN, "shown": ["Merk00001"]}, []),
    ],
)
def test_who_may_not_act_is_refused_and_reads_nothing(event: Event, said: list[str]) -> None:
    kinds = ("recorded", "shown")
    assert [what for what in said_of(SIGNAL, *TOLD, REMINDED, event) if what.startswith(kinds)] == said


def test_a_message_in_another_language_is_found() -> None:
    assert "in another language" in said_of(SIGNAL, *TOLD, REMINDED, a_message(KARIN, f"*Case {CODE}: read it.*"))


def test_who_has_two_roles_is_told_in_each_and_alerted_once() -> None:
    """A director who also is the school leader reads no case before it is the leader's turn, and Joris also teaches."""
    both = Colleague(FATIMA, FATIMA, ("school_leader", "cluster_director"))
    teaches = Colleague(JORIS, JORIS, ("confidant", "teacher"), ("5",))
    log = a_tuesday(SIGNAL, *TOLD, REMINDED, ALARM, *HEARD, GOES, people=(PEOPLE[0], teaches, both, *TEACHERS))
    log.events.append(an_event("left", EVENING, codes=[CODE], kept=[], faults=[]))
    oracle = Oracle(plan_file("heutink"), log)
    assert [finding.what for finding in oracle.judge()] == []
    assert oracle.staff.holders(["teacher"], oracle.cases[CODE], "De Linde", TUESDAY) == {SANNE}


def test_a_deputy_is_there_for_who_is_away_and_the_day_after_has_no_part_in_it() -> None:
    """Mehmet stands in for both who are reminded first: the reminder comes on the day itself, to him."""
    away = [an_event("deputy", who=who, deputy=MEHMET, first="2026-09-07", last="2026-09-08") for who in (KARIN, JORIS)]
    assert said_of(*away, SIGNAL, *TOLD, a_message(MEHMET, WAITS, LAST_CALL)) == []
    assert "no reminder" in said_of(*away, SIGNAL, *TOLD)
    opened = an_event("opened", TUESDAY + timedelta(days=1), who=MEHMET, case=CODE, may=True, step="signals", failed="")
    assert "read by who may not" in said_of(*away, SIGNAL, *TOLD, a_message(MEHMET, WAITS, LAST_CALL), opened)


def test_who_works_at_two_schools_reads_at_each_what_their_role_there_reads() -> None:
    """Karin is care coordinator here and teaches at the other school, where Mehmet reports."""
    other = School(
        "De Beuk", "zuid", (Colleague(KARIN, KARIN, ("teacher",), ("5",)), Colleague(MEHMET, MEHMET, ("teacher",)))
    )
    there = SIGNAL | {"who": MEHMET, "case": "26-BEUK", "school": "De Beuk", "said": {}, "teachers": [MEHMET]}
    opened = an_event("opened", who=KARIN, case="26-BEUK", may=True, step="signals", failed="")
    log = a_tuesday(an_event("school", **other.entry()), SIGNAL, *TOLD, REMINDED, there, opened)
    log.events[-1]["entries"] |= {"26-BEUK": ["signal"]}
    found = [finding for finding in Oracle(plan_file("heutink"), log).judge() if "read by" in finding.what]
    assert [finding.about for finding in found] == [f"26-BEUK by {KARIN}"]


@pytest.mark.parametrize(("later", "is_wrong"), [(timedelta(), False), (timedelta(minutes=1), True)])
def test_a_case_may_show_the_step_that_it_left_at_that_moment(later: timedelta, is_wrong: bool) -> None:
    taken_up = SIGNAL | {"who": KARIN, "record": "taken_up", "said": {}}
    opened = an_event("opened", TUESDAY + later, who=JORIS, case=CODE, may=True, step="signals", failed="")
    assert ("wrong step" in said_of(SIGNAL, *TOLD, taken_up, opened)) is is_wrong
    sooner = an_event("opened", LAST_CALL - later, who=JORIS, case=CODE, may=True, step="consult", failed="")
    heard_of = taken_up | {"at": LAST_CALL.isoformat()}
    assert ("wrong step" in said_of(SIGNAL, *TOLD, sooner, heard_of)) is is_wrong, "it is stored before that is heard"


TWICE = EXCLUDED | {"said": {"exclusion": "out", "excluded_person": KARIN}}
NO = TWICE | {"record": "exclusion_agreed", "said": {"exclusion_right": "no"}}


def test_an_answer_is_about_all_that_was_proposed_of_somebody() -> None:
    """Who presses twice proposes it twice."""
    assert "heard by who may not" not in said_of(SIGNAL, *TOLD, TWICE, TWICE, NO, REMINDED)
    assert "heard by who may not" in said_of(SIGNAL, *TOLD, TWICE, TWICE, REMINDED)


def test_a_deputy_from_whom_a_case_is_kept_replaces_nobody_in_it() -> None:
    away = an_event("deputy", who=KARIN, deputy=JORIS, first="2026-09-08", last="2026-09-08")
    assert "reminded on a day off" in said_of(away, SIGNAL, *TOLD, REMINDED)
    assert "reminded on a day off" not in said_of(away, SIGNAL, *TOLD, EXCLUDED, REMINDED)


@pytest.mark.parametrize(("days", "is_found"), [(1, True), (2, False)])
def test_who_is_to_be_reminded_of_a_case_that_is_late_reads_it_from_then_on(days: int, is_found: bool) -> None:
    """Also if they are off that day, and the message waits for their return."""
    opened = an_event(
        "opened", TUESDAY + timedelta(days=days), who=FATIMA, case=CODE, may=True, step="signals", failed=""
    )
    assert ("read before it was their turn" in said_of(SIGNAL, *TOLD, REMINDED, opened)) is is_found
