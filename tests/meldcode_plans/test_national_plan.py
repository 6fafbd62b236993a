"""The national five steps are a plan file like any other: played from the signal to each of its ends."""

from __future__ import annotations

from typing import Any

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.cases.deny_presence import DenyPresence, deny_presence
from meldcode.domain.case.asked import needed
from meldcode.domain.case.state import Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.plan.forms import FieldKind
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, SANNE, Actor, Play

ANONYMOUS = "names_pupil"
WITH_TWO = "needs_another"
ASK_VEILIG_THUIS = "check_3 S4.9"
ALWAYS_REPORTED = "check_2 S4.9"


def ended(play: Play) -> str:
    """How the case ended, or nothing while it is open."""
    state = play.state()
    return state.outcome if state.status is Status.CLOSED else ""


# the way to each end


def test_the_five_steps_are_there_in_their_order(play: Play) -> None:
    titles = {step.number: step.title for step in reversed(play.plan.steps)}
    assert [titles[number] for number in sorted(titles)] == [
        "Signalen in kaart brengen",
        "Overleggen",
        "Praten met ouders en leerling",
        "Wegen",
        "Beslissen",
    ]


def test_the_form_for_a_signal_has_the_labels_of_every_plan(play: Play) -> None:
    labels = [field.label for field in play.plan.asked_first.fields]
    assert labels[:6] == ["Voornaam", "Achternaam", "Groep", "Soort", "Wat zag of hoorde je?", "Wanneer"]


@pytest.mark.rule("S3.1")
def test_who_sees_the_safety_of_a_talk_otherwise_has_it_judged_again(play: Play) -> None:
    play.reach("talk")
    play.record("talk_plan", by=KARIN, present=[KARIN, SANNE])
    about = DenyPresence(play.code, play.header().version, "sees_otherwise")
    with play.transaction() as uow:
        deny_presence(uow, actor_of(uow, SANNE.identity), about, play.now)
    assert [record.id for record in needed(play.plan, play.state())] == ["talk_plan"]


@pytest.mark.rule("S3.7")
@pytest.mark.rule("S4.3")
def test_after_weighing_two_people_find_that_no_suspicion_is_left(play: Play) -> None:
    play.reach("weigh")
    play.record("weighing", by=SANNE, still_suspected="no")
    play.record("nothing_found", by=KARIN)
    assert set(play.refused("nothing_found_agreed", by=KARIN)) == {""}
    play.record("nothing_found_agreed", by=FATIMA)
    assert ended(play) == "nothing_found"
    code = play.code
    assert play.signal(same_as=code).code == code
    assert (play.state().status, play.state().step) == (Status.OPEN, "signals")


@pytest.mark.rule("S3.6")
def test_each_point_of_the_parents_talk_is_ticked_or_has_a_reason(play: Play) -> None:
    play.reach("talk")
    play.record("talk_plan", by=KARIN)
    refused = play.refused("parents_talk", by=KARIN, points=("aim", "facts", "reaction", "reading"), points_why="")
    assert refused == {"points_why": "points_left_out Wat jullie hierna afspreken"}
    assert play.plan.records["parents_talk"].prepare and play.plan.records["pupil_talk"].prepare


@pytest.mark.rule("S4.10")
@pytest.mark.parametrize("told", ["yes", "not_safe"])
def test_after_a_report_the_parents_know_or_the_reason_why_not_stands_and_the_case_stays_open(
    play: Play, told: str
) -> None:
    play.reach("decide")
    play.decide("report")
    assert play.state().step == "report"
    play.record("reported", by=KARIN)
    assert (play.state().step, ended(play)) == ("inform", "")
    refused = play.refused("parent_told", by=FATIMA, parent_informed=told, told_what="")
    assert refused == {"told_what": "required"}
    play.record("parent_told", by=FATIMA, parent_informed=told)
    assert (play.state().step, ended(play)) == ("after_report", "")
    play.record("vt_answer", by=KARIN)
    assert (play.state().step, ended(play)) == ("after_answer", "")
    play.record("report_end", by=KARIN)
    play.record("report_end_agreed", by=FATIMA)
    assert ended(play) == "reported"


def test_help_without_a_report_is_watched_until_two_roles_stop(play: Play) -> None:
    play.reach("decide")
    play.decide("no_report")
    assert play.state().step == "watch"
    play.record("watch_entry", by=SANNE, change="better")
    assert play.state().step == "watch"
    assert set(play.refused("watch_end", by=KARIN, present=[KARIN])) == {"end_by"}
    play.record("watch_end", by=KARIN, present=[KARIN, FATIMA])
    assert ended(play) == "help_done"


