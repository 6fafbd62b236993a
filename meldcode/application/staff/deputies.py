"""Use cases about deputies (G5): appoint one, change or end the period.

A deputy of a role that reads is announced and recorded as the role itself would be, and who is replaced hears of each
change. A period is bounded, so that a wrong choice cannot read for long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from meldcode.application.actor import Actor, changing_staff
from meldcode.application.messages.staff import DeputyPeriod, RolesChanged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.roles import told_of_roles
from meldcode.domain.access.rules import Permission, in_school, may, may_stand_in
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.events import StaffChanged
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Person

LONGEST_DAYS = 84
"""Twelve weeks; then it is to be arranged again."""


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
    """A deputy who was appointed, and for whom and when; `deputy_id` is set where the period can be changed."""

    person: Person
    deputy: Person
    first_day: date
    last_day: date
    deputy_id: int = 0
    may_change: bool = False
    is_ended: bool = False


def appoint_deputy(uow: UnitOfWork, actor: Actor, command: Appoint, now: datetime) -> Appointed:
    """Appoint a deputy; for somebody else only a school leader, and not themselves. Raises Refused or Invalid."""
    actor = changing_staff(uow, actor)
    asker = actor.person
    person = _colleague(uow, actor, command.person, "person") if command.person else asker
    deputy = _colleague(uow, actor, command.deputy, "deputy")
    first, last = _period(command.first_day, command.last_day, now)
    schools = [school for school in person.memberships if person.roles_in(school) and deputy.roles_in(school)]
    if deputy.id == person.id or not schools:
        raise Invalid([Problem("deputy", "not_of_this_school")])
    if not all(may_stand_in(deputy.memberships[s].own, person.memberships[s].own) for s in schools):
        raise Invalid([Problem("deputy", "director_reads_not")])
    if person.id != asker.id and not all(_may_arrange(uow, asker, school) for school in schools):
        raise Refused("role_may_not", roles=(Role.SCHOOL_LEADER,), rule="G1")
    if deputy.id == asker.id:
        raise Invalid([Problem("deputy", "own_deputy")])
    for school in schools if uow.processed_requests.claim(command.key, now) else ():
        found = Deputy(school, person.id, deputy.id, first, last)
        uow.staff.appoint_deputy(found, asker.id, now)
        _announce(uow, actor, found, now)
    return Appointed(person, deputy, first, last)


def see_deputy(uow: UnitOfWork, actor: Actor, deputy: str, now: datetime) -> Appointed:
    """Return a deputyship that the actor may end. Raises Refused."""
    found = _stored(uow, actor, deputy, now)
    return _shown(uow, actor, found)


def change_deputy(uow: UnitOfWork, actor: Actor, deputy: str, first: str, last: str, now: datetime) -> Appointed:
    """Give a deputyship another period: who is replaced, or a school leader, but not the deputy. Refused or Invalid."""
    actor = changing_staff(uow, actor)
    found = _stored(uow, actor, deputy, now)
    if not _may_change(uow, actor, found):
        raise Refused("role_may_not", roles=(Role.SCHOOL_LEADER,), rule="G1")
    period = _period(first, last, now)
    changed = replace(found, first_day=period[0], last_day=period[1])
    if changed != found:
        uow.staff.change_deputy(changed, actor.person.id, now)
        _announce(uow, actor, changed, now)
    return _shown(uow, actor, changed)


def end_deputy(uow: UnitOfWork, actor: Actor, deputy: str, now: datetime) -> Appointed:
    """End a deputyship at once: who is replaced, the deputy, or a school leader. Raises Refused."""
    actor = changing_staff(uow, actor)
    found = _stored(uow, actor, deputy, now)
    uow.staff.end_deputy(found, actor.person.id, now)
    _announce(uow, actor, found, now, is_ended=True)
    return replace(_shown(uow, actor, found), is_ended=True)


def _stored(uow: UnitOfWork, actor: Actor, deputy: str, now: datetime) -> Deputy:
    today = now.astimezone(AMSTERDAM).date()
    for school in actor.person.memberships:
        for one in uow.staff.deputies(school, today):
            if str(one.id) == deputy and (actor.person.id == one.deputy or _may_change(uow, actor, one)):
                return one
    raise Refused("deputy_gone")


def _may_change(uow: UnitOfWork, actor: Actor, deputy: Deputy) -> bool:
    """Nobody gives themselves another's roles for longer (G3)."""
    if actor.person.id == deputy.deputy:
        return False
    return actor.person.id == deputy.person or _may_arrange(uow, actor.person, deputy.school)


def _shown(uow: UnitOfWork, actor: Actor, found: Deputy) -> Appointed:
    people = uow.staff.get(found.person), uow.staff.get(found.deputy)
    return Appointed(*people, found.first_day, found.last_day, found.id, _may_change(uow, actor, found))


def _announce(uow: UnitOfWork, actor: Actor, found: Deputy, now: datetime, *, is_ended: bool = False) -> None:
    """Notify the two, and those who hear of a change of the roles that are lent (G3)."""
    uow.emit(StaffChanged(found.school, frozenset({found.person, found.deputy})))
    own = uow.staff.get(found.person).memberships[found.school].own
    two = (found.person, found.deputy)
    moment = f"{found.school}/{now.isoformat()}"
    messages = [
        OutboxMessage(
            one, None, moment, DeputyPeriod(*two, found.first_day, found.last_day, one == found.deputy, is_ended)
        )
        for one in two
    ]
    if own & set(uow.plans.current().reader_roles):
        others = told_of_roles(uow, found.school, own) - {*two, actor.person.id}
        messages += [OutboxMessage(one, None, moment, RolesChanged(found.school)) for one in others]
    uow.outbox.put_all(messages, now)


def _may_arrange(uow: UnitOfWork, person: Person, school: SchoolId) -> bool:
    return may(Permission.ARRANGE_DEPUTIES, in_school(person, school), uow.plans.current())


def _colleague(uow: UnitOfWork, actor: Actor, user: str, field: str) -> Person:
    person = uow.staff.by_identity(actor.colleague(user))
    if person is None:
        raise Invalid([Problem(field, "not_of_this_school")])
    return person


def _period(first_day: str, last_day: str, now: datetime) -> tuple[date, date]:
    try:
        first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
    except ValueError as error:
        raise Invalid([Problem("first_day", "no_date")]) from error
    today = now.astimezone(AMSTERDAM).date()
    if last < first or last < today or (last - first).days >= LONGEST_DAYS:
        raise Invalid([Problem("last_day", "wrong_period")])
    return first, last
