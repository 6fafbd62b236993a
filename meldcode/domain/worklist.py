"""Worklists: who must do something about a case, what, and by which day.

Work items are computed from the state of a case when an entry is stored, and kept in indexed columns, so that a page of
an overview is found and sorted without reading all cases. An assignee is a role in a school, or one teacher.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from functools import cache, partial

from meldcode.domain.calendar import BeyondCalendar, SchoolCalendar
from meldcode.domain.case.asked import asked_at_any_step, asked_by, needed, to_act, whose
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.case.urgency import is_step_urgent, is_urgent, urgent_since
from meldcode.domain.deadlines.reminders import counted, deadline
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person

ROLES = frozenset(Role)


class Section(IntEnum):
    """The sections of a worklist, most urgent first.

    `URGENT`: something is needed today, from them or from others while they are reminded of it (G8, S4.6).
    `WAITS`: something is needed from them. `WATCHES`: nothing is needed, but they keep the logbook (S4.6).
    `FOLLOWS`: something is needed from others. `JOINED`: the case continues as part of another case.
    """

    URGENT = -1
    WAITS = 0
    WATCHES = 1
    FOLLOWS = 2
    JOINED = 3


OF_A_WEEK = (Section.URGENT, Section.WAITS, Section.WATCHES)
"""Of which somebody's week shows the days."""


@dataclass(frozen=True)
class Assignee:
    """A role in a school, or a teacher with their own cases; `holder` is the role or the teacher's id."""

    school: SchoolId
    holder: str

    @property
    def teacher(self) -> PersonId | None:
        """The teacher; None for a role."""
        return None if self.holder in ROLES else PersonId(self.holder)


@dataclass(frozen=True)
class Postponed:
    """Until when and by whom the reminders of a case were postponed (G2). The reason is only in the logbook."""

    until: date
    by: PersonId


@dataclass(frozen=True)
class WorkItem:
    """A case on a worklist. `record` is the action that is needed now, if any; `due` the last day, if any."""

    assignee: Assignee
    section: Section
    record: str = ""
    due: date | None = None
    postponed: Postponed | None = None


@dataclass(frozen=True)
class Task:
    """What a case asks now of who has this role in it: `record`, by the day `due`, in the step that began `since`.

    What is asked at any step is asked since the entry that calls for it.
    """

    record: str
    role: Role
    step: str
    since: datetime | None
    due: date | None

    def continues(self, before: Task) -> bool:
        """Tell whether it is still the same task, perhaps by another day."""
        return (self.record, self.since) == (before.record, before.since)


@dataclass(frozen=True)
class ListedCase:
    """A case on the worklists of one person, in the most urgent section of these."""

    case: CaseId
    code: str
    section: Section
    record: str
    due: date | None
    postponed: Postponed | None = None


def due_until(cases: Iterable[ListedCase], until: date) -> list[ListedCase]:
    """Return the cases of the week that ends on this day, the earliest first."""
    due = ((one.due, one.code, one) for one in cases if one.section in OF_A_WEEK and one.due and one.due <= until)
    return [one for _, _, one in sorted(due, key=lambda each: each[:2])]


@dataclass(frozen=True)
class StepCount:
    """The number of open cases of a school at a step; reminders were sent about `overdue` of them."""

    plan: str
    plan_version: int
    step: str
    open: int
    overdue: int


@dataclass(frozen=True)
class DatedPromise:
    """An open appointment, with the code of its case."""

    code: str
    day: date
    school: SchoolId
    owner: PersonId


@dataclass(frozen=True)
class AppointmentCount:
    """The number of open appointments in a school; `overdue` of them are late."""

    open: int
    overdue: int


@dataclass(frozen=True)
class Workload:
    """The number of cases that wait for an assignee; `overdue` of them are past their last day."""

    assignee: Assignee
    count: int
    overdue: int


def assignees_of(person: Person) -> list[Assignee]:
    """Return the assignees that this person acts for: their roles, themselves, and whom they stand in for (G5)."""
    return [
        Assignee(school, holder)
        for school, membership in person.memberships.items()
        for holder in (
            *sorted(membership.roles - {Role.TEACHER}),
            *sorted(str(teacher) for teacher in person.acts_for(school)),
        )
    ]


def work_items_of(
    plan: Plan,
    state: State,
    school: SchoolId,
    teachers: Collection[PersonId],
    calendar: SchoolCalendar,
    others: Mapping[PersonId, frozenset[Role]] | None = None,
) -> Iterator[WorkItem]:
    """Yield the work items of a case, for those who may read it (G3). A closed case has none.

    `others` are the people who read it although their roles do not at this step, with their roles in it.
    """
    own = [Assignee(school, str(teacher)) for teacher in teachers]
    if state.status is Status.JOINED:
        yield from (WorkItem(assignee, Section.JOINED) for assignee in own)
    if state.status is not Status.OPEN:
        return
    place, turns = _turns(plan, state)
    chased: frozenset[Role] = frozenset()
    if place is Section.WAITS and is_urgent(plan, state):
        place, chased = Section.URGENT, _chased(plan, state)
    put_off, due = _postponed(plan, state), cache(partial(_due, plan, state, calendar))
    for holder, roles in _holders(plan, state, teachers, others or {}):
        record = next((turns[role] for role in sorted(roles) if turns.get(role)), "")
        theirs = place if place is not Section.URGENT or _cannot_wait(plan, state, record) else Section.WAITS
        section = theirs if roles & (turns.keys() | chased) else Section.FOLLOWS
        yield WorkItem(Assignee(school, str(holder)), section, record, due(record), put_off)


