"""Step 4: weigh, decide with two people, and report or keep watch."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from handlers.i18n import texts
from handlers.views.forms import form_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import Begun, refilled
from meldcode.application.messages.cases import CallSchool
from meldcode.domain.case.asked import needed, owed
from meldcode.domain.case.state import Answer, Status
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.plan.roles import Role
from practice.blocks.surfaces import is_too_large, view_problems
from tests.meldcode.playing import BEA, DIRK, DOUBLE, FATIMA, IRIS, KARIN, MEHMET, MONDAY, SANNE, Actor, Play
from tests.on_screen import read

TWO_DECIDE = "needs_another"
HELP_NEEDED = "check S4.5"
CONTACT_NEEDED = "check S4.5"
ADVICE_NEEDED = "check S4.9"
NOT_NOW, MEANWHILE = "not_now", "done_meanwhile"
THEIR_DECISION = "role_may_not care_coordinator school_leader"


@pytest.fixture
def at_weigh(play: Play) -> Play:
    play.reach("weigh")
    return play


@pytest.fixture
def at_decide(play: Play) -> Play:
    play.reach("decide")
    return play


@pytest.fixture
def at_report(play: Play) -> Play:
    play.reach("report", decision="report")
    return play


@pytest.fixture
def at_watch(play: Play) -> Play:
    play.reach("watch", decision="no_report")
    return play


# S4.1 and S4.2: weighing, and the discussion with the school leader


@pytest.mark.rule("S4.1")
@pytest.mark.parametrize("present", [[SANNE], [KARIN], [SANNE, BEA], [MEHMET, KARIN], [KARIN, FATIMA]])
def test_teacher_and_care_coordinator_weigh_together(at_weigh: Play, present: list[Actor]) -> None:
    apart: dict[str, Any] = {"leader_there": "no"}
    assert at_weigh.refused("weighing", by=KARIN, present=present, **apart) == {"weighed_by": "present S4.1"}
    at_weigh.record("weighing", by=KARIN, present=[SANNE, KARIN], **apart)


@pytest.mark.rule("S4.1")
def test_the_weighing_shows_the_whole_logbook(at_weigh: Play) -> None:
    form = at_weigh.form("weighing", by=SANNE)
    assert form.logbook is not None
    assert len(form.logbook.lines) == len(at_weigh.entries())


@pytest.mark.rule("S4.1")
def test_a_long_logbook_is_shown_whole_above_the_questions_too(at_weigh: Play) -> None:
    said = [f"Op dag {number} viel hij in slaap." for number in range(40)]
    for what in said:
        at_weigh.signal(what=what)
    at_weigh.reach("weigh")
    shown = form_modal(at_weigh.form("weighing", by=SANNE))
    words = read(json.dumps(shown["blocks"], ensure_ascii=False))
    assert not [what for what in said if what not in words]
    assert texts.text("log_shortened") not in words
    assert words.count("door Sanne de Boer (leerkracht), geschreven op") > len(said)
    assert not view_problems(shown, "modal") and not is_too_large(shown)


@pytest.mark.rule("S4.1")
@pytest.mark.parametrize(("count", "what"), [(100, "Moe."), (75, "€" * 3000)], ids=["many", "long"])
def test_of_a_logbook_beyond_what_slack_shows_the_newest_is_shown_and_that_is_said(
    at_weigh: Play, count: int, what: str
) -> None:
    at_weigh.signal(what="De oudste notitie.", happened_on=MONDAY.date() - timedelta(days=9))
    for _ in range(count):
        at_weigh.signal(what=what)
    at_weigh.signal(what="De jongste notitie.")
    shown = form_modal(at_weigh.form("weighing", by=SANNE))
    words = read(json.dumps(shown["blocks"], ensure_ascii=False))
    assert "De jongste notitie." in words and "De oudste notitie." not in words
    assert texts.text("log_shortened") in words
    assert not view_problems(shown, "modal") and not is_too_large(shown)


@pytest.mark.rule("S4.2")
@pytest.mark.parametrize("present", [[SANNE, KARIN], [KARIN, FATIMA], [SANNE, FATIMA], [MEHMET, KARIN, FATIMA]])
def test_both_discuss_it_with_the_school_leader(at_weigh: Play, present: list[Actor]) -> None:
    at_weigh.record("weighing", by=KARIN, leader_there="no")
    assert at_weigh.refused("leader_told", by=KARIN, present=present) == {"discussed_by": "present S4.2"}


@pytest.mark.rule("S4.2")
def test_no_decision_before_that_discussion(at_weigh: Play) -> None:
    assert at_weigh.refused("proposal", by=KARIN) == {"": "not_yet S4.2"}
    at_weigh.record("weighing", by=KARIN, leader_there="no")
    assert at_weigh.refused("proposal", by=KARIN) == {"": "not_yet S4.2"}
    at_weigh.record("leader_told", by=KARIN)
    at_weigh.record("proposal", by=KARIN)


@pytest.mark.rule("S4.2")
def test_who_weighed_with_the_school_leader_there_has_discussed_it(at_weigh: Play) -> None:
    alone = at_weigh.refused("weighing", by=KARIN, leader_there="yes", present=[SANNE, KARIN])
    assert alone == {"weighed_by": "present S4.2"}
    state = at_weigh.record("weighing", by=KARIN, leader_there="yes", present=[SANNE, KARIN, FATIMA]).state
    assert (state.step, state.standing["leader_told"]) == ("decide", state.standing["weighing"])


@pytest.mark.rule("S4.3")
def test_when_the_weighing_finds_nothing_two_people_close_the_case_with_a_reason(at_weigh: Play) -> None:
    assert at_weigh.record("weighing", by=KARIN, still_suspected="no").state.step == "weigh"
    assert at_weigh.refused("nothing_found", by=KARIN, why_nothing=" ") == {"why_nothing": "required"}
    assert at_weigh.refused("nothing_found_agreed", by=FATIMA) == {"": "not_yet S4.3"}
    at_weigh.record("nothing_found", by=KARIN)
    assert at_weigh.refused("nothing_found_agreed", by=KARIN) == {"": TWO_DECIDE}
    state = at_weigh.record("nothing_found_agreed", by=FATIMA).state
    assert (state.status, state.outcome) == (Status.CLOSED, "nothing_found")
    assert at_weigh.plan.outcome("nothing_found")


@pytest.mark.rule("S4.3")
def test_who_does_not_agree_to_close_weighs_again(at_weigh: Play) -> None:
    at_weigh.record("weighing", by=KARIN, still_suspected="no")
    at_weigh.record("nothing_found", by=KARIN)
    state = at_weigh.record("nothing_found_agreed", by=FATIMA, close_agreed="no").state
    assert (state.step, [record.id for record in needed(at_weigh.plan, state)][:1]) == ("weigh", ["weighing"])


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("unsafe", ["yes", "doubt"])
def test_with_danger_or_doubt_nothing_is_closed_at_the_weighing(at_weigh: Play, unsafe: str) -> None:
    refused = at_weigh.refused("weighing", by=KARIN, unsafe=unsafe, still_suspected="no")
    assert refused == {"still_suspected": "check S4.9"}


@pytest.mark.rule("S4.2")
def test_nothing_is_discussed_before_it_was_weighed(at_weigh: Play) -> None:
    assert at_weigh.refused("leader_told", by=KARIN) == {"": "not_yet S4.1"}


# S4.3: two people decide


@pytest.mark.rule("S4.3")
def test_the_proposal_says_which_two_decide(at_decide: Play) -> None:
    shown = read(json.dumps(form_modal(at_decide.form("proposal", by=KARIN)), ensure_ascii=False))
    assert "Jullie besluiten met z'n tweeën: de schoolleider en de IB-er of zorgcoördinator." in shown


@pytest.mark.rule("S4.3")
@pytest.mark.parametrize(("first", "second"), [(KARIN, FATIMA), (FATIMA, KARIN), (DOUBLE, FATIMA), (FATIMA, DOUBLE)])
def test_one_proposes_and_another_with_the_other_role_confirms(at_decide: Play, first: Actor, second: Actor) -> None:
    at_decide.employs(DOUBLE)
    at_decide.record("proposal", by=first)
    assert at_decide.record("confirmation", by=second).state.step == "report"
    proposal, confirmation = at_decide.entries()[-2:]
    assert {proposal.role, confirmation.role} == {Role.CARE_COORDINATOR, Role.SCHOOL_LEADER}
    assert proposal.author != confirmation.author


@pytest.mark.rule("S4.3")
@pytest.mark.parametrize(
    ("first", "second"),
    [(KARIN, KARIN), (FATIMA, FATIMA), (KARIN, IRIS), (DOUBLE, DOUBLE)],
    ids=["same IB-er", "same leader", "two IB-ers", "one with both roles"],
)
def test_one_person_or_one_role_cannot_decide(at_decide: Play, first: Actor, second: Actor) -> None:
    at_decide.employs(IRIS, DOUBLE)
    at_decide.record("proposal", by=first)
    assert at_decide.refused("confirmation", by=second) == {"": TWO_DECIDE}
    assert at_decide.state().step == "decide"


@pytest.mark.rule("S4.3")
@pytest.mark.rule("G1")
def test_a_teacher_can_neither_propose_confirm_nor_report(at_decide: Play) -> None:
    assert at_decide.refused("proposal", by=SANNE) == {"": THEIR_DECISION}
    at_decide.record("proposal", by=KARIN)
    assert at_decide.refused("confirmation", by=SANNE) == {"": THEIR_DECISION}
    at_decide.record("confirmation", by=FATIMA)
    assert at_decide.refused("reported", by=SANNE) == {"": THEIR_DECISION}


@pytest.mark.rule("S4.3")
@pytest.mark.parametrize("reporter", [SANNE, MEHMET, BEA, DIRK])
def test_the_report_is_made_by_care_coordinator_or_school_leader(at_report: Play, reporter: Actor) -> None:
    assert at_report.refused("reported", by=KARIN, reporter=reporter) == {"reporter": "present S4.3"}


@pytest.mark.rule("S4.3")
def test_nothing_is_confirmed_before_it_was_proposed(at_decide: Play) -> None:
    assert at_decide.refused("confirmation", by=FATIMA) == {"": "not_yet S4.3"}


@pytest.mark.rule("S4.3")
def test_who_confirms_sees_the_weighing_and_everything_added_since(at_decide: Play) -> None:
    at_decide.signal(what="Een nieuw signaal.")
    at_decide.record("note", by=SANNE, noted="Moeder belde.")
    at_decide.record("correction", by=SANNE, refers_to=1, text="Het was de linkerarm.")
    at_decide.record("read", by=KARIN)
    at_decide.record("proposal", by=KARIN)
    form = at_decide.form("confirmation", by=FATIMA)
    assert form.shown and form.newer
    assert [line.record.id for line in form.shown.lines] == ["proposal", "weighing"]
    assert [line.record.id for line in form.newer.lines] == ["signal", "note", "correction"]
    shown = json.dumps(form_modal(form), ensure_ascii=False)
    assert texts.text("form_since_weighing") in shown and "Moeder belde." in shown


@pytest.mark.rule("S4.3")
def test_who_disagrees_sends_the_case_back_to_a_new_proposal(at_decide: Play) -> None:
    at_decide.record("proposal", by=KARIN)
    state = at_decide.record("confirmation", by=FATIMA, agreed="no").state
    assert (state.step, [record.id for record in needed(at_decide.plan, state)]) == (
        "decide",
        ["proposal", "confirmation"],
    )
    assert at_decide.refused("confirmation", by=FATIMA) == {"": "not_yet S4.3"}


@pytest.mark.rule("S4.3")
def test_what_is_confirmed_is_the_proposal_that_was_shown(at_decide: Play) -> None:
    at_decide.record("proposal", by=KARIN, decision="report")
    shown = at_decide.form("confirmation", by=FATIMA).seen
    at_decide.record("proposal", by=KARIN, decision="no_report")
    assert at_decide.refused("confirmation", by=FATIMA, seen=shown) == {"": MEANWHILE}
    assert at_decide.record("confirmation", by=FATIMA).state.step == "watch"


@pytest.mark.rule("S4.3")
def test_a_decision_stands_once_it_was_confirmed(at_report: Play) -> None:
    for record in ("proposal", "confirmation"):
        for by in (KARIN, FATIMA):
            assert at_report.refused(record, by=by) == {"": NOT_NOW}


@pytest.mark.rule("S4.3")
def test_two_people_proposing_at_once_do_not_overwrite_each_other(at_decide: Play) -> None:
    seen = at_decide.header().version
    at_decide.record("proposal", by=KARIN, seen=seen)
    assert at_decide.refused("proposal", by=FATIMA, seen=seen) == {"": MEANWHILE}


# S4.4: the cluster director


@pytest.mark.rule("S4.4")
def test_the_director_is_told_at_once_of_a_report_and_only_then(at_weigh: Play) -> None:
    at_weigh.reach("decide")
    assert DIRK not in at_weigh.record("proposal", by=KARIN).told
    assert DIRK not in at_weigh.record("confirmation", by=FATIMA, agreed="no").told
    at_weigh.record("proposal", by=KARIN)
    director = at_weigh.person(DIRK).id
    assert director not in {message.recipient for message in at_weigh.messages()}
    assert DIRK in at_weigh.record("confirmation", by=FATIMA).told
    told = [message for message in at_weigh.messages() if message.recipient == director]
    assert [message.due_at for message in told] == [at_weigh.now]
    assert told[0].kind == CallSchool.kind


@pytest.mark.rule("S4.4")
def test_the_director_is_not_told_when_there_is_no_report(at_watch: Play) -> None:
    assert at_watch.person(DIRK).id not in {message.recipient for message in at_watch.messages()}


@pytest.mark.rule("S4.4")
def test_without_a_director_the_school_leader_is_told_that_they_must(at_decide: Play) -> None:
    at_decide.misses(DIRK)
    played = at_decide.decide("report")
    assert FATIMA in played.told
    assert played.saved.missing_roles == (Role.CLUSTER_DIRECTOR,)
    to_leader = [m for m in at_decide.messages() if m.recipient == at_decide.person(FATIMA).id][-1]
    assert to_leader.payload["missing_roles"] == ["cluster_director"]


# S4.5 and S4.9: no report


@pytest.mark.rule("S4.5")
@pytest.mark.parametrize("reason", [("help_accepted", HELP_NEEDED), ("contact_allowed", CONTACT_NEEDED)])
def test_no_report_needs_both_conditions(at_decide: Play, reason: tuple[str, str]) -> None:
    missing, said = reason
    no: dict[str, Any] = {missing: "no"}
    assert at_decide.refused("proposal", by=KARIN, decision="no_report", **no) == {missing: said}
    both = at_decide.refused("proposal", by=KARIN, decision="no_report", help_accepted="no", contact_allowed="no")
    assert both == {"help_accepted": HELP_NEEDED, "contact_allowed": CONTACT_NEEDED}
    at_decide.record("proposal", by=KARIN, decision="report", **no)


@pytest.mark.rule("S4.5")
def test_the_conditions_are_asked_only_for_no_report(at_decide: Play) -> None:
    conditions = {"help_accepted", "contact_allowed"}
    asked = at_decide.form("proposal", by=KARIN)
    assert asked.record.deciding <= {"decision"} <= at_decide.plan.records["proposal"].deciding
    assert not conditions & {field.id for field in asked.record.fields}
    with at_decide.transaction() as uow:
        typed: dict[str, Answer] = {"decision": "no_report", "why_decision": "Ik typte dit."}
        command = Begun("proposal", at_decide.code, answers=typed)
        again = refilled(uow, actor_of(uow, KARIN.identity), command, {"decision", "why_decision"}, at_decide.now)
    assert conditions <= {field.id for field in again.record.fields}
    assert again.initial["why_decision"] == "Ik typte dit."
    for missing in conditions:
        refused = at_decide.refused("proposal", by=KARIN, decision="no_report", **{missing: ""})
        assert refused == {missing: "required"}
    at_decide.record("proposal", by=KARIN, decision="report", help_accepted="", contact_allowed="")
    assert not conditions & set(at_decide.entries()[-1].answers)


@pytest.mark.rule("S4.5")
def test_with_both_conditions_the_case_is_watched(at_decide: Play) -> None:
    state = at_decide.decide("no_report").state
    assert (state.status, state.step) == (Status.OPEN, "watch")


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("unsafe", ["yes", "doubt"])
@pytest.mark.parametrize("advised", [None, "report", "other"])
def test_danger_or_doubt_needs_advice_for_no_report(at_weigh: Play, unsafe: str, advised: str | None) -> None:
    at_weigh.reach("decide", unsafe=unsafe)
    if advised:
        at_weigh.record("veilig_thuis_advice", by=KARIN, advised=advised)
    assert at_weigh.refused("proposal", by=KARIN, decision="no_report") == {"decision": ADVICE_NEEDED}
    at_weigh.record("proposal", by=KARIN, decision="report")


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("unsafe", ["yes", "doubt"])
def test_with_that_advice_no_report_is_possible(at_weigh: Play, unsafe: str) -> None:
    at_weigh.reach("decide", unsafe=unsafe)
    at_weigh.record("veilig_thuis_advice", by=FATIMA, advised="no_report")
    assert at_weigh.decide("no_report").state.step == "watch"


@pytest.mark.rule("S4.9")
def test_danger_since_the_weighing_needs_advice_too(at_decide: Play) -> None:
    asked: dict[str, Any] = {"decision": "no_report", "unsafe_now": "yes"}
    assert at_decide.refused("proposal", by=KARIN, **asked) == {"unsafe_now": ADVICE_NEEDED}
    at_decide.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    at_decide.record("proposal", by=KARIN, **asked)
    at_decide.record("veilig_thuis_advice", by=KARIN, advised="report")
    assert at_decide.refused("confirmation", by=FATIMA) == {"agreed": ADVICE_NEEDED}


@pytest.mark.rule("S4.9")
def test_advice_that_changes_after_the_proposal_changes_the_confirmation(at_weigh: Play) -> None:
    at_weigh.reach("decide", unsafe="doubt")
    at_weigh.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    at_weigh.record("proposal", by=KARIN, decision="no_report")
    at_weigh.record("veilig_thuis_advice", by=KARIN, advised="report")
    assert at_weigh.refused("confirmation", by=FATIMA) == {"agreed": ADVICE_NEEDED}
    assert at_weigh.record("confirmation", by=FATIMA, agreed="no").state.step == "decide"


@pytest.mark.rule("S4.9")
def test_danger_is_asked_in_the_weighing_and_advice_holds_only_for_this_decision(at_weigh: Play) -> None:
    assert at_weigh.refused("weighing", by=KARIN, unsafe="") == {"unsafe": "required"}
    at_weigh.reach("decide", unsafe="doubt")
    at_weigh.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    at_weigh.decide("no_report")
    at_weigh.record("watch_entry", by=SANNE, change="worse")
    at_weigh.reach("decide", unsafe="doubt")
    assert at_weigh.refused("proposal", by=KARIN, decision="no_report") == {"decision": ADVICE_NEEDED}


# S4.6: keeping watch


@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("change", ["same", "better"])
def test_under_watch_the_teacher_keeps_the_logbook_going(at_watch: Play, change: str) -> None:
    for _ in range(2):
        played = at_watch.record("watch_entry", by=SANNE, change=change)
        assert (played.state.status, played.state.step) == (Status.OPEN, "watch")
    step = at_watch.plan.step("watch")
    assert step.deadline is not None and (step.deadline.school_days, step.deadline.each) == (15, "watch_entry")
    assert step.remind[0].to == (Role.TEACHER,)


@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("change", ["worse", "help_withdrawn", "contact_ended"])
@pytest.mark.parametrize("by", [SANNE, KARIN])
def test_a_worsening_puts_the_case_back_at_the_weighing_at_once(at_watch: Play, change: str, by: Actor) -> None:
    played = at_watch.record("watch_entry", by=by, change=change)
    assert (played.state.step, played.state.since) == ("weigh", at_watch.now)
    assert played.told == {SANNE, KARIN, FATIMA} - {by}
    assert at_watch.refused("proposal", by=KARIN) == {"": "not_yet S4.2"}
    at_watch.reach("decide")
    assert at_watch.decide("report").state.step == "report"


@pytest.mark.rule("S4.6")
def test_after_a_worsening_the_conditions_are_asked_anew(at_watch: Play) -> None:
    at_watch.record("watch_entry", by=SANNE, change="help_withdrawn")
    at_watch.reach("decide")
    assert at_watch.refused("confirmation", by=FATIMA) == {"": "not_yet S4.3"}
    said = at_watch.refused("proposal", by=KARIN, decision="no_report", help_accepted="no")
    assert said == {"help_accepted": HELP_NEEDED}


@pytest.mark.rule("S4.6")
def test_watching_ends_by_the_two_who_decide(at_watch: Play) -> None:
    said = at_watch.refused("watch_end", by=KARIN, present=[KARIN, SANNE])
    assert said == {"end_by": "present S4.6"}
    state = at_watch.record("watch_end", by=KARIN).state
    assert (state.status, state.outcome) == (Status.CLOSED, "help_done")


# S4.7 and S4.8: the report, and telling the parent


@pytest.mark.rule("S4.7")
@pytest.mark.parametrize("left_out", ["reporter", "reporter_role"])
@pytest.mark.parametrize("answer", ["", " "])
def test_an_anonymous_report_is_refused(at_report: Play, left_out: str, answer: str) -> None:
    assert at_report.refused("reported", by=KARIN, **{left_out: answer}) == {left_out: "required"}


@pytest.mark.rule("S4.7")
def test_the_report_carries_a_name_and_a_role(at_report: Play) -> None:
    assert set(at_report.refused("reported", by=KARIN, reporter="UNKNOWN")) == {"reporter"}
    at_report.record("reported", by=KARIN, reporter=FATIMA, reporter_role="schoolleider")
    kept = at_report.entries()[-1].answers
    assert (kept["reporter"], kept["reporter_role"]) == (str(at_report.person(FATIMA).id), "schoolleider")


@pytest.mark.rule("S4.8")
def test_the_report_is_unfinished_until_the_parent_was_told(at_report: Play) -> None:
    assert at_report.refused("parent_told", by=KARIN) == {"": "not_yet S4.8"}
    state = at_report.record("reported", by=KARIN).state
    assert (state.status, [record.id for record in needed(at_report.plan, state)]) == (Status.OPEN, ["parent_told"])
    state = at_report.record("parent_told", by=KARIN).state
    assert (state.status, state.step) == (Status.OPEN, "after_report")


@pytest.mark.rule("S4.8")
@pytest.mark.parametrize("present", [[KARIN], [FATIMA], [KARIN, SANNE], [FATIMA, BEA]])
def test_care_coordinator_and_school_leader_tell_the_parent(at_report: Play, present: list[Actor]) -> None:
    at_report.record("reported", by=KARIN)
    said = at_report.refused("parent_told", by=KARIN, present=present)
    assert said == {"told_by": "present S4.8"}


@pytest.mark.rule("S4.8")
def test_when_telling_is_not_safe_the_two_judge_so_and_the_case_goes_on(at_report: Play) -> None:
    at_report.record("reported", by=KARIN)
    unsafe: dict[str, Any] = {"parent_informed": "not_safe", "told_what": "Vader dreigt."}
    for left_out in ("told_what", "told_by", "ask_again_on", "ask_again_by"):
        assert at_report.refused("parent_told", by=KARIN, **(unsafe | {left_out: ""})) == {left_out: "required"}
    assert at_report.refused("parent_told", by=KARIN, present=[KARIN], **unsafe) == {"told_by": "present S4.8"}
    state = at_report.record("parent_told", by=KARIN, present=[KARIN, FATIMA], **unsafe).state
    assert (state.step, state.standing["parent_told"].answers["told_what"]) == ("after_report", "Vader dreigt.")


@pytest.mark.rule("S4.8")
def test_not_safe_is_asked_again_after_a_term_until_the_parent_was_told(at_report: Play) -> None:
    at_report.record("reported", by=KARIN)
    with at_report.transaction() as uow:
        command = Begun("parent_told", at_report.code, answers={"parent_informed": "not_safe"})
        form = refilled(uow, actor_of(uow, KARIN.identity), command, {"parent_informed"}, at_report.now)
        calendar = calendar_of(uow.staff.schools()[0])
    term = calendar.add_school_days(at_report.now.date(), 10)
    assert form.initial["ask_again_on"] == str(term)
    at_report.record("parent_told", by=KARIN, parent_informed="not_safe", ask_again_on=term)
    plan = at_report.plan
    assert [record.id for record in owed(plan, at_report.state())] == ["parent_told"]
    at_report.record("vt_answer", by=KARIN)
    assert [record.id for record in at_report.opens(FATIMA).owed] == ["parent_told"]
    at_report.record("parent_told", by=KARIN, parent_informed="not_safe")
    assert [record.id for record in owed(plan, at_report.state())] == ["parent_told"]
    state = at_report.record("parent_told", by=KARIN, parent_informed="yes").state
    assert (owed(plan, state), state.step) == ([], "after_answer")


@pytest.mark.rule("S4.8")
@pytest.mark.parametrize(
    ("informed", "step"), [("yes", "after_report"), ("not_safe", "tell_parents"), ("later", "tell_parents")]
)
def test_the_parent_is_told_before_or_after_the_report(at_report: Play, informed: str, step: str) -> None:
    assert at_report.refused("parents_before", by=KARIN, present=[KARIN]) == {"before_by": "present S4.8"}
    at_report.record("parents_before", by=KARIN, before_informed=informed)
    assert at_report.record("reported", by=FATIMA).state.step == step


@pytest.mark.rule("S4.7")
def test_that_the_reporter_is_not_named_to_the_parents_is_decided_by_two_with_a_reason(at_report: Play) -> None:
    unnamed: dict[str, Any] = {"reporter_named": "no", "unnamed_by": [KARIN, FATIMA], "why_unnamed": "Vader dreigt."}
    for left_out in ("unnamed_by", "why_unnamed"):
        assert at_report.refused("reported", by=KARIN, **(unnamed | {left_out: ""})) == {left_out: "required"}
    alone = at_report.refused("reported", by=KARIN, **(unnamed | {"unnamed_by": [KARIN]}))
    assert alone == {"unnamed_by": "present S4.7"}
    at_report.record("reported", by=KARIN, **unnamed)
