"""Use case: somebody says on which days of the week they work, in each of their schools (G2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.events import StaffChanged
from meldcode.domain.staff import SCHOOL_WEEK, Person


@dataclass(frozen=True)
class SetWorkingDays:
    """The days of the week by school id, 0 is Monday."""

    days: Mapping[str, frozenset[int]]


def see_working_days(_uow: UnitOfWork, actor: Actor) -> Person:
    """Return the actor, with the days of their memberships."""
    return actor.person


def set_working_days(uow: UnitOfWork, actor: Actor, command: SetWorkingDays, _now: datetime) -> Person:
    """Store the days of the actor, and return them as they are then. Raises Refused or Invalid."""
    known = {str(school): membership for school, membership in actor.person.memberships.items() if membership.roles}
    if not command.days.keys() <= known.keys():
        raise Refused("not_your_school")
    if wrong := [school for school, days in command.days.items() if not days or not days <= set(SCHOOL_WEEK)]:
        raise Invalid([Problem(school, "no_working_day") for school in wrong])
    for name, days in command.days.items():
        school = known[name].school.id
        uow.staff.set_working_days(actor.person.id, school, days)
        uow.emit(StaffChanged(school, frozenset({actor.person.id})))
    return uow.staff.get(actor.person.id)