def test_help_beside_a_report_is_watched_too(play: Play) -> None:
    play.reach("decide")
    play.decide("report_and_help")
    play.record("reported", by=KARIN)
    play.record("parent_told", by=KARIN)
    assert (play.state().step, ended(play)) == ("after_report", "")
    play.record("vt_answer", by=KARIN)
    assert (play.state().step, ended(play)) == ("watch", "")
    play.record("watch_entry", by=SANNE)
    play.record("watch_end", by=FATIMA, present=[KARIN, FATIMA])
    assert ended(play) == "reported"


@pytest.mark.rule("S4.1")
@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("change", ["worse", "help_stopped", "no_result"])
@pytest.mark.parametrize("decision", ["no_report", "report_and_help"])
def test_a_worsening_goes_back_to_a_new_weighing_and_decision_at_once(play: Play, decision: str, change: str) -> None:
    play.reach("watch", decision=decision)
    assert {KARIN, FATIMA} <= play.record("watch_entry", by=SANNE, change=change).told
    assert (play.state().step, "weighing" in play.state().standing) == ("weigh", False)
    assert is_urgent(play.plan, play.state())
    assert set(play.refused("confirmation", by=FATIMA)) == {""}
    play.record("weighing", by=KARIN)
    assert play.state().step == "decide"
    assert set(play.refused("confirmation", by=FATIMA)) == {""}
    play.decide("report")
    play.record("reported", by=KARIN)
    play.record("parent_told", by=KARIN)
    assert play.state().step == "after_report"


def test_a_decision_that_is_not_agreed_with_is_proposed_or_weighed_anew(play: Play) -> None:
    play.reach("decide")
    play.record("proposal", by=KARIN)
    play.record("confirmation", by=FATIMA, agreed="no")
    assert play.state().step == "decide" and "proposal" not in play.state().standing
    play.record("proposal", by=FATIMA)
    play.record("confirmation", by=KARIN, agreed="weigh_again")
    assert play.state().step == "weigh" and "weighing" not in play.state().standing


def test_a_talk_that_is_not_safe_is_left_out_with_the_reason(play: Play) -> None:
    play.reach("talk")
    assert play.refused("talk_plan", by=KARIN, with_whom="not_safe", why_plan="") == {"why_plan": "check S3.1"}
    play.record("talk_plan", by=KARIN, with_whom="not_safe", why_plan="Vader dreigt.")
    assert play.state().step == "weigh"


@pytest.mark.parametrize(
    ("with_whom", "talk", "left_out"),
    [("pupil", "pupil_talk", "parents_talk"), ("parents", "parents_talk", "pupil_talk")],
)
def test_a_talk_with_only_one_of_them(play: Play, with_whom: str, talk: str, left_out: str) -> None:
    play.reach("talk")
    assert set(play.refused("talk_plan", by=KARIN, with_whom=with_whom, why_plan="")) == {"why_plan"}
    play.record("talk_plan", by=KARIN, with_whom=with_whom)
    assert set(play.refused(left_out, by=SANNE)) == {""}
    play.record(talk, by=SANNE)
    assert play.state().step == "weigh"


# weighing and deciding


@pytest.mark.rule("S4.9")
def test_doubt_in_the_weighing_always_asks_veilig_thuis(play: Play) -> None:
    play.reach("weigh")
    assert play.refused("weighing", by=KARIN, doubt="yes", still_suspected="no") == {"still_suspected": "check S4.9"}
    play.record("weighing", by=KARIN, doubt="yes")
    assert play.state().step == "weigh"
    play.record("veilig_thuis_weighing", by=KARIN, advised="report")
    assert play.state().step == "decide"
    assert play.refused("proposal", by=KARIN, decision="no_report") == {"decision": "check_1 S4.9"}
    play.decide("report")
    assert play.state().step == "report"


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("unsafe", ["acute", "structural", "disclosure"])
def test_unsafety_is_always_reported(play: Play, unsafe: str) -> None:
    """Stricter than version 6: the framework for education has no advice that lifts it."""
    play.reach("decide")
    refused = {"decision": ALWAYS_REPORTED}
    assert play.refused("proposal", by=KARIN, decision="no_report", unsafe=unsafe) == refused
    play.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    assert play.refused("proposal", by=KARIN, decision="no_report", unsafe=unsafe) == refused
    play.record("proposal", by=KARIN, decision="report", unsafe=unsafe, help_able="")


