"""Urgent cases leave the straight path: worsening, disclosure, the fast lane, the report and after it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handlers.i18n import texts
from handlers.platform import limits
from handlers.views.alarm import render_alarm
from handlers.views.case import case_modal
from handlers.views.forms import form_modal
from handlers.views.home import home_view
from handlers.views.messages.reminders import render_reminders
from handlers.views.saved import saved_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.alarms.view import alarm_view
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.home import overview
from meldcode.application.jobs.current import current_reminder
from meldcode.application.jobs.reminders import earliest_delivery, send_due_reminders
from meldcode.application.messages import alarms
from meldcode.application.messages.reminders import Reminder, StepReminder, UrgentReminder
from meldcode.domain.case.asked import needed
from meldcode.domain.case.state import Answer, Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.deadlines.reminders import EARLIEST, LATEST
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.worklist import Section, last_day
from practice.blocks.surfaces import is_too_large, view_problems
from storage.db.schema import work_items
from storage.repositories.messages.payloads import decode
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, PUPIL, SANNE, Actor, Play
from tests.on_screen import read

SIZE = limits.HOME
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ANOTHER = "needs_another"
ADDED = "Na de weging kwam erbij"
HAPPENED = "Zijn arm zit in het gips."


@pytest.fixture
def watched(play: Play) -> Play:
    play.reach("watch", decision="no_report")
    return play


@pytest.fixture
def fast(play: Play) -> Play:
    """In step 1 the care coordinator called 112."""
    play.signal()
    play.record("urgent_action", by=KARIN, urgent_what="called_112")
    return play


def words(view: object) -> str:
    return read(json.dumps(view, ensure_ascii=False))


def home(play: Play, actor: Actor) -> dict[Section, int]:
    with play.transaction() as uow:
        return dict(overview(uow, actor_of(uow, actor.identity), SIZE, play.now).counts)


def todo(play: Play) -> dict[Actor, str]:
    """What each of the two who decide must do first."""
    found = {}
    for actor in (KARIN, FATIMA):
        with play.transaction() as uow:
            [row] = overview(uow, actor_of(uow, actor.identity), SIZE, play.now).rows
        found[actor] = row.record.id if row.record else ""
    return found


def reminded(play: Play, until: datetime) -> list[tuple[datetime, str]]:
    """When, up to this moment, whom is reminded of what cannot wait: the clock ticks every five minutes."""
    before = len(play.messages())
    while play.now < until:
        play.now += timedelta(minutes=5)
        with play.transaction() as uow:
            while send_due_reminders(uow, play.now, 10, _raise):
                pass
    urgent = [row for row in play.messages()[before:] if row.kind == UrgentReminder.kind]
    return [(row.due_at.astimezone(AMSTERDAM), play.actors[row.recipient].name) for row in urgent]


def _raise(error: Exception) -> None:
    raise error


# S4.6: a signal in a watched case


@pytest.mark.rule("S4.1")
@pytest.mark.rule("S4.6")
def test_no_question_about_safety_has_an_answer_beforehand(play: Play) -> None:
    asked = [field for record in play.plan.records.values() for field in record.fields if field.safety]
    assert {field.id for field in asked} >= {"worse", "unsafe", "unsafe_now", "change", "danger_by_talk"}
    assert not [field.id for field in asked if field.default or not field.required]


@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("step", ["watch", "tell_parents", "after_report", "after_answer"])
def test_within_a_watched_case_a_signal_asks_whether_it_gets_worse(play: Play, step: str) -> None:
    play.reach(step, decision="no_report" if step == "watch" else "report")
    assert "worse" in {field.id for field in play.form("signal", by=SANNE).record.fields}
    assert play.refused("signal", by=SANNE, worse="") == {"worse": "required"}


@pytest.mark.rule("S4.6")
@pytest.mark.parametrize("step", ["signals", "talk", "decide"])
def test_in_other_steps_it_does_not(play: Play, step: str) -> None:
    play.signal()
    play.reach(step)
    assert "worse" not in {field.id for field in play.form("signal", by=SANNE).record.fields}


@pytest.mark.rule("S4.6")
def test_a_signal_that_names_no_case_is_asked_further_and_nothing_is_stored_before(watched: Play) -> None:
    before = watched.everything()
    typed: dict[str, Answer] = {
        **PUPIL,
        "kind": ("abuse_or_neglect",),
        "what": HAPPENED,
        "heard_from": "self",
        "happened_on": str(watched.now.date()),
    }
    command = RecordEntry("V", "signal", typed, reviewed=True)
    with watched.transaction() as uow:
        form = record_entry(uow, actor_of(uow, SANNE.identity), command, watched.now)
    assert isinstance(form, FormView)
    assert watched.everything() == before
    assert (form.case, form.is_asked_further) == (watched.code, True)
    shown = form_modal(form)
    assert texts.text("form_further") in words(shown) and HAPPENED in words(shown)
    assert next(block["block_id"] for block in shown["blocks"] if block["type"] == "input") == "worse"
    assert PUPIL["last_name"] not in words(shown)


@pytest.mark.rule("S4.6")
def test_what_is_wrong_in_it_is_said_first(watched: Play) -> None:
    assert watched.refused("signal", by=SANNE, case="", **{**PUPIL, "what": ""}) == {"what": "required"}


@pytest.mark.rule("S4.6")
def test_a_form_that_is_sent_after_its_step_is_kept_whole_and_leads_nowhere(watched: Play) -> None:
    """Meanwhile a colleague called 112: that must not be weighed again."""
    form = watched.filled("signal", by=SANNE, worse="yes")
    at_report = watched.record("urgent_action", by=KARIN, urgent_what="called_112").state
    before = len(watched.messages())
    with watched.transaction() as uow:
        command = RecordEntry("sent-later", "signal", form, watched.code, reviewed=True)
        record_entry(uow, actor_of(uow, SANNE.identity), command, watched.now)
    assert watched.entries()[-1].answers["worse"] == "yes"
    assert (watched.state().step, "worsened" in watched.state().standing) == (at_report.step, False)
    rule = next(n for n, rule in enumerate(watched.plan.opening.tell) if "worse" in rule.when)
    assert rule not in {getattr(decode(row.kind, row.payload), "rule", None) for row in watched.messages()[before:]}


@pytest.mark.rule("S4.6")
@pytest.mark.rule("S4.1")
@pytest.mark.parametrize("worse", ["yes", "doubt"])
def test_worse_or_doubt_leads_to_a_new_weighing_today(watched: Play, worse: str) -> None:
    played = watched.signal(worse=worse)
    assert (played.code, played.state.step) == (watched.code, "weigh")
    assert {KARIN, FATIMA} <= played.told
    assert "weighing" not in played.state.standing
    assert is_urgent(watched.plan, played.state)
    assert texts.text("must_today") in words(saved_modal(played.saved))
    assert texts.text("saved_more") in words(saved_modal(played.saved))
    assert "als het gelezen is" not in words(saved_modal(played.saved)), "nobody takes up a signal in this step"
    for actor in (SANNE, KARIN, FATIMA):
        assert home(watched, actor) == {Section.URGENT: 1}, "also who does not weigh is told to see that it happens"


@pytest.mark.rule("S4.6")
def test_no_worsening_counts_as_the_watch_entry(watched: Play) -> None:
    watched.comes(watched.now.date() + timedelta(days=7))
    played = watched.signal(worse="no")
    assert (played.state.step, "worsened" in played.state.standing) == ("watch", False)
    step = watched.plan.step("watch")
    assert step.deadline is not None and "signal" in step.deadline.counted


@pytest.mark.rule("S4.6")
def test_a_colleagues_signal_in_a_joined_case_counts_as_doubt(watched: Play) -> None:
    root = watched.code
    watched.code = ""
    other = watched.signal(by=MEHMET).code
    watched.joins(KARIN, root, other)
    assert watched.state(root).step == "weigh"
    assert "worsened" in watched.state(root).standing


def test_two_cases_joined_before_that_are_no_worsening(play: Play) -> None:
    codes = [play.signal(by=teacher).code for teacher in (SANNE, MEHMET)]
    play.joins(KARIN, *codes)
    assert not [code for code in codes if "worsened" in play.state(code).standing]


# S4.1: the weighing and what came after it


@pytest.mark.rule("S4.1")
def test_a_signal_after_the_weighing_makes_it_older_than_the_logbook(play: Play) -> None:
    play.reach("decide")
    assert play.opens(KARIN).newer == ()
    play.signal(what=HAPPENED)
    older = texts.text("case_newer_signals")
    assert older in words(case_modal(play.opens(KARIN)))
    proposal = words(form_modal(play.form("proposal", by=KARIN)))
    assert ADDED in proposal and HAPPENED in proposal
    play.record("proposal", by=KARIN)
    confirmation = words(form_modal(play.form("confirmation", by=FATIMA)))
    assert ADDED in confirmation and HAPPENED in confirmation


@pytest.mark.rule("S4.1")
def test_however_many_signals_came_after_it_the_weighing_is_shown(play: Play) -> None:
    play.reach("decide", risk="Het risico is groot.")
    for _ in range(95):
        play.signal(what=HAPPENED)
    shown = form_modal(play.form("proposal", by=KARIN))
    assert "Het risico is groot." in words(shown) and HAPPENED in words(shown)
    assert texts.text("log_shortened") in words(shown)
    assert "why_decision" in {block.get("block_id") for block in shown["blocks"]}
    assert not view_problems(shown, "modal") and not is_too_large(shown)


@pytest.mark.rule("S4.3")
@pytest.mark.rule("S4.9")
def test_who_decides_reads_the_weighing_and_the_advice_first(play: Play) -> None:
    play.reach("decide", risk="Het risico is groot.")
    play.record("veilig_thuis_advice", by=SANNE, advice_text="Bel de huisarts.")
    shown = words(form_modal(play.form("proposal", by=KARIN)))
    assert "Het risico is groot." in shown and "Bel de huisarts." in shown
    play.record("proposal", by=KARIN, why_decision="Omdat het niet kan wachten.")
    shown = words(form_modal(play.form("confirmation", by=FATIMA)))
    assert shown.index("Omdat het niet kan wachten.") < shown.index("Het risico is groot.")


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("by", [SANNE, KARIN, BEA, FATIMA])
@pytest.mark.parametrize("step", ["signals", "talk", "watch"])
def test_advice_is_recorded_at_every_step_by_who_asked_for_it(play: Play, step: str, by: Actor) -> None:
    play.signal()
    play.reach(step, decision="no_report")
    play.calls_in(BEA, FATIMA)
    play.record("veilig_thuis_advice", by=by, adviser="Medewerker van Veilig Thuis", advice_reference="VT-1")
    assert play.state().standing["veilig_thuis_advice"].answers["advice_reference"] == "VT-1"


@pytest.mark.rule("G8")
def test_the_teacher_hears_that_112_was_called(play: Play) -> None:
    play.signal()
    assert SANNE in play.record("urgent_action", by=KARIN, urgent_what="called_112").told


@pytest.mark.rule("G8")
@pytest.mark.parametrize(("advised", "told"), [("report", {KARIN, FATIMA}), ("other", set())])
def test_who_decides_hears_at_once_of_advice_to_report(play: Play, advised: str, told: set[Actor]) -> None:
    play.signal()
    assert play.record("veilig_thuis_advice", by=SANNE, advised=advised).told == told


# S3.1 and S3.4: safety is judged by two, and a pupil who tells it is heard


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("present", [[KARIN], [FATIMA], [SANNE], [SANNE, BEA]])
def test_safety_is_judged_by_two_one_of_them_in_charge(play: Play, present: list[Actor]) -> None:
    play.reach("talk")
    for answer in ("yes", "no"):
        said = play.refused("safety", by=KARIN, danger_by_talk=answer, present=present)
        assert said["safety_by"].startswith("present S3.")
    play.record("safety", by=KARIN, present=[SANNE, KARIN])


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("how", ["signal", "disclosure", "pupil_talk"])
def test_after_a_disclosure_the_older_judgement_of_a_talk_does_not_stand(play: Play, how: str) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN, danger_by_talk="no")
    if how == "signal":
        play.signal(heard_from="disclosure")
    else:
        answers: dict[str, Any] = {"pupil_disclosed": "doubt"} if how == "pupil_talk" else {}
        play.record(how, by=SANNE, **answers)
    assert needed(play.plan, play.state())[0].id == "safety"
    assert play.refused("parents_talk", by=KARIN) == {"": "not_yet S3.1"}
    form = play.form("safety", by=KARIN)
    assert form.shown is not None and not form.initial.get("danger_by_talk")
    play.record("safety", by=KARIN, danger_by_talk="no")
    play.record("parents_talk", by=KARIN)


@pytest.mark.rule("S3.1")
def test_a_disclosure_after_the_talks_leaves_the_weighing_as_it_is(play: Play) -> None:
    play.reach("weigh")
    play.record("weighing", by=KARIN)
    play.record("disclosure", by=SANNE)
    assert [record.id for record in needed(play.plan, play.state())] == ["proposal", "confirmation"]


@pytest.mark.rule("S3.4")
@pytest.mark.parametrize("how", ["signal", "disclosure", "pupil_talk"])
def test_a_disclosure_is_heard_and_stands_first_above_the_weighing(play: Play, how: str) -> None:
    play.signal()
    if how == "signal":
        told = play.signal(heard_from="disclosure", what="“Papa sloeg me.”").told
    elif how == "disclosure":
        told = play.record("disclosure", by=SANNE, disclosed="“Papa sloeg me.”").told
    else:
        play.reach("talk")
        play.record("safety", by=KARIN)
        told = play.record("pupil_talk", by=SANNE, pupil_disclosed="yes", pupil_said="“Papa sloeg me.”").told
    assert {KARIN, FATIMA} <= told
    play.reach("weigh")
    form = play.form("weighing", by=KARIN)
    assert form.shown is not None and form.logbook is not None
    shown = words(form_modal(form))
    assert shown.index("Papa sloeg me.") < shown.index(f"*{texts.text('case_log')}*")


# G8: the fast lane


@pytest.mark.rule("G8")
@pytest.mark.parametrize("step", ["signals", "consult", "talk", "weigh", "decide", "watch"])
@pytest.mark.parametrize("what", ["called_112", "advised_report"])
def test_from_every_step_one_form_leads_to_the_report(play: Play, step: str, what: str) -> None:
    play.signal()
    play.reach(step, decision="no_report")
    played = play.record("urgent_action", by=KARIN, urgent_what=what)
    assert (played.state.step, played.state.status) == ("report", Status.OPEN)
    assert {FATIMA, DIRK} <= played.told
    assert needed(play.plan, played.state)[0].id == "urgent_confirmed"


@pytest.mark.rule("G8")
@pytest.mark.rule("S4.7")
def test_a_report_that_was_made_is_recorded_in_that_one_form(play: Play) -> None:
    play.signal()
    assert set(play.refused("urgent_action", by=KARIN, urgent_what="reported", urgent_role="")) == {"urgent_role"}
    play.calls_in(FATIMA)
    state = play.record("urgent_action", by=FATIMA, urgent_what="reported").state
    assert (state.step, "reported" in state.standing) == ("tell_parents", True)


@pytest.mark.rule("G8")
@pytest.mark.parametrize("by", [SANNE, BEA])
def test_only_who_decides_records_it(play: Play, by: Actor) -> None:
    play.signal()
    assert set(play.refused("urgent_action", by=by)) == {""}


@pytest.mark.rule("G8")
def test_its_button_is_on_the_case_and_not_in_a_menu(play: Play) -> None:
    play.signal()
    for step in ("signals", "talk", "report"):
        play.reach(step)
        buttons = [e for block in case_modal(play.opens(KARIN))["blocks"] for e in block.get("elements", [])]
        assert "make-record.urgent_action" in {button.get("action_id") for button in buttons}
    buttons = [e for block in case_modal(play.opens(SANNE))["blocks"] for e in block.get("elements", [])]
    assert "make-record.urgent_action" not in words(buttons)


@pytest.mark.rule("G4")
@pytest.mark.rule("G8")
def test_from_an_alarm_in_a_case_it_is_one_form_to_the_recorded_report(play: Play) -> None:
    play.signal()
    play.alarm(SANNE)
    raiser = play.person(SANNE).id
    with play.transaction() as uow:
        alarm = uow.alarms.latest(raiser)
        assert alarm
        buttons = {
            actor: words(render_alarm(alarms.Alarm(alarm.raised_by, alarm.raised_at), alarm_view(uow, alarm, id_))[1])
            for id_, actor in play.actors.items()
        }
    assert [actor for actor in play.actors.values() if "make-record.urgent_action" in buttons[actor]] == [KARIN, FATIMA]
    assert "reported" in play.record("urgent_action", by=KARIN, urgent_what="reported").state.standing


@pytest.mark.rule("G8")
def test_the_message_to_the_other_says_that_it_is_to_be_confirmed(play: Play) -> None:
    play.signal()
    play.record("urgent_action", by=KARIN)
    [to_fatima] = [m for m in play.messages() if m.recipient == play.person(FATIMA).id]
    assert play.plan.records["urgent_action"].tell[to_fatima.payload["rule"]].text.startswith("112 of Veilig Thuis")


@pytest.mark.rule("G8")
def test_the_other_confirms_it_today_and_not_who_recorded_it(fast: Play) -> None:
    assert fast.refused("urgent_confirmed", by=KARIN) == {"": ANOTHER}
    shown = case_modal(fast.opens(FATIMA))
    primary = [e for block in shown["blocks"] for e in block.get("elements", []) if e.get("style") == "primary"]
    assert [button["action_id"] for button in primary] == ["make-record.urgent_confirmed"]
    assert (home(fast, FATIMA), texts.text("must_today") in words(shown)) == ({Section.URGENT: 1}, True)
    assert todo(fast) == {KARIN: "reported", FATIMA: "urgent_confirmed"}, "who called goes on with the report"
    fast.record("urgent_confirmed", by=FATIMA)
    assert [record.id for record in needed(fast.plan, fast.state())] == ["reported"]
    assert todo(fast) == {KARIN: "reported", FATIMA: "reported"}


@pytest.mark.rule("G8")
def test_who_disagrees_brings_it_back_to_the_weighing(fast: Play) -> None:
    assert fast.record("urgent_confirmed", by=FATIMA, urgent_agreed="no").state.step == "weigh"


@pytest.mark.rule("G8")
def test_what_was_skipped_is_listed_as_owed_until_it_is_done(fast: Play) -> None:
    owed = ["consultation", "safety", "weighing"]
    assert [record.id for record in fast.opens(KARIN).owed] == owed
    shown = words(case_modal(fast.opens(KARIN)))
    assert "Nog te doen uit eerdere stappen" in shown and "make-record.consultation" in shown
    for record in owed:
        fast.record(record, by=KARIN)
    assert [record.id for record in fast.opens(KARIN).owed] == ["pupil_talk", "parents_talk"], "it is safe to talk"
    assert "suspicion" not in {field.id for field in fast.form("parents_talk", by=KARIN).record.fields}
    for record in ("pupil_talk", "parents_talk"):
        fast.record(record, by=KARIN)
    assert fast.opens(KARIN).owed == ()
    assert fast.state().step == "report"


@pytest.mark.rule("G8")
def test_what_the_fast_lane_came_instead_of_is_listed_as_skipped_too(fast: Play) -> None:
    waived = ["taken_up", "proposal", "confirmation"]
    assert [record.id for record in fast.opens(KARIN).waived] == waived
    shown = words(case_modal(fast.opens(KARIN)))
    assert "niet meer nodig: Signaal oppakken, Besluit voorstellen en Besluit bevestigen." in shown
    fast.record("urgent_confirmed", by=FATIMA, urgent_agreed="no")
    assert [record.id for record in fast.opens(KARIN).waived] == ["taken_up"], "they decide after all"


@pytest.mark.rule("G8")
@pytest.mark.rule("S3.1")
def test_a_talk_that_would_be_dangerous_is_not_owed_and_leads_nowhere_after_the_report(fast: Play) -> None:
    fast.record("safety", by=KARIN, danger_by_talk="yes")
    assert [record.id for record in fast.opens(KARIN).owed] == ["consultation", "weighing"]
    assert fast.state().step == "report"


@pytest.mark.rule("G8")
def test_the_proposal_to_end_says_what_is_still_owed(fast: Play) -> None:
    fast.record("urgent_confirmed", by=FATIMA)
    fast.reach("after_answer")
    assert "Nog te doen uit eerdere stappen" in words(form_modal(fast.form("report_end", by=KARIN)))


@pytest.mark.rule("G8")
def test_the_form_of_the_fast_lane_says_veilig_thuis_in_full(play: Play) -> None:
    play.signal()
    said = words(form_modal(play.form("urgent_action", by=KARIN)))
    assert "112/Veilig Thuis gebeld" in said and "met 112 of Veilig Thuis is gebeld" in said and "VT" not in said


# S4.9 and G8: reminders and deadlines follow danger


@pytest.mark.rule("G8")
def test_when_nothing_else_is_urgent_the_confirmation_still_is(play: Play) -> None:
    play.signal()
    play.record("urgent_action", by=KARIN, urgent_what="reported")
    began = play.now
    assert min(at for at, _ in reminded(play, began + timedelta(hours=2))) <= began + timedelta(hours=1, minutes=5)
    play.record("urgent_confirmed", by=FATIMA)
    assert reminded(play, play.now + timedelta(hours=2)) == []


@pytest.mark.rule("G8")
def test_the_confirmation_is_reminded_of_within_the_hour_until_it_is_done(fast: Play) -> None:
    began = fast.now
    found = reminded(fast, began + timedelta(hours=2, minutes=10))
    assert {name for _, name in found} == {KARIN.name, FATIMA.name}
    assert min(at for at, _ in found) <= began + timedelta(hours=1, minutes=5)
    fast.record("urgent_confirmed", by=FATIMA)
    fast.record("reported", by=KARIN)
    assert reminded(fast, fast.now + timedelta(hours=5)) == []


@pytest.mark.rule("S4.9")
@pytest.mark.rule("G6")
@pytest.mark.parametrize("day", [date(2026, 2, 25), date(2026, 3, 7)], ids=["in a vacation", "on a Saturday"])
def test_a_report_in_danger_is_chased_the_same_day_also_when_there_is_no_school(play: Play, day: date) -> None:
    play.reach("decide", unsafe="yes")
    play.now = datetime.combine(day, time(10), tzinfo=UTC)
    play.decide("report")
    found = reminded(play, datetime.combine(day, time(23), tzinfo=UTC))
    assert {at.date() for at, _ in found} == {day}
    assert all(EARLIEST <= at.time() <= LATEST for at, _ in found)
    assert len(found) >= 10
    with play.engine.connect() as connection:
        assert set(connection.scalars(select(work_items.c.due))) == {day}


@pytest.mark.rule("S4.9")
def test_what_becomes_dangerous_days_after_its_step_began_is_chased_each_hour_of_that_day(play: Play) -> None:
    """And not at once, for who must act has just been told."""
    play.reach("decide")
    play.comes(play.now.date() + timedelta(days=2))
    play.record("proposal", by=KARIN, unsafe_now="doubt")
    began = play.now
    with play.engine.connect() as connection:
        assert set(connection.scalars(select(work_items.c.due))) == {began.date()}, "nobody is late already"
    found = {at for at, name in reminded(play, began + timedelta(hours=3, minutes=5)) if name == FATIMA.name}
    hours = (began + timedelta(hours=hour) for hour in (1, 2, 3))
    assert [at - hour < timedelta(minutes=6) for at, hour in zip(sorted(found), hours, strict=True)] == [True] * 3


@pytest.mark.rule("G2")
def test_a_step_that_was_late_stays_late_when_it_becomes_dangerous(play: Play) -> None:
    play.reach("decide")
    with play.transaction() as uow:
        calendar = calendar_of(uow.staff.schools()[0])
    before = last_day(play.plan, play.state(), calendar)
    play.comes(play.now.date() + timedelta(days=30))
    play.record("proposal", by=KARIN, unsafe_now="doubt")
    assert is_urgent(play.plan, play.state())
    assert before and last_day(play.plan, play.state(), calendar) == before


@pytest.mark.rule("S4.9")
def test_it_is_first_on_the_home_tab_with_its_own_words(play: Play) -> None:
    play.reach("report", unsafe="doubt", decision="report")
    urgent, play.code = play.code, ""
    play.signal(last_name="Adams")
    with play.transaction() as uow:
        view = home_view(overview(uow, actor_of(uow, KARIN.identity), SIZE, play.now))
    shown = words(view)
    assert shown.index("Dit moet vandaag (1)") < shown.index(urgent) < shown.index("Dit wacht op jou (1)")


@pytest.mark.rule("S4.9")
def test_without_danger_a_report_is_not_urgent(play: Play) -> None:
    play.reach("report", decision="report")
    assert home(play, KARIN) == {Section.WAITS: 1}
    assert reminded(play, play.now + timedelta(hours=6)) == []


@pytest.mark.rule("S4.9")
def test_the_message_says_that_it_cannot_wait_and_is_not_held_back(fast: Play) -> None:
    reminded(fast, fast.now + timedelta(hours=1, minutes=10))
    case, since = fast.header().id, fast.state().standing["urgent_action"].written_at
    payload = UrgentReminder(fast.code, may_hand_over=False, what="urgent_confirmed", since=since)
    night, reader = datetime.combine(fast.now.date(), time(3), tzinfo=UTC), fast.person(FATIMA).id
    with fast.transaction() as uow:
        assert earliest_delivery(uow, payload, case, night) == night
        current = current_reminder(uow, case, payload, reader, fast.now)
        assert current is not None
        notification, blocks = render_reminders([current])
    assert notification == f"Dit kan niet wachten tot morgen: dossier {fast.code}"
    assert "Later herinneren" not in words(blocks) and notification in words(blocks)
    fast.record("urgent_confirmed", by=FATIMA)
    with fast.transaction() as uow:
        assert current_reminder(uow, case, payload, reader, fast.now) is None


# S4.10: after the report


@pytest.mark.rule("S4.10")
def test_the_case_stays_open_and_the_answer_is_asked_for_after_five_working_days(play: Play) -> None:
    play.reach("after_report", decision="report")
    assert play.header().status is Status.OPEN
    began = play.now.date()
    with play.engine.connect() as connection:
        [due] = set(connection.scalars(select(work_items.c.due)))
    assert due == began + timedelta(days=7)
    before = len(play.messages())
    play.comes(due)
    with play.transaction() as uow:
        send_due_reminders(uow, play.now, 10, _raise)
    assert {play.actors[row.recipient] for row in play.messages()[before:]} == {KARIN, FATIMA}


@pytest.mark.rule("S4.10")
def test_an_answer_that_was_due_before_it_is_asked_is_asked_kindly_on_that_day(play: Play) -> None:
    play.reach("report", decision="report")
    play.record("reported", by=KARIN)
    play.comes(date(2026, 4, 15))
    play.record("parent_told", by=KARIN)
    with play.transaction() as uow:
        calendar = calendar_of(uow.staff.schools()[0])
    today = play.now.astimezone(AMSTERDAM).date()
    assert last_day(play.plan, play.state(), calendar) == today, "not the day, weeks ago, five days after the report"
    assert reminded_of_step(play) == [], "nobody is chased of what was asked a minute ago"
    play.now = calendar.moment(today, calendar.last_call)
    reminded = reminded_of_step(play)
    assert {play.actors[row.recipient] for row in reminded} == {KARIN, FATIMA}
    said = reads_now(play, reminded[0])
    assert "uiterlijk vandaag" in said and "klaar moeten zijn" not in said
    play.comes(today + timedelta(days=1))
    assert last_day(play.plan, play.state(), calendar) == today, "on the next day it is late"


def reminded_of_step(play: Play) -> list[Any]:
    """The clock's work is done; the reminders of the step that it sends."""
    before = len(play.messages())
    play.reminds()
    return [row for row in play.messages()[before:] if isinstance(decode(row.kind, row.payload), StepReminder)]


