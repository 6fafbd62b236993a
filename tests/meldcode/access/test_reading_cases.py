"""G3: only whose case it is and the roles that the plan names read it, and every reading leaves a trace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from handlers.platform.limits import HOME as SIZE
from meldcode.application.actor import actor_of
from meldcode.application.home import overview
from meldcode.application.jobs.reminders import send_due_reminders
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from tests.meldcode.playing import (
    BEA,
    DIRK,
    FATIMA,
    KARIN,
    KEES,
    MEHMET,
    PUPIL,
    SANNE,
    STAFF,
    STRANGER,
    Actor,
    Play,
)

pytestmark = pytest.mark.rule("G3")
NO_SUCH_CASE = {"": "no_such_case"}
STEPS = ["signals", "consult", "talk", "weigh", "decide", "report"]


@pytest.mark.parametrize(
    ("actor", "step"), [*product([SANNE, KARIN], ["signals", "decide"]), (BEA, "signals"), (FATIMA, "decide")]
)
def test_whose_case_it_is_and_the_plans_readers_read_it_with_a_trace(play: Play, actor: Actor, step: str) -> None:
    play.reach(step)
    before = len(play.readings())
    view = play.opens(actor)
    assert len(view.lines) == len(play.entries())
    latest, *earlier = play.readings()
    assert (latest.reader, latest.at, len(earlier)) == (play.person(actor).id, play.now, before)


@pytest.mark.parametrize(("actor", "step"), list(product([MEHMET, DIRK], STEPS)))
def test_for_everybody_else_there_is_no_such_case(play: Play, actor: Actor, step: str) -> None:
    play.reach(step)
    assert play.refused_to(lambda: play.opens(actor)) == NO_SUCH_CASE
    assert play.refused_to(lambda: play.form("signal", by=actor)) == NO_SUCH_CASE
    assert play.refused_to(lambda: play.alarm(actor)) == NO_SUCH_CASE


def test_a_stranger_reads_nothing(play: Play) -> None:
    play.reach("consult")
    assert play.refused_to(lambda: play.opens(STRANGER)) == {"": "unknown_person"}
    elsewhere = Actor(SANNE.user, "somebody of another workspace")
    assert Identity("slack", "T9999", elsewhere.user) != elsewhere.identity


def test_no_case_and_no_case_of_theirs_are_refused_in_the_same_words(play: Play) -> None:
    play.signal()
    assert play.refused_to(lambda: play.opens(MEHMET, "26-XXXX")) == play.refused_to(lambda: play.opens(MEHMET))


def test_a_colleagues_case_about_the_same_pupil_stays_unknown(play: Play) -> None:
    first = play.signal(by=SANNE).code
    second = play.signal(by=MEHMET).code
    assert first != second
    assert play.refused_to(lambda: play.opens(SANNE, second)) == NO_SUCH_CASE
    assert play.refused_to(lambda: play.opens(MEHMET, first)) == NO_SUCH_CASE


def test_somebody_with_two_roles_reads_by_the_one_that_may(play: Play) -> None:
    play.employs(KEES)
    play.signal()
    assert play.opens(KEES).lines


@pytest.mark.parametrize("actor", STAFF)
def test_the_overview_shows_no_case_that_cannot_be_read(play: Play, actor: Actor) -> None:
    play.reach("consult")
    with play.transaction() as uow:
        rows = overview(uow, actor_of(uow, actor.identity), SIZE, play.now).rows
    assert bool(rows) is (actor not in (MEHMET, DIRK, FATIMA))


@pytest.mark.parametrize("decision", ["report", "no_report"])
def test_no_message_holds_personal_data(play: Play, decision: str) -> None:
    play.reach("report" if decision == "report" else "watch", decision=decision)
    play.alarm(SANNE)
    said = [" ".join([m.kind, m.moment, json.dumps(m.payload, ensure_ascii=False)]) for m in play.messages()]
    private = {*PUPIL.values(), "Wat iemand typte", *(actor.name for actor in STAFF)} - {PUPIL["group"]}
    assert len(said) > 10
    assert not [(word, text) for text in said for word in private if word in text]


def was_the_teacher(play: Play) -> Actor:
    """Whose case is under watch, and who leads the cluster since."""
    play.reach("watch", decision="no_report")
    play.misses(SANNE)
    director = replace(SANNE, roles=(Role.CLUSTER_DIRECTOR,))
    play.employs(director)
    return director


def test_who_works_elsewhere_in_the_school_now_hears_no_more_of_what_was_theirs(play: Play) -> None:
    director = was_the_teacher(play)
    play.comes(date(2026, 3, 24))
    reminded = play._told_by(lambda uow: send_due_reminders(uow, play.now, 9, lambda error: pytest.fail(str(error))))[1]
    assert reminded == {KARIN, FATIMA}, "those in charge hear of it instead"
    told = play.record("watch_end", by=FATIMA).told
    assert (KARIN in told, director in told) == (True, False)


def test_who_works_elsewhere_in_the_school_now_finds_no_code_on_their_home_tab_either(play: Play) -> None:
    director = was_the_teacher(play)
    play.comes(date(2026, 6, 19))
    assert play.refused_to(lambda: play.opens(director)) == NO_SUCH_CASE
    with play.transaction() as uow:
        seen = overview(uow, actor_of(uow, director.identity), SIZE, play.now)
    assert seen.week
    assert (seen.rows, seen.week.due) == ((), ())
