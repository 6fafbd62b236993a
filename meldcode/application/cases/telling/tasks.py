"""What a case asks of each person, and the messages that ask it: updated in place while they are about the same task.

Their key (`OutboxMessage.replaces`) is "task", the case's code and the entry with which the first was sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from meldcode.application.case_context import CaseContext
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, may, relation_to, roles_in_case
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.asked import needed
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Entry, State
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person
from meldcode.domain.worklist import Task, tasks_of

APPOINTMENTS, MOST_IN_A_KEY = "appointments ", 12


@dataclass(frozen=True)
class TaskChanges:
    """What a case asked of its readers before an entry and after it, and the keys of the messages that ask it."""

    case: CaseHeader
    plan: Plan
    entry: Entry
    before: Mapping[Role, Task]
    now: Mapping[Role, Task]
    state: State
    keys: Mapping[PersonId, str]
    _held: dict[PersonId, frozenset[Role]] = field(default_factory=dict, compare=False)
    """The roles in the case of the people who were asked about so far."""

    def asked(self, person: Person) -> Task | None:
        """Return what the case asks of this person now."""
        return self._task(person, self.now)

    def is_new(self, person: Person) -> bool:
        """Tell whether something else is asked of them than before. Of who may do it but need not, nothing is."""
        was, now = self._was(person), self.asked(person)
        return now is not None and self._calls(now) and not (was and now.continues(was))

    def key_for(self, person: Person) -> str:
        """Return the key of a new message that asks something of them."""
        was, now, key = self._was(person), self.asked(person), self.keys.get(person.id)
        goes_on = was and now and now.continues(was)
        return key if key and goes_on else task_key(self.case.code, self.entry.seq)

    def changed(self, person: Person) -> bool:
        """Tell whether their messages are to ask it by another day."""
        was, now = self._was(person), self.asked(person)
        if person.id not in self.keys or was is None or now is None or not now.continues(was):
            return False
        return now.due != was.due

    def ended(self, person: Person) -> Task | None:
        """Return what their messages ask, if that is over. Of who was only reminded, it is what the case waited for."""
        first, was, now = _first(self.before), self._was(person), self.asked(person)
        if person.id not in self.keys or first is None:
            return None
        if not may(Permission.READ, relation_to(person, self.case), self.plan):
            return was or first
        if was:
            return None if now and now.continues(was) else was
        following = _first(self.now)
        goes_on = following and following.continues(first)
        return None if goes_on else first

    def is_done(self, task: Task) -> bool:
        """Tell whether the entry is what the task asked for."""
        return self.entry.record == task.record or self.state.standing.get(task.record) is self.entry

    def comes_later(self, person: Person, task: Task) -> bool:
        """Tell whether the case waits for it all the same, after what is asked of this person now."""
        goes_on = self.asked(person) is not None and task.step == self.state.step
        return goes_on and any(record.id == task.record for record in needed(self.plan, self.state))

    def _calls(self, task: Task) -> bool:
        """Tell whether it takes this role: it acts in the step, or is one of two who decide, or no other can."""
        acting, record = self.plan.step(task.step).who, self.plan.records[task.record]
        for_two = record.agrees_with or record.id in {other.agrees_with for other in self.plan.records.values()}
        return task.role in acting or bool(for_two) or not {*record.by} & {*acting}

    def _was(self, person: Person) -> Task | None:
        return self._task(person, self.before)

    def _task(self, person: Person, tasks: Mapping[Role, Task]) -> Task | None:
        if not tasks:
            return None
        if person.id not in self._held:
            self._held[person.id] = roles_in_case(person, self.case, self.plan)
        return _first_of(self._held[person.id], tasks)


def task_changes(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry) -> TaskChanges:
    """Return what changes with this entry. Nobody was asked anything before the first."""
    case, plan, calendar = context.stored, context.plan, calendar_of(uow.staff.school(context.school))
    is_first = not context.entries
    return TaskChanges(
        case,
        plan,
        entry,
        before={} if is_first else tasks_of(plan, context.state, calendar),
        now=tasks_of(plan, after, calendar),
        state=after,
        keys={} if is_first else uow.outbox.asking([case.id])[case.id],
    )


def task_for(person: Person, case: CaseHeader, plan: Plan, tasks: Mapping[Role, Task]) -> Task | None:
    """Return what is asked of this person: what the case waits for, if that is theirs to do."""
    return _first_of(roles_in_case(person, case, plan), tasks)


def _first_of(held: Collection[Role], tasks: Mapping[Role, Task]) -> Task | None:
    return next((task for role, task in tasks.items() if role in held), None)


def task_key(code: str, entry: int) -> str:
    """Return the key of the messages to somebody about the task that they are asked to do since this entry."""
    return f"task {code} {entry}"


def appointments_key(reminded: Iterable[Appointment]) -> str:
    """Return the key of the reminders of these appointments, each as it was moved last (S3.6)."""
    return APPOINTMENTS + " ".join(f"{one.number}-{one.moves}" for one in islice(reminded, MOST_IN_A_KEY))


def new_appointments(before: State, after: State) -> list[Appointment]:
    """Return the open appointments that were made or moved between these states."""
    known = {(one.number, one.moves) for one in before.appointments}
    return [one for one in after.appointments if one.is_open and (one.number, one.moves) not in known]


def decided_in(key: str, entry: Entry, after: State) -> bool:
    """Tell whether this entry decided on the last of the appointments in the key that waited for it."""
    named = [tuple(map(int, one.split("-"))) for one in key.removeprefix(APPOINTMENTS).split()]
    waiting = {(one.number, one.moves) for one in after.appointments if one.is_open}
    return entry.refers_to in {number for number, _ in named} and waiting.isdisjoint(named)


def _first(tasks: Mapping[Role, Task]) -> Task | None:
    return next(iter(tasks.values()), None)
