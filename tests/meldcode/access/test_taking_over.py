"""G12, small schools: two roles are two people, so that somebody else can take over a role in one case."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from handlers.i18n.texts import problem
from handlers.platform import limits
from handlers.views.home import home_view
from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import record_form
from meldcode.application.cases.pupils.same_pupil import ANOTHER
from meldcode.application.home import overview
from meldcode.domain.case.state import Status
from meldcode.domain.errors import Invalid
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from tests.meldcode.playing import (
    BEA,
    DIRK,
    DOUBLE,
    FATIMA,
    KARIN,
    KEES,
    MEHMET,
    SANNE,
    WORKSPACE,
    Actor,
    Play,
)

pytestmark = pytest.mark.rule("G12")
NO_SUCH_CASE = {"": "no_such_case"}
OTHER_SCHOOL = Actor("U40", "Olga van der Berg", (Role.CARE_COORDINATOR,))


def takes_over(play: Play, who: Actor, role: str, *, by: Actor, agrees: Actor) -> set[Actor]:
    told = play.record("stood_in", by=by, stand_in=who, role_taken=role).told
    return told | play.record("stood_in_agreed", by=agrees).told


def _said(play: Play, record: str, by: Actor, present: list[Actor]) -> str:
    """What the refusal of this form says."""
    with pytest.raises(Invalid) as refused:
        play.record(record, by=by, present=present)
    return " ".join(map(problem, refused.value.problems))


def small_school(play: Play) -> None:
    """The school leader is the care coordinator too."""
    play.misses(KARIN, FATIMA)
    play.employs(DOUBLE)


def has_another_school(play: Play) -> None:
    """A colleague of another school of the same board, in the same workspace."""
    person = PersonConfig(OTHER_SCHOOL.user, OTHER_SCHOOL.name, frozenset(OTHER_SCHOOL.roles))
    apply_schools(play.store, [SchoolConfig("De Eik", "noord", people=(person,))], WORKSPACE, play.now)
    with play.transaction() as uow:
        known = uow.staff.by_identity(Identity("slack", WORKSPACE, OTHER_SCHOOL.user))
    assert known is not None
    play.actors[known.id] = OTHER_SCHOOL


def reaches_the_talk(play: Play, teacher: Actor, present: list[Actor]) -> None:
    play.record("taken_up", by=BEA)
    play.record("consultation", by=teacher, present=[teacher, BEA])
    play.record("safety", by=present[-1], present=present)


def test_without_it_the_talk_is_refused_and_the_refusal_says_what_is_missing_and_how_to_solve_it(play: Play) -> None:
    small_school(play)
    play.signal()
    reaches_the_talk(play, SANNE, [SANNE, DOUBLE])
    assert play.refused("parents_talk", by=DOUBLE, present=[DOUBLE]) == {"parents_present": "present S3.5"}
    said = _said(play, "parents_talk", DOUBLE, [DOUBLE])
    assert "Nog nodig:" in said
    assert "Eén persoon telt voor één rol." in said and "Rol overnemen" in said
    assert "Nog nodig: leerkracht." in _said(play, "pupil_talk", DOUBLE, [DOUBLE])


def test_the_confidant_takes_over_a_role_and_the_plan_goes_on_to_its_end(play: Play) -> None:
    small_school(play)
    play.signal()
    assert BEA in takes_over(play, BEA, "care_coordinator", by=SANNE, agrees=DOUBLE)
    reaches_the_talk(play, SANNE, [SANNE, BEA, DOUBLE])
    play.record("pupil_talk", by=BEA, present=[SANNE, BEA])
    play.record("parents_talk", by=BEA, present=[BEA, DOUBLE])
    play.record("weighing", by=BEA, present=[SANNE, BEA, DOUBLE])
    if play.state().step == "weigh":
        play.record("leader_told", by=BEA, present=[SANNE, BEA, DOUBLE])
    play.record("proposal", by=DOUBLE)
    assert play.refused("confirmation", by=DOUBLE) == {"": "needs_another"}
    play.record("confirmation", by=BEA)
    assert [entry.role for entry in play.entries()[-2:]] == [Role.SCHOOL_LEADER, Role.CARE_COORDINATOR]
    assert play.state().step == "report"


def test_where_the_care_coordinator_is_the_teacher_another_person_is_the_care_coordinator(play: Play) -> None:
    play.misses(KARIN)
    play.employs(KEES)
    play.signal(by=KEES)
    play.record("taken_up", by=BEA)
    play.record("consultation", by=KEES, present=[KEES, BEA])
    assert set(play.refused("safety", by=KEES, present=[KEES, FATIMA])) == {"safety_by"}
    takes_over(play, BEA, "care_coordinator", by=KEES, agrees=FATIMA)
    play.record("safety", by=BEA, present=[KEES, BEA])
    play.record("pupil_talk", by=KEES, present=[KEES, BEA])
    assert [entry.role for entry in play.entries()[-2:]] == [Role.CARE_COORDINATOR, Role.TEACHER]


@pytest.mark.parametrize(
    ("record", "answers"),
    [
        ("stood_in", {"stand_in": MEHMET, "role_taken": "care_coordinator"}),
        ("excluded", {"excluded_person": SANNE}),
    ],
)
def test_where_nobody_else_reads_the_case_the_school_leader_is_called_in_to_agree(
    play: Play, record: str, answers: dict[str, Any]
) -> None:
    """The only care coordinator is the only teacher of the group, and there is no confidant."""
    play.misses(KARIN, BEA)
    play.employs(KEES)
    play.signal(by=KEES)
    assert play.refused_to(lambda: play.opens(FATIMA)) == NO_SUCH_CASE
    assert play.record(record, by=KEES, **answers).told == {FATIMA}
    agrees = next(one.id for one in play.plan.always if one.agrees_with == record)
    play.record(agrees, by=FATIMA)
    assert play.opens(FATIMA).lines


def test_a_colleague_of_another_school_takes_part_in_this_case_alone(play: Play) -> None:
    small_school(play)
    has_another_school(play)
    other = play.record("signal", by=MEHMET, case="", first_name="Tim", last_name="Prins").code
    play.signal()
    assert play.refused_to(lambda: play.opens(OTHER_SCHOOL)) == NO_SUCH_CASE
    assert OTHER_SCHOOL in takes_over(play, OTHER_SCHOOL, "care_coordinator", by=DOUBLE, agrees=SANNE)
    assert play.opens(OTHER_SCHOOL).lines
    assert play.opens(SANNE).stand_ins == ((OTHER_SCHOOL.name, Role.CARE_COORDINATOR),)
    assert play.refused_to(lambda: play.opens(OTHER_SCHOOL, other)) == NO_SUCH_CASE
    assert OTHER_SCHOOL in play.record("taken_up", by=BEA).told
    with play.transaction() as uow:
        seen = overview(uow, actor_of(uow, OTHER_SCHOOL.identity), limits.HOME, play.now)
    assert [row.case.code for row in seen.rows] == [play.code]
    assert other not in json.dumps(home_view(seen))
    play.record("consultation", by=OTHER_SCHOOL, present=[SANNE, OTHER_SCHOOL])
    assert play.entries()[-1].role is Role.CARE_COORDINATOR


def test_whom_the_cluster_director_chooses(play: Play) -> None:
    """They choose without reading the case; somebody of the school agrees."""
    small_school(play)
    has_another_school(play)
    play.signal()
    with play.transaction() as uow:
        form = record_form(uow, actor_of(uow, DIRK.identity), play.code, "stood_in", 0, play.now)
    assert (form.shown, form.newer, form.logbook) == (None, None, None)
    before = len(play.readings())
    saved = play.record("stood_in", by=DIRK, stand_in=OTHER_SCHOOL, role_taken="care_coordinator").saved
    assert not saved.may_open and len(play.readings()) == before
    assert play.refused_to(lambda: play.opens(DIRK)) == NO_SUCH_CASE
    assert play.refused("stood_in_agreed", by=DIRK) == NO_SUCH_CASE
    assert play.refused("correction", by=DIRK, refers_to=1) == NO_SUCH_CASE
    play.record("stood_in_agreed", by=SANNE)
    assert play.opens(OTHER_SCHOOL).lines


def test_who_has_another_role_left_reads_on_at_every_step(play: Play) -> None:
    """A school leader reads from the talk on; one who was the care coordinator read this case before (G3)."""
    small_school(play)
    play.signal()
    play.record("taken_up", by=DOUBLE)
    takes_over(play, BEA, "care_coordinator", by=DOUBLE, agrees=SANNE)
    assert play.state().step == "consult"
    assert play.opens(DOUBLE).lines
    with play.transaction() as uow:
        [row] = overview(uow, actor_of(uow, DOUBLE.identity), limits.HOME, play.now).rows
    assert (row.case.code, row.record) == (play.code, None), "BEA is asked"
    play.record("excluded", by=SANNE, excluded_person=DOUBLE)
    assert play.refused_to(lambda: play.opens(DOUBLE)) == NO_SUCH_CASE


def test_a_colleague_of_another_school_is_called_by_name(play: Play) -> None:
    """Who confirms reads whom they choose; the counts and the closed logbook know who it was."""
    small_school(play)
    has_another_school(play)
    play.signal()
    play.record("taken_up", by=DOUBLE)
    play.record("stood_in", by=DOUBLE, stand_in=OTHER_SCHOOL, role_taken="care_coordinator")
    form = play.form("stood_in_agreed", by=SANNE)
    assert form.shown and [line.record.id for line in form.shown.lines] == ["stood_in"], "the proposal is shown once"
    assert OTHER_SCHOOL.name in form.shown.names.values()
    play.record("stood_in_agreed", by=SANNE)
    with play.transaction() as uow:
        counts = overview(uow, actor_of(uow, DOUBLE.identity), limits.HOME, play.now).schools[0].workloads
    asked = {(one.role, each.person.name) for one in counts for each in one.people}
    assert {name for role, name in asked if role is Role.CARE_COORDINATOR} == {OTHER_SCHOOL.name}
    play.record("ending", by=OTHER_SCHOOL, ends_as="mistake", left_on="", left_for="")
    play.record("ending_agreed", by=DOUBLE)
    assert play.state().status is Status.CLOSED
    assert OTHER_SCHOOL.name in play.opens(SANNE).names.values()


def test_two_people_appoint_them_and_neither_is_the_one(play: Play) -> None:
    small_school(play)
    play.signal()
    play.record("stood_in", by=DOUBLE, stand_in=BEA, role_taken="care_coordinator")
    assert Role.CARE_COORDINATOR not in {one.role for one in play.header().stand_ins}
    assert play.refused("stood_in_agreed", by=DOUBLE) == {"": "needs_another"}
    assert play.refused("stood_in_agreed", by=BEA) == {"": "not_about_yourself"}
    play.record("stood_in_agreed", by=SANNE, take_over_right="no")
    assert play.header().stand_ins == frozenset()


@pytest.mark.parametrize("who", [DIRK, KARIN])
def test_a_cluster_director_and_who_has_the_role_already_take_over_nothing(play: Play, who: Actor) -> None:
    play.signal()
    assert play.refused("stood_in", by=SANNE, stand_in=who, role_taken="care_coordinator") == {
        "stand_in": "no_stand_in"
    }


@pytest.mark.rule("G6")
@pytest.mark.parametrize("day", [date(2026, 5, 27), date(2026, 4, 24)], ids=["a reminder", "before a vacation"])
def test_a_case_that_is_kept_from_all_in_charge_reminds_who_reads_it(play: Play, day: date) -> None:
    """The one person with both roles is excluded, and nobody has taken them over yet."""
    small_school(play)
    play.comes(date(2026, 4, 9))
    play.signal()
    reaches_the_talk(play, SANNE, [SANNE, DOUBLE])
    play.record("excluded", by=SANNE, excluded_person=DOUBLE)
    play.record("exclusion_agreed", by=BEA)
    play.comes(day)
    assert SANNE in play.reminds()
    assert DOUBLE not in play.reminds()


def test_who_is_excluded_takes_over_nothing(play: Play) -> None:
    play.signal()
    play.record("excluded", by=SANNE, excluded_person=BEA)
    said = play.refused("stood_in", by=SANNE, stand_in=BEA, role_taken="care_coordinator")
    assert said == {"stand_in": "not_of_this_case"}


def test_it_takes_the_place_of_who_is_excluded(play: Play) -> None:
    play.signal()
    play.record("excluded", by=SANNE, excluded_person=KARIN)
    play.record("exclusion_agreed", by=BEA)
    told = takes_over(play, MEHMET, "care_coordinator", by=SANNE, agrees=BEA)
    assert MEHMET in told and KARIN not in told
    assert play.opens(MEHMET).lines
    assert MEHMET in play.signal(by=SANNE).told


def test_it_ends_with_the_case(play: Play) -> None:
    small_school(play)
    has_another_school(play)
    play.signal()
    takes_over(play, OTHER_SCHOOL, "care_coordinator", by=DOUBLE, agrees=SANNE)
    play.record("taken_up", by=OTHER_SCHOOL)
    play.record("consultation", by=SANNE, present=[SANNE, OTHER_SCHOOL])
    play.record("safety", by=DOUBLE, present=[SANNE, OTHER_SCHOOL, DOUBLE])
    play.record("pupil_talk", by=OTHER_SCHOOL, present=[SANNE, OTHER_SCHOOL])
    play.record("parents_talk", by=DOUBLE, present=[OTHER_SCHOOL, DOUBLE], suspicion="gone")
    play.record("talk_agreed", by=OTHER_SCHOOL)
    assert play.state().status is Status.CLOSED
    assert play.header().stand_ins == frozenset()
    assert play.refused_to(lambda: play.opens(OTHER_SCHOOL)) == NO_SUCH_CASE
    play.signal(same_as=ANOTHER)
    assert play.refused_to(lambda: play.opens(OTHER_SCHOOL)) == NO_SUCH_CASE


def test_the_logbook_says_who_proposed_and_who_agreed(play: Play) -> None:
    small_school(play)
    play.signal()
    takes_over(play, BEA, "care_coordinator", by=SANNE, agrees=DOUBLE)
    assert [(line.record.id, line.author) for line in play.opens(SANNE).lines[1:]] == [
        ("stood_in", SANNE.name),
        ("stood_in_agreed", DOUBLE.name),
    ]


def test_who_lost_all_roles_does_nothing_for_another_either(play: Play) -> None:
    small_school(play)
    play.signal()
    takes_over(play, BEA, "care_coordinator", by=SANNE, agrees=DOUBLE)
    play.leaves(BEA)
    assert play.refused_to(lambda: play.opens(BEA)) == {"": "unknown_person"}
    play.comes(date(2026, 3, 10))
    assert DOUBLE in play.looks_for_abandoned_cases()
