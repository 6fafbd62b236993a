"""What lies on somebody's desks: kept when an entry is stored, and read for their Home tab without opening a case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from meldcode.access import Action, in_school, may
from meldcode.calendar import DAY
from meldcode.case import Entry, PersonId, State, Status, fold
from meldcode.cases_port import CaseHeader
from meldcode.people import AMSTERDAM, Person, School
from meldcode.plan import Plan, Role, Step
from meldcode.ports import Transaction
from meldcode.schedule import appointments, calendar_of
from meldcode.turns import Desk, Lying, Minded, Promise, desks_of, turns_of

MOST_IN_WEEK = 30
MOST_MINDED = 15


@dataclass(frozen=True)
class Week:
    """What somebody must do this week: steps with their last day (or one that has passed), and appointments.

    `is_all` says that nothing was left out.
    """

    today: date
    due: tuple[Lying, ...] = ()
    promises: tuple[Promise, ...] = ()
    is_all: bool = True


@dataclass(frozen=True)
class AtStep:
    """How many open cases stand at a step; `overdue` of them are past their day."""

    step: Step
    open: int
    overdue: int


@dataclass(frozen=True)
class Minding:
    """How many cases wait for these people: the holders of a role, or (without `role`) a teacher with their own."""

    role: Role | None
    people: tuple[Person, ...]
    count: int
    overdue: int


@dataclass(frozen=True)
class InSchool:
    """What whoever leads the school sees of it: open cases at each step, and for whom they wait (G2)."""

    school: School
    steps: tuple[AtStep, ...]
    minding: tuple[Minding, ...]


def keep_turns(tx: Transaction, case: CaseHeader, plan: Plan, state: State, entries: Sequence[Entry]) -> None:
    """Keep on which desks the case lies after an entry, and the appointments that lie ahead."""
    today = entries[-1].written_at.astimezone(AMSTERDAM).date()
    calendar = calendar_of(tx.people.school(case.school))
    ahead = [one for one in appointments(plan, entries) if one.day >= today] if state.status is Status.OPEN else []
    tx.turns.keep(case, tuple(turns_of(plan, state, case.school, case.teachers, calendar)), ahead)


def place_all(tx: Transaction, limit: int, trouble: Callable[[Exception], object]) -> int:
    """Put cases that an earlier version of this program stored on their desks, and return how many; 0 when all lie.

    A case that cannot be read holds up no other: `trouble` hears of it.
    """
    return sum(_is_placed(tx, case, trouble) for case in tx.turns.unplaced(limit))


def _is_placed(tx: Transaction, case: CaseHeader, trouble: Callable[[Exception], object]) -> bool:
    try:
        plan, entries = tx.plans.get(case.plan, case.plan_version), tx.cases.contents(case.id).entries
        keep_turns(tx, case, plan, fold(plan, entries), entries)
    except Exception as error:
        trouble(error)
        return False
    return True


def people_at(tx: Transaction, desks: Collection[Desk]) -> set[PersonId]:
    """Return who works at these desks today, and whose own they are even if they have no role (any more)."""
    changed = frozenset(desks)
    owners = {desk.teacher for desk in changed if desk.teacher}
    staff = (person for school in {desk.school for desk in changed} for person in tx.people.of_school(school))
    return owners | {person.id for person in staff if not changed.isdisjoint(desks_of(person))}


def desks_to_see(tx: Transaction, person: Person) -> list[Desk]:
    """Return the desks whose cases this person may see: their own only with a role in which one can have a case."""
    plan = tx.plans.current()
    return [d for d in desks_of(person) if d.teacher is None or may(Action.OPEN, in_school(person, d.school), plan)]


def week_of(tx: Transaction, person: Person, now: datetime) -> Week:
    """Return what this person must do from now to Sunday, and what they should have done before."""
    today = now.astimezone(AMSTERDAM).date()
    sunday = today + (7 - today.isoweekday()) * DAY
    due = tx.turns.due(desks_to_see(tx, person), sunday, MOST_IN_WEEK + 1)
    promises = tx.turns.promises(desks_of(person), (today, sunday), MOST_IN_WEEK + 1)
    is_all = max(len(due), len(promises)) <= MOST_IN_WEEK
    return Week(today, tuple(due[:MOST_IN_WEEK]), tuple(promises[:MOST_IN_WEEK]), is_all)


def schools_led(tx: Transaction, person: Person, now: datetime) -> Iterator[InSchool]:
    """Yield how it is in each school that this person leads."""
    today = now.astimezone(AMSTERDAM).date()
    for school, membership in person.memberships.items():
        if may(Action.OVERSEE, in_school(person, school), tx.plans.current()):
            counts = tx.turns.steps(Desk(school, Role.SCHOOL_LEADER), today)
            steps = [AtStep(tx.plans.get(c.plan, c.plan_version).step(c.step), c.open, c.overdue) for c in counts]
            staff = tx.people.of_school(school)
            minding = [_minding(one, staff) for one in tx.turns.minded(school, today, MOST_MINDED)]
            yield InSchool(membership.school, tuple(sorted(steps, key=lambda at: at.step.number)), tuple(minding))


def _minding(minded: Minded, staff: Sequence[Person]) -> Minding:
    """With whoever holds the desk now; nobody, when a role has no holder or the teacher is gone."""
    school, holder, teacher = minded.desk.school, minded.desk.holder, minded.desk.teacher
    if teacher is None:
        people = [person for person in staff if Role(holder) in person.roles_in(school)]
        return Minding(Role(holder), tuple(people), minded.count, minded.overdue)
    own = tuple(person for person in staff if person.id == teacher)
    return Minding(None, own, minded.count, minded.overdue)
