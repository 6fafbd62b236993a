"""Worklists: updated when an entry is stored, and read for an overview without decrypting a case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from meldcode.application.case_people import Shown, plan_of, staff_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import ALERTED, Permission, in_school, keepers, may, roles_in_case
from meldcode.domain.calendar import AMSTERDAM, DAY, BeyondCalendar
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import State
from meldcode.domain.deadlines.appointments import late_until, school_days_late
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.events import WorklistChanged
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person, School, WithDeputies, paired, with_deputies
from meldcode.domain.worklist import (
    ROLES,
    AppointmentCount,
    Assignee,
    DatedPromise,
    ListedCase,
    Workload,
    assignees_of,
    work_items_of,
)


@dataclass(frozen=True)
class Promise:
    """An open appointment; `late` is how many school days ago it was, and `owner` sees to it, if not the reader."""

    code: str
    day: date
    late: int = 0
    owner: WithDeputies | None = None


FindDue = Callable[[date], Sequence[ListedCase]]


@dataclass(frozen=True)
class Week:
    """This person's tasks until Sunday, and overdue ones: steps with a last day, and appointments.

    `is_all` means that nothing was left out.
    """

    today: date
    due: tuple[ListedCase, ...] = ()
    promises: tuple[Promise, ...] = ()
    is_all: bool = True


@dataclass(frozen=True)
class StepTotal:
    """The number of open cases at a step; `overdue` of them are past their last day."""

    step: Step
    open: int
    overdue: int


@dataclass(frozen=True)
class RoleWorkload:
    """The number of cases that wait for the holders of a role, or (without `role`) for a teacher."""

    role: Role | None
    people: tuple[WithDeputies, ...]
    count: int
    overdue: int


@dataclass(frozen=True)
class SchoolOverview:
    """What a school leader sees: the open cases at each step, for whom they wait, and who is responsible (G2).

    `responsible` are people with the number of open cases of each; None stands for nobody.
    """

    school: School
    steps: tuple[StepTotal, ...]
    workloads: tuple[RoleWorkload, ...]
    responsible: tuple[tuple[WithDeputies | None, int], ...] = ()
    appointments: AppointmentCount | None = None


def update_worklist(uow: UnitOfWork, case: CaseHeader, plan: Plan, state: State) -> None:
    """Store whose worklists the case is on after an entry, and its appointments."""
    calendar = calendar_of(uow.staff.school(case.school))
    everybody = work_items_of(plan, state, case.school, case.teachers, calendar, _others(uow, case, plan))
    nobody = _given_away(uow, case, plan)
    items = tuple(item for item in everybody if item.assignee.holder not in nobody)
    before, after = uow.worklists.replace(case, items), {item.assignee for item in items}
    # Even if no row changed: a worklist also shows the case's step, which is stored elsewhere.
    uow.emit(WorklistChanged(case.school, before | after, before - after))
    update_appointments(uow, case, plan, state)


def _given_away(uow: UnitOfWork, case: CaseHeader, plan: Plan) -> set[str]:
    """The roles that were taken over and that nobody else has in this case: it is on the stand-in's worklist (G12)."""
    taken = {one.role for one in case.stand_ins}
    stand_ins = {one.person for one in case.stand_ins}
    others = [person for person in staff_of(uow, case) if person.id not in stand_ins] if taken else []
    return set(taken.difference(*(roles_in_case(person, case, plan) for person in others)))


def _others(uow: UnitOfWork, case: CaseHeader, plan: Plan) -> dict[PersonId, frozenset[Role]]:
    """Who reads the case although their roles do not at this step: called in, or for a role that they took over."""
    special = case.called_in | {one.person for one in case.stand_ins}
    people = [person for person in staff_of(uow, case) if person.id in special] if special else []
    roles = {person.id: roles_in_case(person, case, plan) for person in people}
    usual = {person.id: person.roles_in(case.school) & set(plan.readers_at(case.step)) for person in people}
    return {id_: held for id_, held in roles.items() if not held <= usual[id_] and held & set(plan.reader_roles)}