@pytest.mark.rule("S4.9")
def test_doubt_is_reported_unless_veilig_thuis_advised_otherwise(play: Play) -> None:
    play.reach("decide")
    refused = {"decision": ASK_VEILIG_THUIS}
    assert play.refused("proposal", by=KARIN, decision="no_report", unsafe="doubt") == refused
    play.record("veilig_thuis_advice", by=KARIN, advised="other")
    assert play.refused("proposal", by=KARIN, decision="no_report", unsafe="doubt") == refused
    play.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    play.record("proposal", by=KARIN, decision="no_report", unsafe="doubt")
    play.record("veilig_thuis_advice", by=KARIN, advised="report")
    assert play.refused("confirmation", by=FATIMA) == {"agreed": ASK_VEILIG_THUIS}


@pytest.mark.rule("S4.9")
def test_an_earlier_advice_does_not_serve_for_a_new_decision(play: Play) -> None:
    play.reach("decide")
    play.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    play.decide("no_report")
    play.record("watch_entry", by=SANNE, change="worse")
    play.record("weighing", by=KARIN)
    assert play.refused("proposal", by=KARIN, decision="no_report", unsafe="doubt") == {"decision": ASK_VEILIG_THUIS}


@pytest.mark.parametrize("decision", ["no_report", "report_and_help"])
@pytest.mark.parametrize("missing", ["help_able", "help_accepted"])
def test_help_has_to_be_possible_and_accepted(play: Play, decision: str, missing: str) -> None:
    play.reach("decide")
    assert set(play.refused("proposal", by=KARIN, decision=decision, **{missing: "no"})) == {missing}


def test_without_a_report_the_help_has_to_last(play: Play) -> None:
    play.reach("decide")
    assert set(play.refused("proposal", by=KARIN, decision="no_report", help_lasts="no")) == {"help_lasts"}
    play.record("proposal", by=KARIN, decision="report_and_help", help_lasts="no")


@pytest.mark.parametrize("missing", ["help_able", "help_accepted", "help_lasts"])
def test_a_report_is_never_refused_for_want_of_help(play: Play, missing: str) -> None:
    play.reach("decide")
    lacking: dict[str, Any] = {missing: "no"}
    play.record("proposal", by=KARIN, decision="report", **lacking)


# who may, and with whom


@pytest.mark.rule("S4.3")
def test_a_decision_is_of_two_people_with_two_roles(play: Play) -> None:
    play.reach("decide")
    assert play.refused("proposal", by=SANNE) == {"": "role_may_not care_coordinator school_leader"}
    play.record("proposal", by=KARIN)
    assert play.refused("confirmation", by=KARIN) == {"": WITH_TWO}
    play.record("confirmation", by=FATIMA)


@pytest.mark.rule("S4.3")
def test_nothing_is_decided_before_it_was_weighed(play: Play) -> None:
    play.reach("weigh")
    assert set(play.refused("proposal", by=KARIN)) == {""}


@pytest.mark.rule("S4.7")
@pytest.mark.parametrize("left_out", ["reporter", "reporter_role"])
def test_a_report_is_never_anonymous(play: Play, left_out: str) -> None:
    play.reach("report")
    refused = play.refused("reported", by=KARIN, **{left_out: ""})
    assert refused == {left_out: "required"}


@pytest.mark.parametrize(
    ("step", "record", "field"), [("consult", "consultation", "present"), ("weigh", "weighing", "weighed_by")]
)
@pytest.mark.parametrize("alone", [SANNE, KARIN])
def test_nobody_consults_or_weighs_alone(play: Play, step: str, record: str, field: str, alone: Actor) -> None:
    play.reach(step)
    assert set(play.refused(record, by=alone, present=[alone])) == {field}
    play.record(record, by=alone, present=[SANNE, KARIN])


@pytest.mark.parametrize("reader", [KARIN, BEA, FATIMA])
def test_any_reader_may_take_up_a_signal(play: Play, reader: Actor) -> None:
    play.signal()
    play.calls_in(reader)
    assert SANNE in play.record("taken_up", by=reader).told
    assert play.state().step == "consult"


@pytest.mark.rule("G3")
def test_a_case_is_not_there_for_another_teacher(play: Play) -> None:
    play.signal()
    assert play.refused_to(lambda: play.opens(MEHMET)) == {"": "no_such_case"}


