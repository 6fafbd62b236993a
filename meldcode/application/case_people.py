"""The people of a case: who acts in it, who is called in, and from whom it is hidden (G3, G12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, in_school, is_called_by_part, may, relation_to, roles_in_case
from meldcode.domain.case.header import CALLED_IN, EXCLUDED, FORMER_TEACHER, NAMED, CaseHeader
from meldcode.domain.events import WorklistChanged
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person
from meldcode.domain.worklist import Assignee, assignees_of


@dataclass(frozen=True)
class Shown:
    """Whose cases somebody sees on their worklist, and which of these are hidden from them."""

    assignees: tuple[Assignee, ...]
    hidden: frozenset[CaseId] = frozenset()


def plan_of(uow: UnitOfWork, case: CaseHeader) -> Plan:
    """Return the plan that the case runs under."""
    return uow.plans.get(case.plan, case.plan_version)


def staff_of(uow: UnitOfWork, case: CaseHeader) -> list[Person]:
    """Return the staff of the case's school and who took over a role from elsewhere, without who is excluded."""
    staff = {person.id: person for person in uow.staff.of_school(case.school)}
    elsewhere = {one.person for one in case.stand_ins} - staff.keys()
    everybody = [*staff.values(), *(uow.staff.get(person) for person in elsewhere)]
    return [person for person in everybody if person.has_role and person.id not in case.excluded]


def acting_as(uow: UnitOfWork, case: CaseHeader, plan: Plan, roles: Collection[Role]) -> list[Person]:
    """Return who acts in the case in one of these roles; as `teacher` only its own."""
    return [person for person in staff_of(uow, case) if not roles_in_case(person, case, plan).isdisjoint(roles)]


def call_in(uow: UnitOfWork, case: CaseHeader, plan: Plan, people: Iterable[Person]) -> CaseHeader:
    """Let these people read the case from now on, as far as their roles read cases at all; return it as it is then."""
    called = {person.id for person in people if is_called_by_part(person, case, plan)}
    if not called:
        return case
    uow.cases.add_parts(case.id, called, CALLED_IN)
    assignees = frozenset(Assignee(case.school, str(person)) for person in called)
    uow.worklists.follow(case, assignees)
    uow.emit(WorklistChanged(case.school, assignees))
    return replace(case, called_in=case.called_in | called)


def keep_named(uow: UnitOfWork, case: CaseHeader, people: Collection[str]) -> CaseHeader:
    """Keep that these people are named in an entry, so that they can answer that; return the case as it is then."""
    named = {person.id for person in staff_of(uow, case) if str(person.id) in people} if people else set()
    if not named:
        return case
    uow.cases.add_parts(case.id, named, NAMED)
    return replace(case, named=case.named | named)


def escalate_to(uow: UnitOfWork, case: CaseHeader, plan: Plan, people: Iterable[Person]) -> CaseHeader:
    """Call in whom an escalation reaches, if they may not read the case already; return it as it is then."""
    return call_in(uow, case, plan, [person for person in people if not reads(person, case, plan)])


def reads(person: Person, case: CaseHeader, plan: Plan) -> bool:
    """Tell whether this person may read the case."""
    return may(Permission.READ, relation_to(person, case), plan)


def kept_from(case: CaseHeader, people: Collection[PersonId]) -> CaseHeader:
    """Return the case as it would be with these people excluded: their deputies have no part in it through them."""
    return replace(case, excluded=case.excluded | {*people})


def is_kept_from(person: Person, case: CaseHeader, plan: Plan) -> bool:
    """Tell whether this person, or whom they stand in for, is excluded and nothing else lets them read it (G12)."""
    return not case.excluded.isdisjoint({person.id, *person.acts_for(case.school)}) and not reads(person, case, plan)


def shown_to(uow: UnitOfWork, person: Person) -> Shown:
    """Return what this person's worklist shows: cases of their own only while they may open cases."""
    plan = uow.plans.current()
    acts_for = {person.id}.union(*(membership.stands_in_for for membership in person.memberships.values()))
    parts = uow.cases.parts_of(acts_for)
    own = [
        one
        for one in assignees_of(person)
        if one.teacher is None or may(Permission.OPEN, in_school(person, one.school), plan)
    ]
    acting = [part for part in parts if part.person == person.id and part.part != FORMER_TEACHER]
    elsewhere = {part.school for part in acting} - person.memberships.keys()
    assignees = (*own, *(Assignee(school, str(person.id)) for school in elsewhere))
    return Shown(assignees, _hidden(uow, person, {part.case for part in parts if part.part == EXCLUDED}))


def hidden_from(uow: UnitOfWork, person: Person) -> frozenset[CaseId]:
    """Return the cases that nothing may show this person, not even a count (G12)."""
    return shown_to(uow, person).hidden


def _hidden(uow: UnitOfWork, person: Person, cases: Collection[CaseId]) -> frozenset[CaseId]:
    headers = uow.cases.headers(cases) if cases else []
    return frozenset(header.id for header in headers if not reads(person, header, plan_of(uow, header)))
