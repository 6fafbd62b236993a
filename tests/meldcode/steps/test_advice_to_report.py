"""Veilig Thuis advises to report (G8): that cannot wait for the steps, until it is reported or decided."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from handlers.platform import limits
from handlers.views.case import case_modal
from meldcode.application.actor import actor_of
from meldcode.application.home import overview
from meldcode.application.jobs.reminders import send_due_reminders
from meldcode.application.messages.reminders import UrgentReminder
from meldcode.domain.case.asked import needed
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.worklist import Section
from tests.meldcode.playing import FATIMA, KARIN, SANNE, Actor, Play

SIZE = limits.HOME


def first_of(play: Play, actor: Actor) -> tuple[Section, str, date | None]:
    """What this person reads first: where the case stands, the action that is needed, and its last day."""
    with play.transaction() as uow:
        row = overview(uow, actor_of(uow, actor.identity), SIZE, play.now).rows[0]
    return row.section, row.record.id if row.record else "", row.due


def reminded_within(play: Play, *, hours: int, every: timedelta = timedelta(minutes=5)) -> Counter[Actor]:
    before, until = len(play.messages()), play.now + timedelta(hours=hours, minutes=5)
    while play.now < until:
        play.now += every
        with play.transaction() as uow:
            while send_due_reminders(uow, play.now, 10, print):
                pass
    urgent = [row for row in play.messages()[before:] if row.kind == UrgentReminder.kind]
    return Counter(play.actors[row.recipient] for row in urgent)


@pytest.mark.rule("G8")
@pytest.mark.parametrize("step", ["signals", "consult", "talk", "weigh", "decide", "watch", "after_answer"])
def test_advice_to_report_is_due_the_same_day_at_any_step(play: Play, step: str) -> None:
    play.reach(step, **({"decision": "no_report"} if step == "watch" else {}))
    play.now += timedelta(days=1)
    play.record("veilig_thuis_advice", by=SANNE, advised="report")
    for actor in (KARIN, FATIMA):
        assert first_of(play, actor) == (Section.URGENT, "urgent_action", play.now.date())
    case = case_modal(play.opens(KARIN))
    first = next(block for block in case["blocks"] if block["type"] == "actions")["elements"][0]
    assert (first["style"], "urgent_action" in first["value"]) == ("primary", True)
    assert reminded_within(play, hours=2) == {KARIN: 2, FATIMA: 2}


@pytest.mark.rule("G8")
def test_two_things_that_cannot_wait_are_one_message_each_hour(play: Play) -> None:
    """The danger that makes the step urgent, and advice that came 20 seconds later."""
    play.reach("decide")
    play.record("proposal", by=KARIN, decision="report", unsafe_now="doubt")
    play.now -= timedelta(seconds=40)  # each entry takes a minute
    play.record("veilig_thuis_advice", by=SANNE, advised="report")
    assert reminded_within(play, hours=2, every=timedelta(seconds=20))[FATIMA] == 2


@pytest.mark.rule("G8")
@pytest.mark.parametrize("advised", ["no_report", "other"])
def test_other_advice_makes_nothing_urgent(play: Play, advised: str) -> None:
    play.signal()
    play.record("veilig_thuis_advice", by=SANNE, advised=advised)
    assert not is_urgent(play.plan, play.state())


@pytest.mark.rule("G8")
@pytest.mark.parametrize("urgent_what", ["called_112", "reported"])
def test_advice_to_report_is_urgent_until_the_fast_lane_is_recorded(play: Play, urgent_what: str) -> None:
    play.signal()
    play.record("veilig_thuis_advice", by=SANNE, advised="report")
    play.record("urgent_action", by=KARIN, urgent_what=urgent_what)
    assert "urgent_action" not in {record.id for record in needed(play.plan, play.state())}
    play.record("urgent_confirmed", by=FATIMA)
    assert is_urgent(play.plan, play.state()) is (urgent_what == "called_112")
    play.record("veilig_thuis_advice", by=SANNE, advised="report")
    first = needed(play.plan, play.state())[0].id
    assert first == ("reported" if urgent_what == "called_112" else "urgent_action"), "new advice calls for it again"


@pytest.mark.rule("G8")
def test_advice_to_report_is_urgent_until_it_is_decided_and_the_report_made(play: Play) -> None:
    play.reach("decide")
    play.record("veilig_thuis_advice", by=SANNE, advised="report")
    play.record("proposal", by=KARIN, decision="report", unsafe_now="as_weighed")
    assert needed(play.plan, play.state())[0].id == "urgent_action"
    play.record("confirmation", by=FATIMA, agreed="no")
    assert needed(play.plan, play.state())[0].id == "urgent_action", "they still have to decide"
    play.record("proposal", by=KARIN, decision="report", unsafe_now="as_weighed")
    play.record("confirmation", by=FATIMA)
    assert needed(play.plan, play.state())[0].id == "reported"
    assert is_urgent(play.plan, play.state()), "the report itself cannot wait either"
    play.record("reported", by=KARIN)
    assert not is_urgent(play.plan, play.state())