def reads_now(play: Play, row: Any) -> str:
    """What a reminder says when it is sent now."""
    payload = decode(row.kind, row.payload)
    assert isinstance(payload, Reminder)
    with play.transaction() as uow:
        current = current_reminder(uow, row.case, payload, row.recipient, play.now)
    assert current
    return str(render_reminders([current]))


@pytest.mark.rule("S4.10")
def test_no_answer_yet_is_asked_for_again(play: Play) -> None:
    play.reach("after_report", decision="report")
    assert play.record("vt_answer", by=KARIN, answer="nothing_yet").state.step == "after_report"
    assert [record.id for record in needed(play.plan, play.state())] == ["vt_answer"]


@pytest.mark.rule("S4.10")
def test_an_agreement_has_a_day_and_an_owner_who_is_reminded(play: Play) -> None:
    play.reach("after_report", decision="report")
    for left_out in ("appointment_1_day", "appointment_1_owner"):
        assert set(play.refused("vt_answer", by=KARIN, **{left_out: ""})) == {left_out}
    agreed = play.now.date() + timedelta(days=2)
    promise: dict[str, Any] = {"what": "Bellen.", "day": agreed, "owner": SANNE}
    play.record("vt_answer", by=KARIN, **{f"appointment_1_{name}": said for name, said in promise.items()})
    before = len(play.messages())
    play.comes(agreed)
    with play.transaction() as uow:
        send_due_reminders(uow, play.now, 10, _raise)
    assert SANNE in {play.actors[row.recipient] for row in play.messages()[before:]}


