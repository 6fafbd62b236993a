"""Step 3: talk with the pupil and the parents, unless that is a danger to the pupil."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any

import pytest

from meldcode.domain.case.state import Status, needed
from tests.meldcode.playing import BEA, DIRK, DOUBLE, FATIMA, IRIS, KARIN, KEES, MEHMET, SANNE, TYPED, Actor, Play

JUDGE_FIRST = "not_yet S3.1"
NO_TEACHER = "absent S3.5"
BOTH_TALK = "present S3.5"
BOTH_JUDGE = "present S3.2"
NOT_NOW = "not_now"


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
    for talk in ("pupil_can", "parents_talk"):
        assert at_talk.refused(talk, by=KARIN) == {"": JUDGE_FIRST}
    assert at_talk.refused("safety", by=KARIN) == {"": NOT_NOW}


@pytest.mark.rule("S3.1")
def test_danger_is_judged_with_a_reason_and_before_any_talk(at_talk: Play) -> None:
    assert at_talk.refused("safety", by=KARIN, why=" ") == {"why": "required"}
    for talk in ("pupil_can", "parents_talk"):
        assert at_talk.refused(talk, by=KARIN) == {"": JUDGE_FIRST}


@pytest.mark.rule("S3.1")
def test_danger_that_shows_during_the_talks_leaves_the_rest_out(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=KARIN)
    assert judged_safe.record("safety", by=FATIMA, danger_by_talk="yes").state.step == "weigh"


@pytest.mark.rule("S3.2")
@pytest.mark.parametrize("judges", [[SANNE], [KARIN], [SANNE, BEA], [MEHMET, KARIN], [SANNE, FATIMA]])
def test_teacher_and_care_coordinator_judge_together(judged_safe: Play, judges: list[Actor]) -> None:
    assert judged_safe.refused("pupil_can", by=SANNE, present=judges) == {"judged_by": BOTH_JUDGE}


@pytest.mark.rule("S3.2")
def test_whether_the_pupil_can_talk_is_judged_before_the_talk(judged_safe: Play) -> None:
    said = judged_safe.refused("pupil_talk", by=SANNE)
    assert said == {"": "not_yet S3.2"}
    judged_safe.record("pupil_can", by=SANNE)
    judged_safe.record("pupil_talk", by=SANNE)


@pytest.mark.rule("S3.2")
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_pupil_who_cannot_talk_needs_a_reason(judged_safe: Play, reason: str) -> None:
    assert judged_safe.refused("pupil_can", by=SANNE, pupil_able="cannot", why_pupil=reason) == {
        "why_pupil": "check S3.2"
    }


@pytest.mark.rule("S3.2")
def test_of_a_pupil_who_cannot_the_talk_is_left_out(judged_safe: Play) -> None:
    judged_safe.record("pupil_can", by=SANNE, pupil_able="cannot", why_pupil="Zij is te jong.")
    assert judged_safe.refused("pupil_talk", by=SANNE) == {"": NOT_NOW}
    judged_safe.record("parents_talk", by=KARIN)
    assert judged_safe.record("talk_outcome", by=KARIN).state.step == "weigh"


@pytest.mark.rule("S3.3")
@pytest.mark.parametrize("present", [[], [SANNE], [KARIN], [SANNE, FATIMA], [MEHMET, KARIN], [SANNE, BEA]])
def test_teacher_and_care_coordinator_talk_with_the_pupil(judged_safe: Play, present: list[Actor]) -> None:
    judged_safe.record("pupil_can", by=SANNE)
    assert judged_safe.refused("pupil_talk", by=SANNE, present=present) == {"pupil_present": "present S3.3"}
    judged_safe.record("pupil_talk", by=SANNE, present=[SANNE, KARIN, FATIMA])


@pytest.mark.rule("S3.3")
def test_somebody_else_talks_where_that_was_chosen_with_whom_and_why(judged_safe: Play) -> None:
    chosen: dict[str, Any] = {
        "pupil_able": "with_other",
        "with_whom": "de schoolarts",
        "why_pupil": "Zij vertrouwt haar.",
    }
    for name, reason in (
        ("with_whom", "check S3.3"),
        ("why_pupil", "check S3.2"),
    ):
        assert judged_safe.refused("pupil_can", by=SANNE, **(chosen | {name: " "})) == {name: reason}
    judged_safe.record("pupil_can", by=SANNE, **chosen)
    state = judged_safe.record("pupil_talk", by=KARIN, present=[]).state
    assert chosen.items() <= state.standing["pupil_can"].answers.items()


@pytest.mark.rule("S3.3")
@pytest.mark.parametrize("first", ["pupil", "parents"])
def test_the_two_talks_come_in_either_order(judged_safe: Play, first: str) -> None:
    talks = [("pupil_can", SANNE), ("pupil_talk", SANNE)], [("parents_talk", KARIN), ("talk_outcome", FATIMA)]
    for record, by in chain(*(talks if first == "pupil" else reversed(talks))):
        assert judged_safe.state().step == "talk"
        judged_safe.record(record, by=by)
    assert judged_safe.state().step == "weigh"


@pytest.mark.rule("S3.4")
def test_not_speaking_of_the_suspicions_is_shown_and_asked(judged_safe: Play) -> None:
    assert "Praat niet over de vermoedens, behalve als de leerling" in judged_safe.plan.records["pupil_talk"].explain
    assert "vermoedens, behalve als de leerling er zelf" in judged_safe.plan.records["pupil_can"].explain
    judged_safe.record("pupil_can", by=SANNE)
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
def test_the_five_points_are_those_of_the_source_and_what_was_left_out_shows(judged_safe: Play) -> None:
    points = judged_safe.plan.records["parents_talk"].field("points")
    assert points is not None
    assert [choice.id for choice in points.choices] == ["aim", "signals_shown", "reaction", "reading", "follow_up"]
    judged_safe.record("parents_talk", by=KARIN, points=("aim", "reaction"))
    assert judged_safe.entries()[-1].answers["points"] == ("aim", "reaction")


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
def test_a_suspicion_that_is_gone_ends_the_case(judged_safe: Play) -> None:
    assert judged_safe.refused("talk_outcome", by=KARIN) == {"": "not_yet S3.7"}
    judged_safe.record("parents_talk", by=KARIN)
    state = judged_safe.record("talk_outcome", by=KARIN, suspicion="gone").state
    assert (state.status, state.outcome) == (Status.CLOSED, "suspicion_gone")
    assert needed(judged_safe.plan, state) == []
    for record in ("weighing", "pupil_talk", "handed_over", "safety", "talk_outcome"):
        assert set(judged_safe.refused(record, by=KARIN)) == {""}


@pytest.mark.rule("S3.7")
@pytest.mark.parametrize("by", [SANNE, KARIN, FATIMA])
def test_a_new_signal_reopens_the_case_from_the_start(judged_safe: Play, by: Actor) -> None:
    judged_safe.record("parents_talk", by=KARIN)
    judged_safe.record("talk_outcome", by=KARIN, suspicion="gone")
    played = judged_safe.record("signal", by=by)
    assert (played.state.status, played.state.step, set(played.state.standing)) == (Status.OPEN, "signals", {"signal"})
    assert played.told >= {KARIN, BEA} - {by}
    assert judged_safe.refused("talk_outcome", by=KARIN, suspicion="gone") != {}


@pytest.mark.rule("S3.7")
def test_the_teachers_new_signal_about_this_pupil_finds_the_closed_case(judged_safe: Play) -> None:
    judged_safe.record("parents_talk", by=KARIN)
    judged_safe.record("talk_outcome", by=KARIN, suspicion="gone")
    code = judged_safe.code
    assert judged_safe.signal(by=SANNE).code == code
    assert judged_safe.header().status is Status.OPEN
