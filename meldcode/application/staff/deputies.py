"""Use cases about absence (G5): appoint a deputy, register that somebody left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from meldcode.application.actor import Actor
from meldcode.application.messages import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.left_behind import notice_without_holder
from meldcode.domain.access import Permission, in_school, may
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.events import StaffChanged
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Identity, Person

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Appoint:
    """`deputy` takes over the roles of `person` (empty: of the actor) from the first day to the last.

    Both are user ids of the actor's workspace.
    """

    key: str
    person: str
    deputy: str
    first_day: str
    last_day: str


@dataclass(frozen=True)
class Appointed:
    """A deputy who was appointed, and for whom and when."""

    person: Person
    deputy: Person
    first_day: date
    last_day: date


def appoint_deputy(uow: UnitOfWork, actor: Actor, command: Appoint, now: datetime) -> Appointed:
    """Appoint a deputy. Only a school leader can do so for somebody else. Raises Refused or Invalid."""
    asker = actor.person
    person = _colleague(uow, actor, command.person, "person") if command.person else asker
    deputy = _colleague(uow, actor, command.deputy, "deputy")
    first, last = _period(command, now)
    schools = [school for school in person.memberships if person.roles_in(school) and deputy.roles_in(school)]
    if deputy.id == person.id or not schools:
        raise Invalid([Problem("deputy", "not_of_this_school")])
    if person.id != asker.id and not all(_may_arrange(uow, asker, school) for school in schools):
        raise Refused("role_may_not", roles=(Role.SCHOOL_LEADER,), rule="G1")
    for school in schools if uow.processed_requests.claim(command.key, now) else ():
        uow.staff.appoint_deputy(Deputy(school, person.id, deputy.id, first, last), asker.id, now)
        uow.emit(StaffChanged(school, frozenset({person.id, deputy.id})))
    _notify_appointed(uow, {person.id, deputy.id}, f"{first}/{last}/{person.id}", now)
    return Appointed(person, deputy, first, last)


def leave_or_return(uow: UnitOfWork, who: Identity, *, is_gone: bool, now: datetime) -> None:
    """Register that somebody left the platform or is back, and report the cases left behind (G5)."""
    person = uow.staff.by_identity(who)
    if person is not None:
        uow.staff.set_left(person.id, now if is_gone else None)
        for school in person.memberships:
            uow.emit(StaffChanged(school, frozenset({person.id})))
        notice_without_holder(uow, now)


def _may_arrange(uow: UnitOfWork, person: Person, school: SchoolId) -> bool:
    return may(Permission.ARRANGE_DEPUTIES, in_school(person, school), uow.plans.current())


def _colleague(uow: UnitOfWork, actor: Actor, user: str, field: str) -> Person:
    person = uow.staff.by_identity(actor.colleague(user))
    if person is None:
        raise Invalid([Problem(field, "not_of_this_school")])
    return person


def _period(command: Appoint, now: datetime) -> tuple[date, date]:
    try:
        first, last = date.fromisoformat(command.first_day), date.fromisoformat(command.last_day)
    except ValueError as error:
        raise Invalid([Problem("first_day", "no_date")]) from error
    today = now.astimezone(AMSTERDAM).date()
    if last < first or last < today or (last - first).days > LONGEST_DAYS:
        raise Invalid([Problem("last_day", "wrong_period")])
    return first, last


def _notify_appointed(uow: UnitOfWork, people: set[PersonId], moment: str, now: datetime) -> None:
    for person in people:
        uow.outbox.put(OutboxMessage(person, None, moment, DeputyArranged()), now)