def _holders(
    plan: Plan, state: State, teachers: Collection[PersonId], others: Mapping[PersonId, frozenset[Role]]
) -> Iterator[tuple[Role | PersonId, frozenset[Role]]]:
    """Each role and each person with a work item of their own, with the roles it is for."""
    yield from ((role, frozenset({role})) for role in plan.readers_at(state.step) if role is not Role.TEACHER)
    people = {person: frozenset({Role.TEACHER}) for person in teachers}
    for person, held in others.items():
        people[person] = people.get(person, frozenset()) | held
    yield from people.items()


def tasks_of(plan: Plan, state: State, calendar: SchoolCalendar) -> dict[Role, Task]:
    """Return what an open case asks of each role: first of those who act in the step, what it waits for first.

    Where nothing is needed it asks those who are reminded first to keep the logbook (S4.6).
    """
    if state.status is not Status.OPEN:
        return {}
    section, turns = _turns(plan, state)
    step = plan.step(state.step)
    if section is Section.WATCHES and step.remind:
        turns = {role: record for role, record in turns.items() if role in step.remind[0].to}
    tasks = [
        Task(record, role, step.id, _asked_since(plan, state, record), _due(plan, state, calendar, record))
        for role, record in reversed(turns.items())
        if record
    ]
    return {task.role: task for task in sorted(tasks, key=lambda task: task.role not in step.who)}


def _asked_since(plan: Plan, state: State, record: str) -> datetime | None:
    calling = next((asked_by(one, state) for one in asked_at_any_step(plan, state) if one.id == record), None)
    return calling.written_at if calling else state.since


def _chased(plan: Plan, state: State) -> frozenset[Role]:
    """The roles that are reminded within the hour of what cannot wait, also when others do it (S4.6)."""
    urgent = plan.step(state.step).urgent
    return frozenset(urgent.to) if urgent else frozenset()


def _turns(plan: Plan, state: State) -> tuple[Section, dict[Role, str]]:
    """What is needed now of each role; of the role that proposed what is to be confirmed, what comes after that (S4.3).

    That is something only where the confirmation stands beside what the step asks (G8).
    """
    waiting = needed(plan, state)
    if not waiting:
        step_deadline = plan.step(state.step).deadline
        each = (step_deadline.each if step_deadline else None) or ""
        return Section.WATCHES, dict.fromkeys(to_act(plan, state), each)
    first = asked_at_any_step(plan, state)
    following = waiting[len(first) : len(first) + 1] if first else []
    return Section.WAITS, {role: record.id for record in (*following, waiting[0]) for role in whose(record, state)}


def postponement(plan: Plan, state: State) -> Entry | None:
    """Return the entry that last postponed the reminders of the step, if any (G2)."""
    return state.standing[plan.record_with(Effect.POSTPONES).id] if state.postponed else None


def _postponed(plan: Plan, state: State) -> Postponed | None:
    entry = postponement(plan, state)
    return Postponed(date.fromisoformat(state.postponed[-1]), entry.author) if entry else None


def last_day(plan: Plan, state: State, calendar: SchoolCalendar) -> date | None:
    """Return the last day of the step, or the day until which it was postponed; None beyond the calendar.

    What cannot wait is due on the day on which that began, and a step that was late by then stays late.
    """
    if not is_urgent(plan, state):
        return _last_of_step(plan, state, calendar)
    days = [_day_of(plan, state, calendar)]
    days += [_last_of_step(plan, state, calendar)] if is_step_urgent(plan, state) else []
    return min(filter(None, days), default=None)


def _due(plan: Plan, state: State, calendar: SchoolCalendar, record: str) -> date | None:
    """The last day for this record: what is to be confirmed today makes nothing else late (G8)."""
    cannot_wait = _cannot_wait(plan, state, record)
    return last_day(plan, state, calendar) if cannot_wait else _last_of_step(plan, state, calendar)


def _cannot_wait(plan: Plan, state: State, record: str) -> bool:
    """Whether this record itself is urgent, or the whole step is."""
    return not record or plan.records[record].urgent is not None or is_step_urgent(plan, state)


def _last_of_step(plan: Plan, state: State, calendar: SchoolCalendar) -> date | None:
    try:
        step, since = counted(plan.step(state.step), state, calendar)
        last = deadline(step, since, calendar) if since else None
    except BeyondCalendar:
        return None
    return max([last, *map(date.fromisoformat, state.postponed[-1:])]) if last else None


def _day_of(plan: Plan, state: State, calendar: SchoolCalendar) -> date | None:
    """The day on which something urgent began: its deadline, on whatever day that is."""
    asking = [asked_by(record, state) for record in asked_at_any_step(plan, state) if record.urgent]
    began = [urgent_since(plan, state, state.since)] if state.since and is_step_urgent(plan, state) else []
    since = min([*(entry.written_at for entry in asking if entry), *began], default=None)
    return calendar.local_day(since) if since else None
