"""Step 3: talk with the pupil and the parents, unless that is a danger to the pupil."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from handlers.documents import talk_pdf
from handlers.views.talks import preparation_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.preparation import Preparation, prepare
from meldcode.domain.case.asked import needed
from meldcode.domain.case.state import Status
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import (
    BEA,
    DIRK,
    DOUBLE,
    FATIMA,
    IRIS,
    KARIN,
    KEES,
    MEHMET,
    PUPIL,
    SANNE,
    TYPED,
    Actor,
    Play,
)
from tests.on_screen import read

JUDGE_FIRST = "not_yet S3.1"
NO_TEACHER = "absent S3.5"
BOTH_TALK = "present S3.5"
BOTH_JUDGE = "present S3.2"
NOT_NOW = "not_now"
OTHER_LEADER = Actor("U11", "Els Prins", (Role.SCHOOL_LEADER,))


@pytest.fixture
def at_talk(play: Play) -> Play:
    play.reach("talk")
    return play


@pytest.fixture
def judged_safe(at_talk: Play) -> Play:
    at_talk.record("safety", by=KARIN, danger_by_talk="no")
    return at_talk


@pytest.mark.rule("S3.1")
def test_danger_skips_the_step_with_who_judged_so_and_why(at_talk: Play) -> None:
    state = at_talk.record("safety", by=KARIN, danger_by_talk="yes", why="Vader wordt boos.").state
    assert state.step == "weigh"
    safety = state.standing["safety"]
    assert (safety.author, safety.answers["why"]) == (at_talk.person(KARIN).id, "Vader wordt boos.")
    assert at_talk.refused("parents_talk", by=KARIN) == {"": JUDGE_FIRST}
    assert at_talk.refused("safety", by=KARIN) == {"": NOT_NOW}


@pytest.mark.rule("S3.1")
def test_danger_is_judged_with_a_reason_and_before_any_talk(at_talk: Play) -> None:
    assert at_talk.refused("safety", by=KARIN, why=" ") == {"why": "required"}
    assert at_talk.refused("parents_talk", by=KARIN) == {"": JUDGE_FIRST}


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("danger", ["yes", "no"])
def test_a_teacher_alone_neither_skips_the_step_nor_calls_it_safe(at_talk: Play, danger: str) -> None:
    for judges in ([SANNE], [SANNE, KARIN], [KARIN]):
        refused = at_talk.refused("safety", by=SANNE, danger_by_talk=danger, present=judges)
        assert refused == {"": "role_may_not care_coordinator school_leader"}
    for by, judges in ((KARIN, [KARIN]), (FATIMA, [FATIMA]), (KARIN, [SANNE, BEA])):
        assert "safety_by" in at_talk.refused("safety", by=by, danger_by_talk=danger, present=judges)


@pytest.mark.rule("S3.1")
def test_danger_that_shows_during_the_talks_leaves_the_rest_out(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=KARIN)
    assert judged_safe.record("safety", by=FATIMA, danger_by_talk="yes").state.step == "weigh"


@pytest.mark.rule("S3.2")
@pytest.mark.parametrize("judges", [[SANNE, FATIMA], [KARIN, FATIMA], [KARIN, BEA], [MEHMET, KARIN]])
def test_teacher_and_care_coordinator_judge_whether_the_pupil_can_talk(at_talk: Play, judges: list[Actor]) -> None:
    assert at_talk.refused("safety", by=KARIN, danger_by_talk="no", present=judges) == {"safety_by": BOTH_JUDGE}


@pytest.mark.rule("S3.2")
def test_whether_the_pupil_can_talk_is_judged_before_the_talk(at_talk: Play) -> None:
    assert at_talk.refused("pupil_talk", by=SANNE) == {"": "not_yet S3.2"}
    assert at_talk.refused("safety", by=KARIN, pupil_able="") == {"pupil_able": "required"}
    at_talk.record("safety", by=KARIN)
    at_talk.record("pupil_talk", by=SANNE)


@pytest.mark.rule("S3.1")
@pytest.mark.rule("S3.2")
def test_with_danger_nothing_is_asked_about_the_pupils_talk(at_talk: Play) -> None:
    answers = at_talk.record("safety", by=KARIN, danger_by_talk="yes").state.standing["safety"].answers
    assert set(answers) == {"danger_by_talk", "why", "safety_by"}


@pytest.mark.rule("S3.2")
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_pupil_who_cannot_talk_needs_a_reason(at_talk: Play, reason: str) -> None:
    assert at_talk.refused("safety", by=KARIN, pupil_able="cannot", why_pupil=reason) == {"why_pupil": "required"}


@pytest.mark.rule("S3.2")
def test_of_a_pupil_who_cannot_the_talk_is_left_out(at_talk: Play) -> None:
    at_talk.record("safety", by=KARIN, pupil_able="cannot", why_pupil="Zij is te jong.")
    assert at_talk.refused("pupil_talk", by=SANNE) == {"": NOT_NOW}
    assert at_talk.record("parents_talk", by=KARIN).state.step == "weigh"


@pytest.mark.rule("S3.3")
@pytest.mark.parametrize("present", [[], [SANNE], [KARIN], [SANNE, FATIMA], [MEHMET, KARIN], [SANNE, BEA]])
def test_teacher_and_care_coordinator_talk_with_the_pupil(judged_safe: Play, present: list[Actor]) -> None:
    assert judged_safe.refused("pupil_talk", by=SANNE, present=present) == {"pupil_present": "present S3.3"}
    judged_safe.record("pupil_talk", by=SANNE, present=[SANNE, KARIN, FATIMA])


@pytest.mark.rule("S3.3")
def test_somebody_else_talks_where_that_was_chosen_with_whom_and_why(at_talk: Play) -> None:
    chosen: dict[str, Any] = {
        "pupil_able": "with_other",
        "with_whom": "de schoolarts",
        "why_pupil": "Zij vertrouwt haar.",
    }
    for name in ("with_whom", "why_pupil"):
        assert at_talk.refused("safety", by=KARIN, **(chosen | {name: " "})) == {name: "required"}
    at_talk.record("safety", by=KARIN, **chosen)
    state = at_talk.record("pupil_talk", by=KARIN, present=[]).state
    assert chosen.items() <= state.standing["safety"].answers.items()


@pytest.mark.rule("S3.3")
@pytest.mark.parametrize("first", ["pupil", "parents"])
def test_the_two_talks_come_in_either_order(judged_safe: Play, first: str) -> None:
    talks = [("pupil_talk", SANNE), ("parents_talk", KARIN)]
    for record, by in talks if first == "pupil" else reversed(talks):
        assert judged_safe.state().step == "talk"
        judged_safe.record(record, by=by)
    assert judged_safe.state().step == "weigh"


@pytest.mark.rule("S3.4")
def test_not_speaking_of_the_suspicions_is_shown_and_asked(judged_safe: Play) -> None:
    assert "Praat niet over de vermoedens, behalve als de leerling" in judged_safe.plan.records["pupil_talk"].explain
    assert "Praat niet over de vermoedens, behalve als de leerling" in judged_safe.plan.records["pupil_talk"].prepare
    assert judged_safe.refused("pupil_talk", by=SANNE, pupil_named_it="") == {"pupil_named_it": "required"}
    for answer in ("no", "yes"):
        judged_safe.record("pupil_talk", by=SANNE, pupil_named_it=answer)
        assert judged_safe.entries()[-1].answers["pupil_named_it"] == answer


@pytest.mark.rule("S3.5")
def test_care_coordinator_and_school_leader_talk_with_the_parents(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=FATIMA, present=[KARIN, FATIMA, BEA])


@pytest.mark.rule("S3.5")
@pytest.mark.parametrize("present", [[KARIN], [FATIMA], [KARIN, IRIS], [FATIMA, BEA], [KARIN, DIRK], [DIRK]])
def test_both_are_there(judged_safe: Play, present: list[Actor]) -> None:
    judged_safe.employs(IRIS)
    assert judged_safe.refused("parents_talk", by=KARIN, present=present) == {"parents_present": BOTH_TALK}


@pytest.mark.rule("S3.5")
@pytest.mark.parametrize("teacher", [SANNE, MEHMET])
def test_no_teacher_is_at_the_parents_talk(judged_safe: Play, teacher: Actor) -> None:
    said = judged_safe.refused("parents_talk", by=KARIN, present=[KARIN, FATIMA, teacher])
    assert said == {"parents_present": NO_TEACHER}


@pytest.mark.rule("S3.5")
def test_the_teacher_of_the_case_is_not_there_in_another_role_either(play: Play) -> None:
    play.employs(KEES)
    play.signal(by=KEES)
    play.reach("talk")
    play.record("safety", by=KARIN)
    said = play.refused("parents_talk", by=KARIN, present=[KEES, FATIMA])
    assert said == {"parents_present": NO_TEACHER}


@pytest.mark.rule("S3.5")
def test_a_care_coordinator_who_teaches_another_group_can_be_there(judged_safe: Play) -> None:
    judged_safe.employs(KEES)
    judged_safe.record("parents_talk", by=KEES, present=[KEES, FATIMA])


@pytest.mark.rule("S3.5")
@pytest.mark.rule("G5")
def test_a_teacher_standing_in_for_the_school_leader_is_not_there_for_their_own_pupil(judged_safe: Play) -> None:
    today = judged_safe.now.date()
    judged_safe.stands_in(SANNE, for_=FATIMA, first=today, last=today)
    said = judged_safe.refused("parents_talk", by=KARIN, present=[KARIN, SANNE])
    assert said == {"parents_present": NO_TEACHER}


@pytest.mark.rule("S3.5")
def test_nobody_is_there_twice(judged_safe: Play) -> None:
    judged_safe.employs(DOUBLE)
    for present in ([DOUBLE], [DOUBLE, DOUBLE]):
        assert judged_safe.refused("parents_talk", by=KARIN, present=present) == {"parents_present": BOTH_TALK}


@pytest.mark.rule("S3.6")
def test_the_five_points_are_those_of_the_source_and_each_is_ticked_or_has_a_reason(judged_safe: Play) -> None:
    points = judged_safe.plan.records["parents_talk"].field("points")
    assert points is not None
    assert [choice.id for choice in points.choices] == ["aim", "signals_shown", "reaction", "reading", "follow_up"]
    some: dict[str, Any] = {"points": ("aim", "reaction", "follow_up"), "points_why": " "}
    refused = judged_safe.refused("parents_talk", by=KARIN, **some)
    left_out = "De signalen uit het logboek, Hoe je de signalen en de reactie interpreteert"
    assert refused == {"points_why": f"points_left_out {left_out}"}
    judged_safe.record("parents_talk", by=KARIN, **(some | {"points_why": "De ouders liepen weg."}))
    assert judged_safe.entries()[-1].answers["points_why"] == "De ouders liepen weg."


@pytest.mark.rule("S3.6")
def test_all_five_points_need_no_reason(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=KARIN, points_why="")


@pytest.mark.rule("S3.4")
@pytest.mark.rule("S3.5")
@pytest.mark.rule("S3.6")
def test_preparing_the_parents_talk_shows_the_points_who_holds_it_and_what_not_to_say(judged_safe: Play) -> None:
    shown = read(str(preparation_modal(prepared(judged_safe, KARIN, "parents_talk"))))
    points = judged_safe.plan.records["parents_talk"].field("points")
    assert points and all(choice.text in shown for choice in points.choices)
    assert "De IB-er of zorgcoördinator en de schoolleider voeren samen" in shown
    assert "De leerkracht is hier niet bij" in shown
    assert "niet wat jullie vermoeden" in shown and "Zeg niet wie een signaal doorgaf" in shown
    paper = talk_pdf.pdf(prepared(judged_safe, KARIN, "parents_talk"))
    printed = read("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages))
    assert "De signalen uit het logboek" in printed and judged_safe.code in printed
    for private in (PUPIL["first_name"], PUPIL["last_name"], TYPED):
        assert private not in shown and private not in printed


@pytest.mark.rule("G1")
@pytest.mark.rule("S3.1")
def test_a_talk_is_prepared_by_who_holds_it_once_it_can_be_held(at_talk: Play) -> None:
    assert at_talk.refused_to(lambda: prepared(at_talk, KARIN, "parents_talk")) == {"": "not_now"}
    at_talk.record("safety", by=KARIN)
    assert set(at_talk.refused_to(lambda: prepared(at_talk, SANNE, "parents_talk"))) == {""}
    assert prepared(at_talk, SANNE, "pupil_talk").record.id == "pupil_talk"


def prepared(play: Play, by: Actor, record: str) -> Preparation:
    with play.transaction() as uow:
        return prepare(uow, actor_of(uow, by.identity), play.code, record, play.now)


@pytest.mark.parametrize("left_out", ["parents_there", "interpreter"])
def test_which_parent_was_there_and_whether_there_was_an_interpreter(judged_safe: Play, left_out: str) -> None:
    empty: Any = () if left_out == "parents_there" else ""
    assert judged_safe.refused("parents_talk", by=KARIN, **{left_out: empty}) == {left_out: "required"}
    judged_safe.record("parents_talk", by=KARIN, parents_there=("with_custody", "guardian"), interpreter="yes")
    kept = judged_safe.entries()[-1].answers
    assert (kept["parents_there"], kept["interpreter"]) == (("with_custody", "guardian"), "yes")


@pytest.mark.rule("S3.6")
@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        ("appointment_1_what", "check S3.6"),
        ("appointment_1_day", "appointment_day"),
        ("appointment_1_owner", "appointment_owner"),
    ],
)
def test_a_follow_up_appointment_has_a_date_and_an_owner(judged_safe: Play, left_out: str, reason: str) -> None:
    assert judged_safe.refused("parents_talk", by=KARIN, **{left_out: ""}) == {left_out: reason}


@pytest.mark.rule("S3.6")
def test_a_follow_up_appointment_lies_ahead_and_is_kept(judged_safe: Play) -> None:
    day = judged_safe.now.date() + timedelta(days=14)
    judged_safe.record("parents_talk", by=KARIN, appointment_1_day=day, appointment_1_owner=FATIMA)
    kept = judged_safe.entries()[-1].answers
    assert (kept["appointment_1_what"], kept["appointment_1_day"]) == (TYPED[:300], str(day))
    assert kept["appointment_1_owner"] == str(judged_safe.person(FATIMA).id)


@pytest.mark.rule("S3.7")
def test_a_suspicion_that_is_gone_for_both_ends_the_case(judged_safe: Play) -> None:
    assert judged_safe.record("parents_talk", by=KARIN, suspicion="gone").told >= {FATIMA}
    assert judged_safe.state().status is Status.OPEN, "one of the two is not enough"
    assert set(judged_safe.refused("talk_agreed", by=KARIN)) == {""}
    state = judged_safe.record("talk_agreed", by=FATIMA).state
    assert (state.status, state.outcome) == (Status.CLOSED, "suspicion_gone")
    assert needed(judged_safe.plan, state) == []
    for record in ("weighing", "pupil_talk", "handed_over", "safety", "talk_agreed"):
        assert set(judged_safe.refused(record, by=KARIN)) == {""}


@pytest.mark.rule("S3.7")
def test_those_who_held_the_talk_agree_and_nobody_else(judged_safe: Play) -> None:
    judged_safe.employs(IRIS, OTHER_LEADER)
    there: dict[str, Any] = {"present": [KARIN, FATIMA], "suspicion": "gone"}
    assert judged_safe.refused("parents_talk", by=IRIS, **there) == {"suspicion": "took_part S3.7"}
    judged_safe.record("parents_talk", by=IRIS, present=[KARIN, FATIMA], suspicion="remains")
    judged_safe.record("parents_talk", by=KARIN, **there)
    assert judged_safe.refused("talk_agreed", by=OTHER_LEADER) == {"gone_agreed": "took_part S3.7"}
    judged_safe.record("talk_agreed", by=FATIMA)


@pytest.mark.rule("S3.7")
def test_without_agreement_the_case_goes_on(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=KARIN, suspicion="gone")
    judged_safe.record("talk_agreed", by=FATIMA, gone_agreed="no")
    assert judged_safe.state().step == "talk", "the pupil's talk is still to be held"
    assert judged_safe.record("pupil_talk", by=SANNE).state.step == "weigh"


@pytest.mark.rule("S3.7")
def test_another_proposal_needs_another_agreement(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=KARIN, suspicion="gone")
    judged_safe.record("talk_agreed", by=FATIMA, gone_agreed="no")
    judged_safe.record("parents_talk", by=FATIMA, suspicion="gone")
    judged_safe.record("pupil_talk", by=SANNE)
    assert judged_safe.state().step == "talk"
    assert judged_safe.record("talk_agreed", by=KARIN).state.status is Status.CLOSED


@pytest.mark.rule("S3.2")
@pytest.mark.rule("S3.7")
def test_the_pupils_side_is_judged_before_a_case_ends_by_the_talk(at_talk: Play) -> None:
    assert at_talk.refused("parents_talk", by=KARIN, suspicion="gone") == {"": JUDGE_FIRST}
    at_talk.record("safety", by=KARIN)
    assert at_talk.state().standing["safety"].answers["pupil_able"]


def closed(play: Play) -> None:
    """The case ends, for the talk took the suspicion away."""
    play.record("parents_talk", by=KARIN, suspicion="gone")
    play.record("talk_agreed", by=FATIMA)


@pytest.mark.rule("S3.7")
@pytest.mark.parametrize("by", [SANNE, KARIN, FATIMA])
def test_a_new_signal_reopens_the_case_from_the_start(judged_safe: Play, by: Actor) -> None:
    closed(judged_safe)
    played = judged_safe.record("signal", by=by)
    assert (played.state.status, played.state.step, set(played.state.standing)) == (Status.OPEN, "signals", {"signal"})
    assert played.told >= {KARIN, BEA} - {by}
    assert judged_safe.refused("talk_agreed", by=KARIN) != {}


@pytest.mark.rule("S3.7")
def test_the_teachers_new_signal_about_this_pupil_finds_the_closed_case(judged_safe: Play) -> None:
    closed(judged_safe)
    code = judged_safe.code
    assert judged_safe.signal(by=SANNE, same_as=code).code == code
    assert judged_safe.header().status is Status.OPEN
