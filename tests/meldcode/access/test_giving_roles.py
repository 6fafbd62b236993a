"""Roles are given and taken: nobody gives themselves one, a school keeps a leader, everybody concerned is told (G3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from meldcode.application.actor import actor_of
from meldcode.application.staff.left_behind import notice_left_behind
from meldcode.application.staff.roles import Changed, ChangeRoles, change_roles, missing_roles, role_form, see_roles
from meldcode.domain.plan.roles import Role
from storage.db.schema import case_keys, cases
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, SANNE, STRANGER, Actor, Play

pytestmark = pytest.mark.rule("G3")
KIM = Actor("U20", "Kim Vos", (Role.SCHOOL_LEADER,))
NOT_YOURS = {"": "not_your_roles"}


def gives(play: Play, by: Actor, to: Actor, *roles: Role, **changed: Any) -> tuple[Changed, set[Actor]]:
    """Somebody makes these all the roles of a colleague; returns who were told too."""
    play.now += timedelta(minutes=1)
    play.staff += [to] if to.user not in {one.user for one in play.staff} else []
    command = replace(_command(play, to, roles), **changed)
    return _changed_by(play, by, command)


def _changed_by(play: Play, by: Actor, command: ChangeRoles) -> tuple[Changed, set[Actor]]:
    return play._told_by(lambda uow: change_roles(uow, actor_of(uow, by.identity), command, play.now))


def _command(play: Play, to: Actor, roles: Iterable[Role]) -> ChangeRoles:
    with play.transaction() as uow:
        [school] = uow.staff.schools()
        known = uow.staff.by_identity(to.identity)
    place = known.memberships.get(school.id) if known else None
    seen = place.own if place else frozenset()
    name = "" if known else to.name
    return ChangeRoles(str(school.id), to.user, frozenset(roles), seen, name=name)


def roles_of(play: Play, actor: Actor) -> set[Role]:
    [school] = play.person(actor).memberships or [None]
    return set(play.person(actor).roles_in(school)) if school else set()


@pytest.mark.parametrize("by", [FATIMA, DIRK])
def test_a_school_leader_and_a_cluster_director_give_and_take_roles(play: Play, by: Actor) -> None:
    gives(play, by, MEHMET, Role.TEACHER, Role.CONFIDANT)
    assert roles_of(play, MEHMET) == {Role.TEACHER, Role.CONFIDANT}
    gives(play, by, MEHMET)
    assert roles_of(play, MEHMET) == set()


@pytest.mark.parametrize("by", [SANNE, KARIN, BEA, MEHMET])
def test_nobody_else_gives_roles(play: Play, by: Actor) -> None:
    assert play.refused_to(lambda: gives(play, by, MEHMET, Role.CONFIDANT)) == NOT_YOURS
    with play.transaction() as uow:
        [school] = uow.staff.schools()
    assert play.refused_to(lambda: _form(play, by, str(school.id))) == NOT_YOURS


def _form(play: Play, by: Actor, school: str) -> object:
    with play.transaction() as uow:
        return role_form(uow, actor_of(uow, by.identity), school, MEHMET.user)


@pytest.mark.parametrize("school", ["", "De Linde", "00000000-0000-0000-0000-000000000000", "x" * 300])
def test_a_school_that_is_not_theirs_is_refused(play: Play, school: str) -> None:
    assert play.refused_to(lambda: gives(play, FATIMA, MEHMET, Role.CONFIDANT, school=school)) == NOT_YOURS


def test_somebody_new_gets_a_place_a_name_and_groups(play: Play) -> None:
    gives(play, FATIMA, KIM, Role.TEACHER, groups=("3", "4"))
    person = play.person(KIM)
    [membership] = person.memberships.values()
    assert (person.name, membership.own, membership.groups) == ("Kim Vos", frozenset({Role.TEACHER}), ("3", "4"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "Kim\x00"}, "name"),
        ({"roles": frozenset()}, "roles"),
        ({"groups": ("x" * 21,)}, "groups"),
        ({"groups": tuple("abcdefghijklm")}, "groups"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(play: Play, changed: dict[str, Any], field: str) -> None:
    assert set(play.refused_to(lambda: gives(play, FATIMA, KIM, Role.TEACHER, **changed))) == {field}


def test_whoever_is_known_keeps_their_name(play: Play) -> None:
    gives(play, FATIMA, MEHMET, Role.CONFIDANT, name="Iemand Anders")
    assert play.person(MEHMET).name == MEHMET.name


@pytest.mark.parametrize("by", [FATIMA, DIRK])
def test_nobody_gives_themselves_a_role(play: Play, by: Actor) -> None:
    refused = play.refused_to(lambda: gives(play, by, by, *by.roles, Role.CARE_COORDINATOR))
    assert refused == {"": "own_roles"}
    swapped = play.refused_to(lambda: gives(play, by, by, Role.CARE_COORDINATOR))
    assert swapped == {"": "own_roles"}


def test_anybody_who_administers_lays_a_role_down(play: Play) -> None:
    gives(play, DIRK, DIRK)
    assert roles_of(play, DIRK) == set()


@pytest.mark.parametrize("by", [FATIMA, DIRK])
def test_the_last_school_leader_stays(play: Play, by: Actor) -> None:
    assert play.refused_to(lambda: gives(play, by, FATIMA)) == {"": "last_school_leader"}
    gives(play, by, KIM, Role.SCHOOL_LEADER)
    gives(play, by, FATIMA)
    assert roles_of(play, FATIMA) == set()


def test_a_school_leader_who_left_does_not_count_as_one(play: Play) -> None:
    play.employs(KIM)
    play.leaves(KIM)
    assert play.refused_to(lambda: gives(play, FATIMA, FATIMA)) == {"": "last_school_leader"}


def test_who_stands_in_for_the_leader_is_not_the_leader_that_a_school_keeps(play: Play) -> None:
    play.stands_in(KARIN, for_=FATIMA, first=play.now.date(), last=play.now.date())
    assert play.refused_to(lambda: gives(play, FATIMA, FATIMA)) == {"": "last_school_leader"}
    refused = play.refused_to(lambda: gives(play, KARIN, KARIN, Role.CARE_COORDINATOR, Role.SCHOOL_LEADER))
    assert refused == {"": "own_roles"}


def test_giving_roles_gives_no_reading(play: Play) -> None:
    play.signal()
    gives(play, DIRK, MEHMET, Role.TEACHER, Role.CARE_COORDINATOR)
    assert play.refused_to(lambda: play.opens(DIRK)) == {"": "no_such_case"}
    assert play.opens(MEHMET).lines


def test_whoever_loses_every_role_reads_nothing_any_more_their_own_neither(play: Play) -> None:
    play.signal(by=SANNE)
    gives(play, FATIMA, SANNE)
    assert play.refused_to(lambda: play.opens(SANNE)) == {"": "unknown_person"}
    gives(play, FATIMA, SANNE, Role.CLUSTER_DIRECTOR)
    assert play.refused_to(lambda: play.opens(SANNE)) == {"": "no_such_case"}
    assert play.looks_for_abandoned_cases() == {KARIN, FATIMA}


@pytest.mark.rule("G5")
def test_what_is_noticed_week_after_week_without_school_is_told_once_when_it_opens(play: Play) -> None:
    """From the evening of the last school day on, and in both weeks of the vacation."""
    play.comes(date(2026, 12, 14))
    play.signal(by=SANNE)
    for day in (date(2026, 12, 18), date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4)):
        play.comes(day)
        play.now += timedelta(hours=9 if day.month == 12 else 0)
        play.leaves(SANNE)
    told = [message for message in play.messages() if message.kind == "without_holder"]
    assert sorted(play.actors[message.recipient].name for message in told) == sorted([FATIMA.name, KARIN.name])


def test_a_left_case_that_cannot_be_read_does_not_hide_the_next(play: Play) -> None:
    first = play.signal(by=SANNE).code
    play.signal(by=SANNE, first_name="Tim")
    with play.engine.begin() as connection:
        case = connection.scalar(select(cases.c.id).where(cases.c.code == first))
        connection.execute(delete(case_keys).where(case_keys.c.case == case))
    gives(play, FATIMA, SANNE, Role.CLUSTER_DIRECTOR)
    play.restarts()
    troubles: list[Exception] = []
    with play.transaction() as uow:
        assert notice_left_behind(uow, None, play.now, trouble=troubles.append)
    told = {message.case for message in play.messages() if message.kind == "without_holder"}
    assert ([type(error) for error in troubles], len(told)) == ([KeyError], 1)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((), (Role.TEACHER,), {FATIMA}),
        ((), (Role.CONFIDANT,), {FATIMA, KARIN}),
        ((Role.CONFIDANT,), (), {FATIMA, KARIN}),
        ((), (Role.CLUSTER_DIRECTOR,), {FATIMA}),
    ],
)
def test_everybody_concerned_is_told(
    play: Play, before: tuple[Role, ...], after: tuple[Role, ...], told: set[Actor]
) -> None:
    kim = Actor(KIM.user, KIM.name, before)
    play.employs(replace(kim, roles=(*before, Role.TEACHER)))
    gives(play, DIRK, kim, *before)
    changed, sent = gives(play, DIRK, kim, *after)
    assert {actor.name for actor in sent} == {actor.name for actor in told} | {KIM.name}
    assert {person.name for person in changed.notified} == {actor.name for actor in sent}


def test_the_message_says_only_that_something_changed(play: Play) -> None:
    gives(play, DIRK, MEHMET, Role.TEACHER, Role.CONFIDANT)
    message = play.messages()[-1]
    with play.transaction() as uow:
        [school] = uow.staff.schools()
    assert (message.kind, message.payload) == ("roles", {"school": str(school.id)})


def test_the_same_submission_again_changes_and_tells_nothing_more(play: Play) -> None:
    command = _command(play, MEHMET, [Role.CONFIDANT])
    first, told = _changed_by(play, FATIMA, command)
    second, told_again = _changed_by(play, FATIMA, command)
    assert (first.given, first.taken) == ((Role.CONFIDANT,), (Role.TEACHER,))
    assert (second.given, second.taken, told_again) == ((), (), set())
    assert told == {MEHMET, KARIN}


def test_who_changed_the_roles_meanwhile_is_not_overruled(play: Play) -> None:
    late = _command(play, MEHMET, [Role.TEACHER, Role.CONFIDANT])
    gives(play, FATIMA, MEHMET, Role.TEACHER, Role.CARE_COORDINATOR)
    refused = play.refused_to(lambda: _changed_by(play, DIRK, late))
    assert refused == {"": "roles_changed_meanwhile"}


@pytest.mark.parametrize(("actor", "sees"), [(FATIMA, True), (DIRK, True), (KARIN, True), (BEA, False), (SANNE, False)])
def test_who_sees_what_changed_when_and_by_whom(play: Play, actor: Actor, sees: bool) -> None:
    gives(play, FATIMA, MEHMET, Role.TEACHER, Role.CONFIDANT)
    with play.transaction() as uow:
        view = see_roles(uow, actor_of(uow, actor.identity), "", 10, play.now)
    assert bool(view.changes) is sees
    if sees:
        latest = view.changes[0]
        assert latest.by is not None and latest.at == play.now
        assert (view.names[latest.person], view.names[latest.by]) == (MEHMET.name, FATIMA.name)
        assert (latest.role, latest.is_given) == (Role.CONFIDANT, True)


def test_everybody_of_the_school_sees_who_has_which_role(play: Play) -> None:
    with play.transaction() as uow:
        view = see_roles(uow, actor_of(uow, SANNE.identity), "", 10, play.now)
    assert {role: [person.name for person in view.holders[role]] for role in view.plan.roles} == {
        Role.TEACHER: [MEHMET.name, SANNE.name],
        Role.CARE_COORDINATOR: [KARIN.name],
        Role.CONFIDANT: [BEA.name],
        Role.SCHOOL_LEADER: [FATIMA.name],
        Role.CLUSTER_DIRECTOR: [DIRK.name],
    }
    assert not view.may_administer


def test_a_stranger_sees_nobodys_roles(play: Play) -> None:
    def sees() -> object:
        with play.transaction() as uow:
            return see_roles(uow, actor_of(uow, STRANGER.identity), "", 10, play.now)

    assert play.refused_to(sees) == {"": "unknown_person"}


def test_whoever_administers_hears_which_roles_nobody_has(play: Play) -> None:
    play.misses(BEA, KARIN)
    fatima, sanne = play.person(FATIMA), play.person(SANNE)
    with play.transaction() as uow:
        [missing] = missing_roles(uow, fatima)
        assert missing.roles == (Role.CARE_COORDINATOR, Role.CONFIDANT)
        assert missing_roles(uow, sanne) == ()
