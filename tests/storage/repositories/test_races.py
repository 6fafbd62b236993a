"""Two requests at the same moment lead to what one after the other would (promise 9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.deputies import Appoint, appoint_deputy, change_deputy, end_deputy
from meldcode.application.staff.roles import ChangeRoles, change_roles
from meldcode.domain.errors import Refused
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, WORKSPACE

LEADERS = ("U1", "U2")
TEACHER, LEADER = Role.TEACHER, Role.SCHOOL_LEADER


@pytest.fixture
def school(empty_store: Store) -> str:
    """The id of a school with two leaders and a teacher."""
    people = [PersonConfig(user, user, frozenset({LEADER})) for user in LEADERS]
    people.append(PersonConfig("U3", "U3", frozenset({TEACHER}), ("5",)))
    apply_schools(empty_store, [SchoolConfig("De Linde", "noord", people=tuple(people))], WORKSPACE, NOW)
    with empty_store.transaction(NOW) as uow:
        return str(uow.staff.schools()[0].id)


def at_once(store: Store, *works: Callable[[UnitOfWork], object]) -> list[str]:
    """Do these at the same moment, each in a unit of work of its own; return the refusals."""
    meet, refused = threading.Barrier(len(works)), list[str]()

    def run(work: Callable[[UnitOfWork], object]) -> None:
        try:
            with store.transaction(NOW) as uow:
                work(uow)
                with suppress(threading.BrokenBarrierError):
                    meet.wait(0.5)
        except Refused as error:
            refused.append(error.code)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return refused


def gives(school: str, by: str, to: str, *roles: Role, seen: Role) -> Callable[[UnitOfWork], object]:
    command = ChangeRoles(school, to, frozenset(roles), frozenset({seen}), ("5",) * (TEACHER in roles))
    return lambda uow: change_roles(uow, actor_of(uow, Identity("slack", WORKSPACE, by)), command, NOW)


def test_two_leaders_who_remove_each_other_leave_one(empty_store: Store, school: str) -> None:
    one, other = LEADERS
    refused = at_once(empty_store, gives(school, one, other, seen=LEADER), gives(school, other, one, seen=LEADER))
    with empty_store.transaction(NOW) as uow:
        staff = uow.staff.of_school(uow.staff.schools()[0].id)
    assert [role for person in staff for membership in person.memberships.values() for role in membership.own].count(
        LEADER
    ) == 1
    assert len(refused) == 1


def test_two_changes_of_one_person_are_not_mixed(empty_store: Store, school: str) -> None:
    one, other = LEADERS
    more = (TEACHER, Role.CONFIDANT), (TEACHER, Role.CARE_COORDINATOR)
    works = [gives(school, by, "U3", *roles, seen=TEACHER) for by, roles in zip((one, other), more, strict=True)]
    assert at_once(empty_store, *works) == ["roles_changed_meanwhile"]


def test_a_deputyship_that_is_ended_meanwhile_is_not_prolonged(empty_store: Store, school: str) -> None:
    one, other = (Identity("slack", WORKSPACE, user) for user in LEADERS)
    days = [str(NOW.date() + timedelta(days)) for days in (0, 3, 9)]
    with empty_store.transaction(NOW) as uow:
        appoint_deputy(uow, actor_of(uow, one), Appoint("R1", "", LEADERS[1], *days[:2]), NOW)
        [found] = uow.staff.deputies(UUID(school), NOW.date())
    which = str(found.id)
    refused = at_once(
        empty_store,
        lambda uow: end_deputy(uow, actor_of(uow, other), which, NOW),
        lambda uow: change_deputy(uow, actor_of(uow, one), which, days[0], days[2], NOW),
    )
    with empty_store.transaction(NOW) as uow:
        assert not uow.staff.deputies(UUID(school), NOW.date())
    assert refused in ([], ["deputy_gone"])