def update_appointments(uow: UnitOfWork, case: CaseHeader, plan: Plan, state: State) -> None:
    """Store the appointments of a case for the Home tabs and counts, by who sees to them today (S3.6)."""
    staff = staff_of(uow, case) if state.appointments else []
    owned = [replace(one, owner=_owner(one, keepers(one, case, plan, staff))) for one in state.appointments]
    if owners := uow.worklists.set_appointments(case, owned):
        uow.emit(WorklistChanged(case.school, frozenset(Assignee(case.school, str(owner)) for owner in owners)))


def _owner(one: Appointment, keepers_: Sequence[Person]) -> PersonId:
    """The heir of the case's former teacher sees to it, but a deputy does not become the owner."""
    return one.heir if one.heir in {person.id for person in keepers_} else one.owner


def list_unlisted_cases(uow: UnitOfWork, limit: int, trouble: Callable[[Exception], object]) -> int:
    """Put cases that an earlier version of the program stored on their worklists, and return how many.

    An error about one case goes to `trouble` and does not stop the others.
    """
    return sum(_is_placed(uow, case, trouble) for case in uow.worklists.cases_without_items(limit))


def _is_placed(uow: UnitOfWork, case: CaseHeader, trouble: Callable[[Exception], object]) -> bool:
    try:
        plan = plan_of(uow, case)
        update_worklist(uow, case, plan, fold(plan, uow.cases.contents(case.id).entries))
    except Exception as error:
        trouble(error)
        return False
    return True


def fill_in_responsible(uow: UnitOfWork, trouble: Callable[[Exception], object]) -> None:
    """Store who is responsible for the cases that an earlier version of the program stored; errors go to `trouble`."""
    for case in uow.cases.without_responsible():
        try:
            plan = plan_of(uow, case)
            if person := fold(plan, uow.cases.contents(case.id).entries).responsible:
                uow.cases.set_responsible(case.id, person)
        except Exception as error:
            trouble(error)


def people_assigned(uow: UnitOfWork, assignees: Collection[Assignee]) -> set[PersonId]:
    """Return the people behind these assignees today, including teachers who have no role any more."""
    changed = frozenset(assignees)
    owners = {assignee.teacher for assignee in changed if assignee.teacher}
    staff = (person for school in {assignee.school for assignee in changed} for person in uow.staff.of_school(school))
    return owners | {person.id for person in staff if not changed.isdisjoint(assignees_of(person))}


def week_of(uow: UnitOfWork, person: Person, shown: Shown, now: datetime, most: int, find_due: FindDue) -> Week:
    """Return what this person must do until Sunday or is overdue, at most `most` of each kind."""
    today = now.astimezone(AMSTERDAM).date()
    sunday = today + (7 - today.isoweekday()) * DAY
    due = find_due(sunday)
    own = {*assignees_of(person), *shown.assignees}
    unowned = [one for school in {each.school for each in own} for one in _unowned(uow, person, school)]
    promises = [
        *_promises(uow, [*own, *unowned], shown, (today, sunday), most + 1),
        *_late_beside(uow, own, unowned, shown, today, most + 1),
    ]
    promises.sort(key=lambda one: one.day)
    is_all = max(len(due), len(promises)) <= most
    return Week(today, tuple(due[:most]), tuple(promises[:most]), is_all)


def _promises(
    uow: UnitOfWork, owned: Collection[Assignee], shown: Shown, days: tuple[date, date], most: int
) -> Iterator[Promise]:
    """Yield the open appointments of these owners until the last day, the earliest first."""
    today, until = days
    for found in uow.worklists.appointments(owned, (date.min, until), most, shown.hidden):
        yield Promise(found.code, found.day, _days_late(uow, found, today))


def _late_beside(
    uow: UnitOfWork, own: Collection[Assignee], unowned: Collection[Assignee], shown: Shown, today: date, most: int
) -> Iterator[Promise]:
    """Yield the late appointments of others in the cases that this person is responsible for."""
    left = {one.teacher for one in unowned}
    for found in uow.worklists.appointments_beside(own, today - DAY, most, shown.hidden):
        late = _days_late(uow, found, today)
        if late and found.owner not in left:
            owner = with_deputies(uow.staff.get(found.owner), found.school, uow.staff.of_school(found.school))
            yield Promise(found.code, found.day, late, owner)


def _days_late(uow: UnitOfWork, found: DatedPromise, today: date) -> int:
    return school_days_late(found.day, today, calendar_of(uow.staff.school(found.school)))


