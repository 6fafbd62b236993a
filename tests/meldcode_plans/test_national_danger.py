"""The national plan in danger: what cannot wait for the five steps, by the framework for education."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from meldcode.domain.case.asked import needed, owed
from meldcode.domain.case.state import Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.deadlines.reminders import counts_from
from tests.meldcode.playing import FATIMA, KARIN, SANNE, Play

STEPS = ["signals", "consult", "talk", "weigh", "decide", "report", "inform", "after_report", "after_answer", "watch"]
FOLLOWED = ["watch", "inform", "after_report", "after_answer"]
TOLD_ITSELF = "check_1 S3.4"
TALK = ["both", "parents", "pupil"]


def reach(play: Play, step: str) -> None:
    play.reach(step, decision="no_report" if step == "watch" else "report")


# a signal about a child that is watched


@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("step", STEPS)
def test_a_signal_asks_whether_it_got_worse_where_the_child_is_watched(play: Play, step: str) -> None:
    reach(play, step)
    form = play.form("signal", by=SANNE)
    asked = form.record.field("worse")
    assert (asked is not None) is (step in FOLLOWED)
    if asked is not None:
        assert "worse" not in form.initial
        assert set(play.refused("signal", by=SANNE, worse="")) == {"worse"}


@pytest.mark.rule("S4.1")
@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("worse", ["yes", "doubt"])
@pytest.mark.parametrize("step", FOLLOWED)
def test_a_signal_that_it_got_worse_is_weighed_anew_today(play: Play, step: str, worse: str) -> None:
    reach(play, step)
    assert {KARIN, FATIMA} <= play.record("signal", by=SANNE, worse=worse).told
    assert play.state().step == "weigh"
    assert is_urgent(play.plan, play.state())


@pytest.mark.rule("S4.6")
def test_a_signal_that_it_did_not_get_worse_leaves_the_case_where_it_is(play: Play) -> None:
    reach(play, "watch")
    play.record("signal", by=SANNE, worse="no")
    assert play.state().step == "watch"


@pytest.mark.rule("S4.10")
@pytest.mark.parametrize("worse", ["yes", "doubt"])
def test_after_the_answer_of_veilig_thuis_it_can_get_worse(play: Play, worse: str) -> None:
    reach(play, "after_answer")
    play.record("vt_contact", by=SANNE, contact_worse="no")
    assert play.state().step == "after_answer"
    assert {KARIN, FATIMA} <= play.record("vt_contact", by=SANNE, contact_worse=worse).told
    assert play.state().step == "weigh"


# a child that tells it


@pytest.mark.rule("S3.4")
@pytest.mark.parametrize("told", ["signal", "disclosure"])
@pytest.mark.parametrize("step", STEPS)
def test_a_child_that_tells_it_is_heard_the_same_day(play: Play, step: str, told: str) -> None:
    reach(play, step)
    answers: dict[str, Any] = {"heard_from": "disclosure", "worse": "no"} if told == "signal" else {}
    asked = play.form(told, by=SANNE).record
    said = play.record(told, by=SANNE, **{name: answer for name, answer in answers.items() if asked.field(name)})
    assert {KARIN, FATIMA} <= said.told
    assert "disclosure" in play.state().standing
    assert play.state().step == ("weigh" if step in FOLLOWED else step)
    assert is_urgent(play.plan, play.state())


@pytest.mark.rule("S3.4")
def test_the_weighing_and_the_decision_show_what_the_child_told(play: Play) -> None:
    for record in ("weighing", "proposal", "confirmation"):
        assert {"disclosure", "maybe_disclosed", "veilig_thuis_advice"} <= set(play.plan.records[record].shows)


@pytest.mark.rule("S3.4")
@pytest.mark.parametrize("told", ["yes", "doubt"])
def test_what_the_child_told_in_the_talk_stands_until_the_decision(play: Play, told: str) -> None:
    play.reach("talk")
    play.record("talk_plan", by=KARIN)
    assert {KARIN, FATIMA} <= play.record("pupil_talk", by=SANNE, pupil_disclosed=told).told
    assert ("disclosure" in play.state().standing) is (told == "yes")
    play.record("talk_plan", by=KARIN)
    play.record("parents_talk", by=KARIN)
    assert is_urgent(play.plan, play.state())
    play.record("weighing", by=KARIN)
    assert set(play.refused("proposal", by=KARIN, decision="no_report")) == {"decision"}
    play.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    if told == "yes":
        assert play.refused("proposal", by=KARIN, decision="no_report") == {"decision": TOLD_ITSELF}
        play.record("proposal", by=KARIN, decision="report", help_able="no")
    else:
        play.record("proposal", by=KARIN, decision="no_report")
        play.record("veilig_thuis_advice", by=KARIN, advised="other")
        assert set(play.refused("confirmation", by=FATIMA)) == {"agreed"}


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("told", ["yes", "doubt"])
def test_after_what_the_child_told_they_choose_again_with_whom_to_talk(play: Play, told: str) -> None:
    play.reach("talk")
    play.record("talk_plan", by=KARIN)
    play.record("pupil_talk", by=SANNE, pupil_disclosed=told)
    assert [record.id for record in needed(play.plan, play.state())] == ["talk_plan"]
    assert play.refused("parents_talk", by=KARIN)
    play.record("talk_plan", by=KARIN, with_whom="both")
    play.record("parents_talk", by=KARIN)


@pytest.mark.rule("S3.4")
def test_what_the_child_tells_after_the_proposal_counts_in_the_confirmation(play: Play) -> None:
    play.reach("decide")
    play.record("proposal", by=KARIN, decision="no_report")
    play.record("disclosure", by=SANNE)
    assert play.refused("confirmation", by=FATIMA) == {"agreed": TOLD_ITSELF}
    play.record("confirmation", by=FATIMA, agreed="no")


@pytest.mark.rule("S3.4")
def test_a_case_in_which_the_child_told_it_does_not_end_without_a_report(play: Play) -> None:
    play.reach("talk")
    play.record("disclosure", by=SANNE)
    play.record("talk_plan", by=KARIN)
    play.record("pupil_talk", by=SANNE)
    play.record("parents_talk", by=KARIN)
    assert play.refused("weighing", by=KARIN, still_suspected="no") == {"still_suspected": TOLD_ITSELF}


# before a talk


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("special", ["yes", "doubt"])
@pytest.mark.parametrize("with_whom", TALK)
def test_of_four_kinds_veilig_thuis_is_asked_before_any_talk(play: Play, special: str, with_whom: str) -> None:
    play.reach("talk")
    plan: dict[str, Any] = {"special": special, "with_whom": with_whom}
    play.record("veilig_thuis_advice", by=SANNE, talk_advised="not_asked")
    assert set(play.refused("talk_plan", by=KARIN, **plan)) == {"special"}
    play.record("veilig_thuis_advice", by=SANNE, talk_advised="no_talk")
    assert set(play.refused("talk_plan", by=KARIN, **plan)) == {"with_whom"}
    play.record("veilig_thuis_advice", by=SANNE, talk_advised="talk")
    play.record("talk_plan", by=KARIN, **plan)
    assert play.state().step == "talk"


@pytest.mark.rule("S3.1")
def test_no_talk_needs_no_advice(play: Play) -> None:
    play.reach("talk")
    play.record("talk_plan", by=KARIN, special="yes", with_whom="not_safe")
    assert play.state().step == "weigh"


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("with_whom", [*TALK, "not_safe"])
def test_whether_a_talk_is_safe_is_judged_by_two(play: Play, with_whom: str) -> None:
    play.reach("talk")
    assert set(play.refused("talk_plan", by=SANNE, with_whom=with_whom, present=[SANNE, KARIN])) == {""}
    for judges in ([SANNE], [KARIN], [SANNE, SANNE]):
        assert set(play.refused("talk_plan", by=KARIN, with_whom=with_whom, present=judges)) == {"plan_by"}
    play.record("talk_plan", by=KARIN, with_whom=with_whom, present=[SANNE, KARIN])


# advice and the fast lane


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("step", STEPS)
def test_whoever_asked_veilig_thuis_records_the_advice_at_every_step(play: Play, step: str) -> None:
    reach(play, step)
    told = play.record("veilig_thuis_advice", by=SANNE, advised="report").told
    assert {KARIN, FATIMA} <= told
    assert play.state().step == step


@pytest.mark.rule("S4.9")
def test_an_advice_that_stands_answers_the_doubt_of_the_weighing(play: Play) -> None:
    play.reach("weigh")
    play.record("veilig_thuis_advice", by=SANNE, advised="no_report")
    play.record("weighing", by=KARIN, doubt="yes")
    assert play.state().step == "decide"
    play.decide("no_report")
    assert play.state().step == "watch"


@pytest.mark.rule("G8")
@pytest.mark.parametrize("step", STEPS)
def test_from_every_step_one_form_records_the_report(play: Play, step: str) -> None:
    reach(play, step)
    before = play.state().standing.get("reported")
    assert {FATIMA} <= play.record("urgent_action", by=KARIN, urgent_what="reported").told
    reported = play.state().standing["reported"]
    assert reported != before and reported.record == "urgent_action"
    assert (play.state().step, is_urgent(play.plan, play.state())) == ("inform", True)
    assert set(play.refused("urgent_confirmed", by=KARIN)) == {""}
    play.record("urgent_confirmed", by=FATIMA)
    assert (play.state().step, is_urgent(play.plan, play.state())) == ("inform", False)


@pytest.mark.rule("G8")
@pytest.mark.parametrize("what", ["called_112", "advised_report"])
def test_after_a_call_the_report_is_due_today_and_what_was_skipped_is_owed(play: Play, what: str) -> None:
    play.reach("consult")
    play.calls_in(FATIMA)
    play.record("urgent_action", by=FATIMA, urgent_what=what)
    assert play.state().step == "report"
    assert [record.id for record in owed(play.plan, play.state())] == ["consultation", "talk_plan", "weighing"]
    play.record("urgent_confirmed", by=KARIN)
    assert is_urgent(play.plan, play.state())
    play.record("consultation", by=SANNE)
    play.record("talk_plan", by=KARIN, special="no", with_whom="not_safe")
    play.record("weighing", by=KARIN, still_suspected="no")
    assert (play.state().step, play.state().status) == ("report", Status.OPEN)
    assert owed(play.plan, play.state()) == []


@pytest.mark.rule("G8")
def test_whoever_does_not_agree_with_the_fast_lane_weighs_anew(play: Play) -> None:
    play.reach("consult")
    play.record("urgent_action", by=KARIN)
    play.record("urgent_confirmed", by=FATIMA, urgent_agreed="no")
    assert play.state().step == "weigh"


@pytest.mark.rule("S4.7")
@pytest.mark.parametrize("missing", ["urgent_by", "urgent_role"])
def test_the_fast_lane_is_not_anonymous_either(play: Play, missing: str) -> None:
    play.reach("consult")
    assert set(play.refused("urgent_action", by=KARIN, **{missing: ""})) == {missing}


# deadlines, the five questions, the parents, and life after a report


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("unsafe", ["acute", "structural", "disclosure", "doubt"])
def test_a_report_decided_in_danger_or_doubt_is_due_today(play: Play, unsafe: str) -> None:
    play.reach("decide")
    play.record("proposal", by=KARIN, decision="report", unsafe=unsafe)
    assert is_urgent(play.plan, play.state())
    play.record("confirmation", by=FATIMA)
    assert (play.state().step, is_urgent(play.plan, play.state())) == ("report", True)


@pytest.mark.rule("S4.9")
def test_doubt_in_the_weighing_is_for_today(play: Play) -> None:
    play.reach("weigh")
    assert not is_urgent(play.plan, play.state())
    play.record("weighing", by=KARIN, doubt="yes")
    assert is_urgent(play.plan, play.state())


@pytest.mark.rule("S4.9")
def test_questions_3_to_5_follow_each_other_only_where_the_child_is_not_unsafe(play: Play) -> None:
    play.reach("decide")
    safe: dict[str, Any] = {"decision": "report", "unsafe": "no"}
    assert set(play.refused("proposal", by=KARIN, **safe, help_able="")) == {"help_able"}
    assert set(play.refused("proposal", by=KARIN, **safe, help_accepted="")) == {"help_accepted"}
    assert set(play.refused("proposal", by=KARIN, **safe, help_lasts="")) == {"help_lasts"}
    play.record("proposal", by=KARIN, **safe, help_able="no", help_accepted="", help_lasts="")


@pytest.mark.rule("S4.8")
def test_the_parents_can_be_told_before_the_report(play: Play) -> None:
    play.reach("report")
    play.record("parents_before", by=KARIN)
    assert play.state().step == "report"
    play.record("reported", by=KARIN)
    assert play.state().step == "after_report"


@pytest.mark.rule("S4.8")
@pytest.mark.parametrize("before", ["not_safe", "later"])
def test_parents_who_were_not_told_before_are_asked_about_after_the_report(play: Play, before: str) -> None:
    play.reach("report")
    play.record("parents_before", by=KARIN, before_informed=before)
    play.record("reported", by=KARIN)
    assert play.state().step == "inform"


@pytest.mark.rule("S4.8")
def test_not_safe_is_judged_by_two_and_looked_at_again(play: Play) -> None:
    play.reach("report")
    alone: dict[str, Any] = {"by": KARIN, "present": [KARIN]}
    assert set(play.refused("parents_before", **alone, before_informed="not_safe")) == {"before_by"}
    play.record("reported", by=KARIN)
    assert set(play.refused("parent_told", **alone, parent_informed="not_safe")) == {"told_by"}
    again: dict[str, Any] = {"parent_informed": "not_safe", "present": [KARIN, FATIMA]}
    assert set(play.refused("parent_told", by=KARIN, **again, ask_again_on="")) == {"ask_again_on"}
    assert set(play.refused("parent_told", by=KARIN, **again, ask_again_by="")) == {"ask_again_by"}
    play.record("parent_told", by=KARIN, **again)
    assert play.plan.records["parent_told"].follow_up is not None
    assert play.state().step == "after_report"


@pytest.mark.rule("S4.10")
def test_no_answer_yet_is_asked_again_after_five_working_days(play: Play) -> None:
    reach(play, "after_report")
    deadline = play.plan.step("after_report").deadline
    assert deadline is not None and (deadline.school_days, deadline.weekdays) == (5, True)
    step, reported = play.plan.step("after_report"), play.state().standing["reported"].written_at
    assert counts_from(step, play.state()) == reported, "from the report, whenever the parents were told"
    play.comes(play.now.date() + timedelta(days=7))
    play.record("vt_answer", by=KARIN, answer="nothing_yet")
    assert play.state().step == "after_report" and "vt_answer" not in play.state().standing
    assert counts_from(step, play.state()) == play.state().since
    play.record("vt_answer", by=KARIN, vt_help_able="yes", vt_help_accepted="yes", vt_help_lasts="")
    assert play.state().step == "after_answer"


@pytest.mark.rule("S4.10")
def test_what_is_agreed_with_veilig_thuis_is_an_appointment(play: Play) -> None:
    reach(play, "after_report")
    assert set(play.refused("vt_answer", by=KARIN, appointment_1_day="")) == {"appointment_1_day"}
    assert set(play.refused("vt_answer", by=KARIN, appointment_1_owner="")) == {"appointment_1_owner"}
    play.record("vt_answer", by=KARIN, vt_help_able="yes", vt_help_accepted="yes", vt_help_lasts="")
    assert play.state().appointments[-1].is_open


@pytest.mark.rule("S4.10")
def test_a_reported_case_is_ended_by_two(play: Play) -> None:
    reach(play, "after_answer")
    assert set(play.refused("report_end_agreed", by=FATIMA)) == {""}
    play.record("report_end", by=KARIN)
    assert set(play.refused("report_end_agreed", by=KARIN)) == {""}
    play.record("report_end_agreed", by=FATIMA, end_agreed="no")
    assert (play.state().step, play.state().status) == ("after_answer", Status.OPEN)
    play.record("report_end", by=FATIMA)
    play.record("report_end_agreed", by=KARIN)
    assert (play.state().status, play.state().outcome) == (Status.CLOSED, "reported")


@pytest.mark.rule("S3.4")
def test_a_form_says_only_where_an_answer_leads_from_here(play: Play) -> None:
    play.signal()
    assert play.form("disclosure", by=SANNE).consequences == ()
    play.reach("watch", decision="no_report")
    assert [one.step.id for one in play.form("disclosure", by=SANNE).consequences if one.step] == ["weigh"]
