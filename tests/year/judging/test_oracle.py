"""The oracle itself: a day in a log that was written by hand, and what it says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.year.faults import FAULTS
from tests.year.judging.by_hand import (
    CODE,
    EVENING,
    FATIMA,
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
    TROUBLE,
    TUESDAY,
    WAITS,
    WILLEM,
    a_line,
    a_message,
    a_tuesday,
    an_event,
    said_of,
    stored,
)
from tests.year.judging.log import Event, moment
from tests.year.judging.oracle import Oracle
from tests.year.judging.plan_file import plan_file
from tests.year.judging.reports import SEEN, UNSEEN
from tests.year.judging.stored import put_in_order, say_what_was_stored
from tests.year.schools import Colleague, School


def test_a_signal_that_was_told_and_reminded_of_is_well() -> None:
    assert said_of(SIGNAL, *TOLD, REMINDED) == []


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([SIGNAL, REMINDED], "not told"),
        ([SIGNAL, *TOLD], "no reminder"),
        ([SIGNAL, *TOLD, REMINDED, a_message(MEHMET, WAITS)], "heard by who may not"),
        ([SIGNAL, *TOLD, REMINDED, a_message(KARIN, "over Dewi", names=["Dewi"])], "personal data in a message"),
        ([SIGNAL, a_message(KARIN, WAITS), REMINDED], "reminded without a reason"),
        (
            [SIGNAL, *TOLD, REMINDED, an_event("opened", who=WILLEM, case=CODE, may=True, step="signals", failed="")],
            "read by who may not",
        ),
        (
            [SIGNAL, *TOLD, REMINDED, an_event("opened", who=FATIMA, case=CODE, may=True, step="signals", failed="")],
            "read before it was their turn",
        ),
        (
            [SIGNAL, *TOLD, REMINDED, an_event("opened", who=KARIN, case=CODE, may=False, step="", failed="")],
            "refused to who may read",
        ),
        (
            [
                SIGNAL,
                *TOLD,
                REMINDED,
                an_event("opened", LAST_CALL, who=KARIN, case=CODE, may=True, step="talk", failed=""),
            ],
            "wrong step",
        ),
        (
            [SIGNAL, *TOLD, a_message(KARIN, WAITS.replace("Signalen vastleggen", "Wegen"), LAST_CALL)],
            "reminded of another step",
        ),
        ([SIGNAL, *TOLD, REMINDED, an_event("logged", names=["Dewi"])], "personal data in the log"),
        ([SIGNAL, *TOLD, REMINDED, an_event("error", words="a message that failed")], "an error without a fault"),
        ([SIGNAL, *TOLD, REMINDED, an_event("health", fault="", is_well=False)], "reported without a fault"),
        (
            [TROUBLE, SIGNAL, *TOLD, REMINDED, an_event("health", fault="clock", is_well=True)],
            "a fault that is not reported",
        ),
    ],
)
def test_what_is_wrong_is_found(events: list[Event], said: str) -> None:
    assert said in said_of(*events)


OVER = TUESDAY + timedelta(hours=6)
FULL, GONE = "The disk is full, or may not be written.", f"De Linde › Joris: {JORIS} is a closed account, a bot"
STUCK = "The outbox is stuck."


def _doctor(fault: str, *words: str, at: datetime = TUESDAY, is_over: bool = False) -> Event:
    return an_event("doctor", at, fault=fault, words=[*words], is_over=is_over)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([TROUBLE, _doctor("full", FULL, STUCK), _doctor("full", is_over=True)], []),
        ([TROUBLE, _doctor("full", STUCK)], ["doctor does not see a fault"]),
        ([TROUBLE, _doctor("full", FULL, is_over=True)], ["doctor sees what is not there"]),
        ([TROUBLE, _doctor("", FULL)], []),
        ([TROUBLE, _doctor("", FULL, at=OVER)], ["doctor sees what is not there"]),
        ([an_event("gone", who=JORIS), _doctor("", GONE)], []),
        ([an_event("gone", who=JORIS), _doctor("")], ["doctor does not see who left"]),
        ([_doctor("", GONE)], ["doctor sees what is not there"]),
        ([TROUBLE, an_event("health", fault="full", is_well=False, is_over=True)], ["still reported when it was over"]),
    ],
)
def test_doctor_says_what_is_wrong_while_it_is(events: list[Event], said: list[str]) -> None:
    found = said_of(SIGNAL, *TOLD, REMINDED, *events)
    assert [what for what in found if "doctor" in what or "reported" in what] == said


def test_each_fault_is_reported_or_it_is_said_why_not() -> None:
    assert not SEEN.keys() & UNSEEN.keys()
    assert {*FAULTS} <= SEEN.keys() | UNSEEN.keys()


ALARM = an_event("alarm", who=SANNE)
GOES = an_event("alarm_answered", TUESDAY + timedelta(minutes=2), who=FATIMA)
HEARD = [a_message(who, "Acuut gevaar: Sanne heeft alarm geslagen.") for who in (KARIN, FATIMA)]
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


@pytest.mark.parametrize(
    ("kept", "said"),
    [(["signal", "taken_up"], "an entry too many"), ([], "an entry is lost"), (["signal"], "")],
)
def test_an_entry_without_words_is_lost_or_there_twice(kept: list[str], said: str) -> None:
    log = a_tuesday(SIGNAL, *TOLD, REMINDED)
    log.events[-1]["entries"] = {CODE: kept}
    found = [finding.what for finding in Oracle(plan_file("heutink"), log).judge()]
    assert found == ([said] if said else [])


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


def test_years_later_closed_cases_are_gone_and_open_ones_are_not() -> None:
    assert "destroyed though open" in said_of(SIGNAL, *TOLD, REMINDED, left=[])
    closed = SIGNAL | {"record": "ending_agreed", "said": {"ending_right": "yes"}}
    proposed = SIGNAL | {"record": "ending", "said": {"ends_as": "mistake"}}
    assert "kept for too long" in said_of(SIGNAL, *TOLD, proposed, closed, left=[CODE])
    assert "kept for too long" not in said_of(SIGNAL, *TOLD, proposed, closed, left=[])


def test_what_fails_during_a_fault_is_well() -> None:
    failed = an_event("error", words="a message that failed")
    assert said_of(TROUBLE, SIGNAL, *TOLD, REMINDED, failed, an_event("health", fault="clock", is_well=False)) == []


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


def test_a_reminder_on_a_day_off_is_found() -> None:
    """Karin was told on Tuesday and is away; Joris, who has the other role, was there."""
    away = an_event("deputy", who=KARIN, deputy=JORIS, first="2026-09-08", last="2026-09-08")
    assert "reminded on a day off" in said_of(away, SIGNAL, *TOLD, REMINDED)
    assert "reminded on a day off" not in said_of(away, SIGNAL, *TOLD, a_message(JORIS, WAITS, LAST_CALL))
    gone = an_event("gone", TUESDAY, who=JORIS)
    assert "reminded on a day off" not in said_of(away, SIGNAL, *TOLD, gone, REMINDED), "nobody stands in any more"
    late = away | {"at": LAST_CALL.isoformat()}
    assert "reminded on a day off" not in said_of(SIGNAL, *TOLD, late, REMINDED), "it was on its way by then"


def test_what_was_acknowledged_and_is_not_stored_is_found() -> None:
    assert said_of(SIGNAL, *TOLD, REMINDED, marks=[]) == ["lost"]


def test_whose_case_it_became_is_known_though_nobody_saw_that_it_was_stored() -> None:
    of_mehmet = {"said": SIGNAL["said"] | {"group": "6"}, "school": "De Linde"}
    unheard = SIGNAL | of_mehmet | {"result": "failed", "case": "", "teachers": []}
    told = a_message(MEHMET, f"Dossier {CODE}: lees het.")
    assert said_of(unheard, *TOLD, told, REMINDED) == []
    assert said_of(SIGNAL, *TOLD, told, REMINDED) == ["heard by who may not"]


def test_what_is_stored_twice_is_found() -> None:
    assert said_of(SIGNAL, *TOLD, REMINDED, marks=[["Merk00001", CODE], ["Merk00001", CODE]]) == ["stored twice"]
    quoted = SIGNAL | {"who": KARIN, "record": "note", "said": {"noted": "Merk00001"}}
    assert "stored twice" not in said_of(
        SIGNAL, *TOLD, REMINDED, quoted, marks=[["Merk00001", CODE], ["Merk00001", CODE]]
    )


@pytest.mark.parametrize(("later", "is_wrong"), [(timedelta(), False), (timedelta(minutes=1), True)])
def test_a_case_may_show_the_step_that_it_left_at_that_moment(later: timedelta, is_wrong: bool) -> None:
    taken_up = SIGNAL | {"who": KARIN, "record": "taken_up", "said": {}}
    opened = an_event("opened", TUESDAY + later, who=JORIS, case=CODE, may=True, step="signals", failed="")
    assert ("wrong step" in said_of(SIGNAL, *TOLD, taken_up, opened)) is is_wrong
    sooner = an_event("opened", LAST_CALL - later, who=JORIS, case=CODE, may=True, step="consult", failed="")
    heard_of = taken_up | {"at": LAST_CALL.isoformat()}
    assert ("wrong step" in said_of(SIGNAL, *TOLD, sooner, heard_of)) is is_wrong, "it is stored before that is heard"


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


def test_what_is_lost_in_the_middle_of_a_year_is_found_on_that_day() -> None:
    log = a_tuesday(SIGNAL, *TOLD, REMINDED)
    log.events.insert(-1, stored([], LAST_CALL) | {"is_end": False, "entries": {}})
    found = Oracle(plan_file("heutink"), log).judge()
    assert [(finding.what, finding.at) for finding in found] == [
        ("lost", LAST_CALL),
        ("an entry is lost", LAST_CALL),
    ]


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


def test_who_acts_in_the_same_second_may_change_whom_it_concerns() -> None:
    note = SIGNAL | {"record": "note", "said": {}}
    assert "not told" in said_of(SIGNAL, TOLD[0], REMINDED)
    assert "not told" not in said_of(SIGNAL, note, TOLD[0], REMINDED)


def test_of_what_two_people_sent_in_vain_the_logbook_says_who_stored_it() -> None:
    note = {"record": "note", "said": {}, "result": "failed"}
    kept = stored([]) | {"logbook": [a_line(CODE, ["Merk00001"]), a_line(CODE, [], who=JORIS, record="note")]}
    one, other = SIGNAL | note, SIGNAL | note | {"who": JORIS}
    say_what_was_stored([SIGNAL, one, other, kept])
    assert (one["result"], other["result"]) == ("failed", "saved")


@pytest.mark.parametrize(("times", "is_found"), [(1, True), (3, False)])
def test_who_sends_a_form_again_hears_late_that_it_was_stored(times: int, is_found: bool) -> None:
    late = SIGNAL | {"at": (moment(SIGNAL) + timedelta(minutes=10)).isoformat()}
    late |= {"times": times} if times > 1 else {}
    assert ("not told" in said_of(late, *TOLD, REMINDED)) is is_found


def test_two_forms_of_one_second_count_in_the_order_of_the_logbook() -> None:
    one, other = (SIGNAL | {"said": {"what": mark}} for mark in ("Merk00002", "Merk00003"))
    kept = stored([[mark, CODE] for mark in ("Merk00001", "Merk00003", "Merk00002")])
    events = [SIGNAL, one, other, kept]
    put_in_order(events)
    assert events == [SIGNAL, other, one, kept]


def test_a_form_that_was_sent_again_counts_from_when_the_logbook_has_it() -> None:
    first = TUESDAY + timedelta(seconds=1)
    after = an_event("opened", TUESDAY + timedelta(minutes=1))
    again = SIGNAL | {"said": {"what": "Merk00003"}, "times": 2, "at": EVENING.isoformat()}
    kept = stored([]) | {"logbook": [a_line(CODE, ["Merk00001"]), a_line(CODE, ["Merk00003"], first)]}
    events = [SIGNAL, after, again, kept]
    put_in_order(events)
    assert events == [SIGNAL, again | {"at": first.isoformat()}, after, kept]