@pytest.mark.rule("S4.10")
def test_a_new_signal_can_lead_to_a_second_report(play: Play) -> None:
    play.reach("after_answer", decision="report")
    assert play.signal(worse="yes").state.step == "weigh"
    play.reach("report", decision="report")
    assert play.record("reported", by=KARIN).state.step == "tell_parents"
    assert [entry.record for entry in play.entries()].count("reported") == 2


@pytest.mark.rule("S4.10")
def test_it_ends_by_two_and_not_by_who_proposed_it(play: Play) -> None:
    play.reach("after_answer", decision="report")
    assert play.refused("report_end_agreed", by=FATIMA) == {"": "not_yet S4.10"}
    assert FATIMA in play.record("report_end", by=KARIN).told
    assert play.refused("report_end_agreed", by=KARIN) == {"": ANOTHER}
    assert home(play, FATIMA) == {Section.WAITS: 1}
    state = play.record("report_end_agreed", by=FATIMA).state
    assert (state.status, state.outcome) == (Status.CLOSED, "reported")


@pytest.mark.rule("S4.10")
def test_an_answer_that_keeps_the_case_where_it_is_says_so(play: Play) -> None:
    play.reach("after_report", decision="report")
    shown = words(form_modal(play.form("vt_answer", by=KARIN)))
    assert "dan blijft het dossier bij stap 4, Antwoord van Veilig Thuis." in shown
    assert "gaat het dossier naar: stap 4, Antwoord van Veilig Thuis" not in shown


@pytest.mark.rule("S4.10")
def test_only_the_other_one_is_offered_to_confirm_the_end(play: Play) -> None:
    play.reach("after_answer", decision="report")
    play.record("report_end", by=KARIN)
    offered = {actor: [record.id for record in play.opens(actor).doable] for actor in (KARIN, FATIMA)}
    assert "report_end_agreed" not in offered[KARIN]
    assert "report_end_agreed" in offered[FATIMA]


@pytest.mark.rule("S4.10")
def test_who_disagrees_keeps_it_open(play: Play) -> None:
    play.reach("after_answer", decision="report")
    play.record("report_end", by=KARIN)
    state = play.record("report_end_agreed", by=FATIMA, end_agreed="no").state
    assert (state.status, state.step, "report_end" in state.standing) == (Status.OPEN, "after_answer", False)