def _unowned(uow: UnitOfWork, person: Person, school: SchoolId) -> list[Assignee]:
    """The owners of appointments whom nobody acts for any more, for who is reminded in their place."""
    if not person.roles_in(school) & {*ALERTED}:
        return []
    present = {owner for colleague in uow.staff.of_school(school) for owner in colleague.acts_for(school)}
    return [Assignee(school, str(owner)) for owner in uow.worklists.owners(school) - present]


def schools_led_by(person: Person, plan: Plan) -> list[School]:
    """Return the schools that this person leads, by name."""
    led = [
        one.school for id_, one in person.memberships.items() if may(Permission.OVERSEE, in_school(person, id_), plan)
    ]
    return sorted(led, key=lambda school: school.name)


def schools_led(
    uow: UnitOfWork, schools: Sequence[School], hidden: Collection[CaseId], now: datetime, most: int
) -> Iterator[SchoolOverview]:
    """Yield the figures of each of these schools, with the `most` largest workloads, for who leads them.

    They count cases that this person may not read yet (G3), and none that are hidden from them (G12).
    """
    today = now.astimezone(AMSTERDAM).date()
    for school in schools:
        counts = uow.worklists.step_counts(school.id, today, hidden)
        steps = [StepTotal(uow.plans.get(c.plan, c.plan_version).step(c.step), c.open, c.overdue) for c in counts]
        staff = uow.staff.of_school(school.id)
        workloads = [_role_workload(uow, one, staff) for one in uow.worklists.workloads(school.id, today, most, hidden)]
        yield SchoolOverview(
            school,
            tuple(sorted(steps, key=lambda at: at.step.number)),
            tuple(workloads),
            tuple(_responsible(uow, school.id, staff, hidden)),
            appointment_count(uow, school.id, today, hidden),
        )


def appointment_count(
    uow: UnitOfWork, school: SchoolId, today: date, hidden: Collection[CaseId] = (), before: datetime | None = None
) -> AppointmentCount | None:
    """Return how many appointments are open in a school and late, of cases opened `before`; None without any (S3.6)."""
    try:
        late = late_until(today, calendar_of(uow.staff.school(school)))
    except BeyondCalendar:
        late = today - DAY
    found = uow.worklists.appointment_count(school, late, hidden, before)
    return found if found.open else None


def _responsible(
    uow: UnitOfWork, school: SchoolId, staff: Sequence[Person], hidden: Collection[CaseId]
) -> Iterator[tuple[WithDeputies | None, int]]:
    """Yield who has how many open cases, then how many nobody has or only who lost the role."""
    roles = {role for record in uow.plans.current().taking_charge for role in record.by}
    counts = uow.cases.responsible_counts(school, hidden)
    for person in staff:
        if person.roles_in(school) & roles and (count := counts.pop(person.id, 0)):
            yield with_deputies(person, school, staff), count
    if counts:
        yield None, sum(counts.values())


def _role_workload(uow: UnitOfWork, workload: Workload, staff: Sequence[Person]) -> RoleWorkload:
    """Add the people behind the assignee: nobody when a role has no holder or the person has left.

    Somebody of another school has the role that they took over in a case (G12).
    """
    school, holder, teacher = workload.assignee.school, workload.assignee.holder, workload.assignee.teacher
    if teacher is None:
        people = [person for person in staff if Role(holder) in person.roles_in(school)]
        return RoleWorkload(Role(holder), tuple(paired(people, school)), workload.count, workload.overdue)
    own = [person for person in staff if person.id == teacher]
    held = sorted(own[0].roles_in(school)) if own else []
    if taken := [] if own else _taken_over(uow, school, teacher):
        own, held = [uow.staff.get(teacher)], taken
    role = None if not held or Role.TEACHER in held else held[0]
    return RoleWorkload(role, tuple(with_deputies(one, school, staff) for one in own), workload.count, workload.overdue)


def _taken_over(uow: UnitOfWork, school: SchoolId, person: PersonId) -> list[Role]:
    """The roles that this person took over in cases of the school (G12)."""
    parts = [one.part for one in uow.cases.parts_of([person]) if one.school == school]
    return sorted(Role(part) for part in parts if part in ROLES)
