"""G5: people are ill and leave. Deputies, handing over, and cases that are left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from meldcode.domain.case.state import Status
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy
from tests.meldcode.playing import BEA, DIRK, FATIMA, IRIS, KARIN, MEHMET, MONDAY, SANNE, STRANGER, Actor, Play

pytestmark = pytest.mark.rule("G5")
TODAY = MONDAY.date()
FIRST, LAST = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
NO_SUCH_CASE = {"": "no_such_case"}
NO_TEACHER = {"new_teacher": "no_teacher"}


# deputies


@pytest.mark.parametrize(("days", "stands_in"), [(1, False), (2, True), (4, True), (5, False)])
def test_a_deputy_reads_acts_and_is_told_in_the_period_only(play: Play, days: int, stands_in: bool) -> None:
    play.reach("consult")
    play.stands_in(MEHMET, for_=SANNE, first=FIRST, last=LAST)
    play.comes(TODAY + timedelta(days=days))
    if not stands_in:
        assert play.refused_to(lambda: play.opens(MEHMET)) == NO_SUCH_CASE
        assert play.refused("anonymous_summary", by=MEHMET) == NO_SUCH_CASE
        return
    assert play.opens(MEHMET).lines
    play.record("anonymous_summary", by=MEHMET)
    assert play.entries()[-1].role is Role.TEACHER
    assert MEHMET in play.record("urgent_action", by=KARIN).told
    assert play.readings()[0].reader == play.person(MEHMET).id


def test_a_deputy_of_the_care_coordinator_is_told_of_a_signal(play: Play) -> None:
    play.stands_in(MEHMET, for_=KARIN, first=TODAY, last=TODAY)
    assert play.signal().told == {KARIN, MEHMET, BEA}


def test_the_deputy_of_the_school_leader_confirms(play: Play) -> None:
    play.reach("decide")
    play.stands_in(BEA, for_=FATIMA, first=TODAY, last=TODAY)
    play.record("proposal", by=KARIN)
    assert play.record("confirmation", by=BEA).state.step == "report"
    assert play.entries()[-1].role is Role.SCHOOL_LEADER


def test_a_proposer_who_stands_in_for_the_other_cannot_confirm(play: Play) -> None:
    play.reach("decide")
    play.stands_in(KARIN, for_=FATIMA, first=TODAY, last=TODAY)
    play.record("proposal", by=KARIN)
    assert play.refused("confirmation", by=KARIN) == {"": "needs_another"}


def test_standing_in_is_not_passed_on(play: Play) -> None:
    play.reach("consult")
    play.stands_in(MEHMET, for_=SANNE, first=TODAY, last=TODAY)
    play.employs(IRIS)
    other = Actor("U10", "Ot Prins", (Role.TEACHER,))
    play.employs(other)
    play.stands_in(other, for_=MEHMET, first=TODAY, last=TODAY)
    assert play.refused_to(lambda: play.opens(other)) == NO_SUCH_CASE


def test_both_are_told_and_it_is_kept_who_arranged_it(play: Play) -> None:
    assert play.stands_in(MEHMET, for_=SANNE, first=FIRST, last=LAST, by=FATIMA) == {SANNE, MEHMET}


def test_only_a_school_leader_arranges_it_for_somebody_else(play: Play) -> None:
    for by in (KARIN, MEHMET, DIRK):
        assert set(play.refused_to(partial(play.stands_in, BEA, for_=SANNE, first=FIRST, last=LAST, by=by))) == {""}


@pytest.mark.parametrize("deputy", [SANNE, STRANGER])
def test_the_deputy_is_a_colleague(play: Play, deputy: Actor) -> None:
    said = play.refused_to(lambda: play.stands_in(deputy, for_=SANNE, first=FIRST, last=LAST))
    assert said == {"deputy": "not_of_this_school"}


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (TODAY - timedelta(9), TODAY - timedelta(1))])
def test_the_period_lies_ahead(play: Play, first: date, last: date) -> None:
    said = play.refused_to(lambda: play.stands_in(MEHMET, for_=SANNE, first=first, last=last))
    assert said == {"last_day": "wrong_period"}


@pytest.mark.rule("G3")
def test_a_deputy_of_a_role_that_reads_is_announced_recorded_and_shown_like_the_role(play: Play) -> None:
    play.employs(IRIS)
    play.now += timedelta(minutes=1)
    told = play.stands_in(MEHMET, for_=KARIN, first=TODAY, last=LAST)
    assert told == {KARIN, MEHMET, FATIMA, IRIS}
    view = play.sees_roles(FATIMA)
    [change] = [one for one in view.changes if one.stands_in_for]
    assert (change.role, change.is_given, change.by) == (Role.CARE_COORDINATOR, True, play.person(KARIN).id)
    assert (change.person, change.stands_in_for) == (play.person(MEHMET).id, play.person(KARIN).id)
    assert [(one.deputy, one.last_day) for one in view.deputies] == [(play.person(MEHMET).id, LAST)]
    assert play.stands_in(IRIS, for_=SANNE, first=TODAY, last=LAST) == {SANNE, IRIS}, "a teacher's reads her own"


@pytest.mark.parametrize("by", [KARIN, MEHMET, FATIMA])
def test_a_deputyship_is_ended_at_once_by_either_or_the_leader(play: Play, by: Actor) -> None:
    play.reach("consult")
    play.stands_in(MEHMET, for_=KARIN, first=TODAY, last=LAST)
    assert play.opens(MEHMET).lines
    assert play.changes_deputy(by) == {KARIN, MEHMET, FATIMA} - ({by} if by is FATIMA else set())
    assert play.refused_to(lambda: play.opens(MEHMET)) == NO_SUCH_CASE
    changes = play.sees_roles(FATIMA).changes
    assert [one.is_given for one in changes if one.stands_in_for] == [False, True]
    assert play.refused_to(lambda: play.changes_deputy(by)) == {"": "deputy_gone"}


def test_a_period_is_changed_by_who_is_replaced_and_the_leader_and_not_by_the_deputy(play: Play) -> None:
    play.stands_in(MEHMET, for_=KARIN, first=TODAY, last=LAST)
    later = LAST + timedelta(days=3)
    assert set(play.refused_to(lambda: play.changes_deputy(MEHMET, last=later))) == {""}
    assert play.refused_to(lambda: play.changes_deputy(SANNE, last=later)) == {"": "deputy_gone"}
    assert play.changes_deputy(KARIN, last=later) == {KARIN, MEHMET, FATIMA}
    assert play.changes_deputy(FATIMA, last=LAST) == {KARIN, MEHMET}
    assert [one.last_day for one in play.sees_roles(FATIMA).deputies] == [LAST]
    too_long = {"last_day": "wrong_period"}
    assert play.refused_to(lambda: play.changes_deputy(KARIN, last=TODAY + timedelta(days=84))) == too_long


def test_nobody_lends_themselves_a_role_and_not_for_more_than_twelve_weeks(play: Play) -> None:
    said = play.refused_to(lambda: play.stands_in(FATIMA, for_=KARIN, first=FIRST, last=LAST, by=FATIMA))
    assert said == {"deputy": "own_deputy"}
    last = FIRST + timedelta(days=84)
    said = play.refused_to(lambda: play.stands_in(MEHMET, for_=KARIN, first=FIRST, last=last))
    assert said == {"last_day": "wrong_period"}


@pytest.mark.rule("G3")
def test_a_cluster_director_never_reads_also_not_as_a_deputy_from_before(play: Play) -> None:
    play.reach("consult")
    for person in (KARIN, SANNE):
        said = play.refused_to(partial(play.stands_in, DIRK, for_=person, first=TODAY, last=LAST))
        assert said == {"deputy": "director_reads_not"}
    school, director = play.header().school, play.person(DIRK).id
    stored = [Deputy(school, play.person(person).id, director, TODAY, LAST) for person in (KARIN, SANNE)]
    with play.transaction() as uow:
        for one in stored:
            uow.staff.appoint_deputy(one, one.person, play.now)
    assert play.refused_to(lambda: play.opens(DIRK)) == NO_SUCH_CASE


# handing over


@pytest.mark.parametrize("by", [SANNE, KARIN, FATIMA])
@pytest.mark.parametrize("step", ["signals", "decide"])
def test_a_case_that_was_handed_over_is_the_new_teachers_alone(play: Play, by: Actor, step: str) -> None:
    play.reach(step)
    play.calls_in(FATIMA)
    play.opens(SANNE)
    before = play.entries()
    told = play.record("handed_over", by=by, new_teacher=MEHMET).told
    assert told >= {MEHMET, KARIN} - {by}
    assert (SANNE in told) is (by != SANNE), "the former teacher is told, and nobody of what they did themselves"
    assert (BEA in told) is (step == "signals"), "who reads the case at this step"
    assert play.refused_to(lambda: play.opens(SANNE)) == NO_SUCH_CASE
    assert play.refused("note", by=SANNE) == NO_SUCH_CASE
    assert play.opens(MEHMET).lines
    assert play.entries()[:-1] == before
    assert play.entries()[-1].answers["new_teacher"] == str(play.person(MEHMET).id)
    assert play.person(SANNE).id in {reading.reader for reading in play.readings()}
    assert play.state().step == step
    again = play.record("signal", by=SANNE).saved
    assert (again.code, again.may_open) == (play.code, False), "they add to it, and read nothing (S1.6)"


@pytest.mark.parametrize("to", [SANNE, KARIN, BEA, FATIMA, DIRK])
def test_a_case_is_handed_over_to_another_teacher_only(play: Play, to: Actor) -> None:
    play.reach("consult")
    assert play.refused("handed_over", by=KARIN, new_teacher=to) == NO_TEACHER


@pytest.mark.parametrize("to", [STRANGER, ""])
def test_a_case_is_handed_over_to_a_colleague(play: Play, to: Actor | str) -> None:
    play.reach("consult")
    assert set(play.refused("handed_over", by=KARIN, new_teacher=to)) == {"new_teacher"}


def test_the_deputy_who_takes_over_the_group_gets_the_case(play: Play) -> None:
    play.reach("consult")
    play.stands_in(MEHMET, for_=SANNE, first=TODAY, last=TODAY)
    play.record("handed_over", by=KARIN, new_teacher=MEHMET)
    assert play.header().teachers == {play.person(MEHMET).id}


def test_who_only_stands_in_for_a_teacher_gets_no_case_for_good(play: Play) -> None:
    play.reach("consult")
    play.stands_in(BEA, for_=MEHMET, first=TODAY, last=TODAY)
    assert play.refused("handed_over", by=KARIN, new_teacher=BEA) == NO_TEACHER


def test_a_case_that_a_care_coordinator_reported_goes_on_after_handing_over(play: Play) -> None:
    play.signal(by=KARIN)
    play.record("handed_over", by=KARIN, new_teacher=MEHMET)
    play.reach("report")
    assert play.state().status is Status.OPEN


# leaving


def test_a_case_whose_teacher_left_is_noticed_and_told_of_once_a_week(play: Play) -> None:
    play.reach("consult")
    assert play.leaves(SANNE) == {KARIN, FATIMA}
    assert play.looks_for_abandoned_cases() == set()
    play.comes(TODAY + timedelta(days=4))
    assert play.looks_for_abandoned_cases() == set()
    play.comes(TODAY + timedelta(days=7))
    assert play.looks_for_abandoned_cases() == {KARIN, FATIMA}
    play.record("handed_over", by=FATIMA, new_teacher=MEHMET)
    play.comes(TODAY + timedelta(days=14))
    assert play.looks_for_abandoned_cases() == set()


def test_who_left_reads_and_does_nothing_until_they_are_back(play: Play) -> None:
    play.reach("consult")
    play.leaves(SANNE)
    for act in (lambda: play.opens(SANNE), lambda: play.record("anonymous_summary", by=SANNE)):
        assert play.refused_to(act) == {"": "unknown_person"}
    play.leaves(SANNE, is_gone=False)
    assert play.opens(SANNE).lines


def test_a_case_that_waits_for_a_role_that_nobody_has_is_noticed(play: Play) -> None:
    play.signal()
    play.misses(KARIN, BEA)
    assert play.looks_for_abandoned_cases() == {FATIMA}
    assert play.messages()[-1].payload["missing_roles"] == ["care_coordinator", "confidant"]
    play.employs(IRIS)
    play.comes(TODAY + timedelta(days=7))
    assert play.looks_for_abandoned_cases() == set()


@pytest.mark.parametrize("how", ["account", "role", "file"])
def test_the_last_of_a_role_is_missed_at_once_by_leader_and_director(play: Play, how: str) -> None:
    play.employs(IRIS)
    assert DIRK not in play.leaves(IRIS), "there is another"
    ways: dict[str, Callable[[Actor], object]] = {
        "account": play.leaves,
        "role": play.loses_roles,
        "file": play.misses,
    }
    ways[how](KARIN)
    vacant = [row for row in play.messages() if row.kind == "role_vacant"]
    assert {play.actors[row.recipient] for row in vacant} == {FATIMA, DIRK}
    assert {tuple(row.payload["roles"]) for row in vacant} == {("care_coordinator",)}


def test_a_closed_case_is_not_looked_after(play: Play) -> None:
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    assert play.leaves(SANNE) == set()


def test_a_deputy_minds_the_case_of_who_left(play: Play) -> None:
    play.reach("consult")
    play.stands_in(MEHMET, for_=SANNE, first=TODAY, last=LAST)
    assert play.leaves(SANNE) == set()
    assert play.opens(MEHMET).lines