# who advises from outside hears no name


@pytest.mark.rule("S2.2")
def test_whoever_advises_from_outside_is_told_no_name(play: Play) -> None:
    play.reach("consult")
    assert "Noor" not in str(play.form("anonymous_summary", by=KARIN).initial["summary"])
    assert play.refused("anonymous_summary", by=KARIN, summary="Noor is vaak moe.") == {"summary": ANONYMOUS}
    for asked in ("veilig_thuis", "injury_expert", "youth_doctor"):
        named = play.refused("consultation", by=SANNE, asked=asked, advice="Praat met Noor.")
        assert named == {"advice": ANONYMOUS}
        nothing = play.refused("consultation", by=SANNE, asked=asked, advice="")
        assert nothing == {"advice": "check"}
    play.record("consultation", by=SANNE, asked="veilig_thuis", advice="Praat met de leerling.")
    assert play.state().step == "talk"


# at any time


@pytest.mark.rule("G4")
@pytest.mark.parametrize("step", ["signals", "talk", "decide", "inform", "watch"])
def test_immediate_danger_waits_for_no_step(play: Play, step: str) -> None:
    play.reach(step, decision="no_report" if step == "watch" else "report")
    _, told = play.alarm(SANNE)
    assert told == {KARIN, FATIMA}
    assert play.state().step == step


@pytest.mark.rule("G5")
def test_a_case_is_handed_over(play: Play) -> None:
    play.reach("talk")
    assert MEHMET in play.record("handed_over", by=SANNE).told
    assert play.opens(MEHMET).context.relation.is_own
    assert play.refused_to(lambda: play.opens(SANNE)) == {"": "no_such_case"}


def test_two_cases_of_one_pupil_are_joined(play: Play) -> None:
    first = play.signal(by=SANNE).code
    second = play.signal(by=MEHMET).code
    assert SANNE in play.joins(KARIN, second, first)
    assert play.state(second).status is Status.JOINED


def test_an_entry_is_corrected(play: Play) -> None:
    play.signal()
    play.record("correction", by=SANNE, refers_to=1)
    assert play.entries()[-1].refers_to == 1


# what every step has


def test_every_step_has_who_acts_a_deadline_and_rungs(play: Play) -> None:
    for step in play.plan.steps:
        assert step.who and step.deadline and step.remind, step.id
        assert step.remind[-1].every, step.id
        assert step.explain, step.id


def test_every_text_about_people_is_looked_through(play: Play) -> None:
    looked_through = {(r.id, f.id) for r in play.plan.records.values() for f in r.fields if "names" in f.hints}
    assert looked_through == {
        ("signal", "what"),
        ("signal", "attachment"),
        ("note", "noted"),
        ("note", "noted_attachment"),
        ("disclosure", "disclosed"),
        ("urgent_action", "urgent_told"),
        ("correction", "text"),
        ("kept_longer", "why_kept"),
        ("pupil_talk", "pupil_said"),
        ("parents_talk", "parents_said"),
        ("watch_entry", "watched"),
        ("vt_answer", "answered_what"),
        ("vt_contact", "contact_what"),
        ("appointment_done", "how_done"),
        ("separation", "why_separate"),
        ("ending", "why_ending"),
        ("appointment_moved", "why_moved"),
        ("appointment_dropped", "why_dropped"),
        *((r.id, asked.what) for r in play.plan.records.values() if r.appointments for asked in r.follow_ups),
    }


def test_no_word_of_the_plan_accuses(play: Play) -> None:
    document = play.plan.model_dump_json().lower()
    assert not [word for word in ("dader", "slachtoffer", "bewijs") if word in document]


def test_only_what_can_be_chosen_leads_somewhere(play: Play) -> None:
    """What decides the way is never left out: a lead depends on answers that are required."""
    for record in play.plan.records.values():
        asked = [record.field(path) for lead in record.leads for path in lead.when if record.field(path)]
        assert all(field and field.required and field.kind is FieldKind.CHOICE for field in asked), record.id


@pytest.mark.rule("S4.3")
def test_who_proposes_a_decision_reads_each_entry_once(play: Play) -> None:
    play.reach("decide")
    form = play.form("proposal", by=KARIN)
    assert form.shown is not None and form.logbook is not None
    read = [line.entry.seq for view in (form.shown, form.logbook) for line in view.lines]
    assert sorted(read) == [entry.seq for entry in play.entries()]
