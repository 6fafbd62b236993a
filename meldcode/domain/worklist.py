"""Whose turn a case is: on which desks it lies, and by which day it should be done there.

Computed from the state when an entry is stored, and kept in indexed columns, so that a Home tab finds and sorts a page
of cases without reading them all. A desk is what a role has in one school, or a teacher's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from meldcode.domain.calendar import BeyondCalendar, SchoolCalendar
from meldcode.domain.case.state import Entry, State, Status, needed, to_act
from meldcode.domain.deadlines.reminders import counts_from, deadline
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Effect, Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person

ROLES = frozenset(Role)


class Section(IntEnum):
    """Where a case lies on a desk, what is to be done first on top.

    It `WAITS` for this desk; this desk keeps its logbook while nothing is needed (`WATCHES`, S4.6); it waits for
    others (`FOLLOWS`); or it went on as part of another case (`JOINED`).
    """

    WAITS = 0
    WATCHES = 1
    FOLLOWS = 2
    JOINED = 3


@dataclass(frozen=True)
class Assignee:
    """The desk of a role in a school, or of the teacher whose cases they are: `holder` is the role or their id."""

    school: SchoolId
    holder: str

    @property
    def teacher(self) -> PersonId | None:
        """Whose own desk it is; None for the desk of a role."""
        return None if self.holder in ROLES else PersonId(self.holder)


@dataclass(frozen=True)
class Postponed:
    """That the reminders of a case were put off until a day, and by whom (G2); why stands in the logbook alone."""

    until: date
    by: PersonId


@dataclass(frozen=True)
class WorkItem:
    """A case on a desk. `record` is what is needed there now, or nothing; `due` its last day, if it has one."""

    desk: Assignee
    place: Section
    record: str = ""
    due: date | None = None
    postponed: Postponed | None = None


@dataclass(frozen=True)
class ListedCase:
    """A case as it lies on the desks of one person: its best place among them."""

    case: CaseId
    code: str
    place: Section
    record: str
    due: date | None
    postponed: Postponed | None = None


@dataclass(frozen=True)
class StepCount:
    """How many open cases of a school stand at a step; `overdue` of them have been reminded of."""

    plan: str
    plan_version: int
    step: str
    open: int
    overdue: int


@dataclass(frozen=True)
class DatedPromise:
    """An appointment that lies ahead, with the code of its case."""

    code: str
    day: date


@dataclass(frozen=True)
class Workload:
    """How many cases wait for a desk; `overdue` of them are past their day."""

    desk: Assignee
    count: int
    overdue: int


def assignees_of(person: Person) -> list[Assignee]:
    """Return the desks at which this person works: their roles', their own, and those they stand in for (G5)."""
    return [
        Assignee(school, holder)
        for school, membership in person.memberships.items()
        for holder in (
            *sorted(membership.roles - {Role.TEACHER}),
            *sorted(str(teacher) for teacher in person.acts_for(school)),
        )
    ]


def work_items_of(
    plan: Plan, state: State, school: SchoolId, teachers: Collection[PersonId], calendar: SchoolCalendar
) -> Iterator[WorkItem]:
    """Yield on which desks the case lies: of those who may read it (G3). A closed case lies on none."""
    own = [Assignee(school, str(teacher)) for teacher in teachers]
    if state.status is Status.JOINED:
        yield from (WorkItem(desk, Section.JOINED) for desk in own)
    if state.status is not Status.OPEN:
        return
    place, roles, record = _turn(plan, state)
    due, put_off = last_day(plan, state, calendar), _postponed(plan, state)
    readers = [(Assignee(school, role), role) for role in plan.readers if role is not Role.TEACHER]
    for desk, role in [*readers, *((desk, Role.TEACHER) for desk in own)]:
        is_theirs = role in roles
        yield WorkItem(desk, place if is_theirs else Section.FOLLOWS, record if is_theirs else "", due, put_off)


def _turn(plan: Plan, state: State) -> tuple[Section, frozenset[Role], str]:
    """What is to be done now and by which roles; whoever proposed cannot be the one to confirm it (S4.3)."""
    roles, waiting = frozenset(to_act(plan, state)), needed(plan, state)
    if not waiting:
        step_deadline = plan.step(state.step).deadline
        return Section.WATCHES, roles, (step_deadline.each if step_deadline else None) or ""
    proposal = state.standing.get(waiting[0].agrees_with or "")
    others = roles - {proposal.role} if proposal else roles
    return Section.WAITS, others or roles, waiting[0].id


def postponement(plan: Plan, state: State) -> Entry | None:
    """Return the entry that last put off the reminders of the step, if any did (G2)."""
    return state.standing[plan.record_with(Effect.POSTPONES).id] if state.postponed else None


def _postponed(plan: Plan, state: State) -> Postponed | None:
    entry = postponement(plan, state)
    return Postponed(date.fromisoformat(state.postponed[-1]), entry.author) if entry else None


def last_day(plan: Plan, state: State, calendar: SchoolCalendar) -> date | None:
    """Return the last day of the step, or the day to which its reminders were put off; None beyond the calendar."""
    step = plan.step(state.step)
    since = counts_from(step, state)
    try:
        last = deadline(step, since, calendar) if since else None
    except BeyondCalendar:
        return None
    return max([last, *map(date.fromisoformat, state.postponed[-1:])]) if last else None
