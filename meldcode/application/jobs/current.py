"""What a reminder says when it is sent: what its case waits for by then, and who must act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from meldcode.application.case_people import plan_of, reads, staff_of
from meldcode.application.cases.telling.tasks import task_for
from meldcode.application.jobs.appointments import DueNow, owners_beside, still_due
from meldcode.application.messages.reminders import (
    AppointmentReminder,
    StepReminder,
    UrgentReminder,
    VacationReminder,
    Waiting,
)
from meldcode.application.messages.reminders import Reminder as ReminderPayload
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import roles_in_case
from meldcode.domain.calendar import AMSTERDAM, BeyondCalendar, SchoolCalendar
from meldcode.domain.case.asked import needed, to_act
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import State, Status
from meldcode.domain.deadlines.reminders import counts_from
from meldcode.domain.deadlines.schedule import calendar_of, pressing
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person, WithDeputies, paired
from meldcode.domain.worklist import Task, last_day, tasks_of


@dataclass(frozen=True)
class CurrentReminder:
    """A reminder, and the state of its case at the moment of sending.

    `record` is what the case waits for, if anything; `asked_as` the reader's role if it is theirs to do; otherwise
    `asked_of` are the people who must do it. `appointments` are those that it is about. `minders` mind the case: the
    responsible person, else everybody it waits for (G6). Beyond the school calendar `school_days` (how long the step is
    open) and `until` (its last day) are unknown.
    """

    payload: ReminderPayload
    plan: Plan
    step: Step
    record: str
    assignees: tuple[Role, ...]
    since: datetime
    today: date
    asked_as: Role | None = None
    asked_of: tuple[WithDeputies, ...] = ()
    responsible: WithDeputies | None = None
    minders: tuple[WithDeputies, ...] = ()
    appointments: tuple[DueNow, ...] = ()
    is_open: bool = True
    school_days: int | None = None
    until: date | None = None


def current_reminder(
    uow: UnitOfWork, case: CaseId, payload: ReminderPayload, reader: PersonId, now: datetime
) -> CurrentReminder | None:
    """Return the reminder as it is now; None when its task was done or postponed, or its day is over."""
    header = uow.cases.get(case)
    if header.status is Status.DESTROYED:
        return None
    plan, calendar = plan_of(uow, header), calendar_of(uow.staff.school(header.school))
    person = uow.staff.get(reader)
    if not reads(person, header, plan):
        return None
    state = fold(plan, uow.cases.contents(case).entries)
    today = now.astimezone(AMSTERDAM).date()
    due = tuple(still_due(payload, state, today, calendar)) if isinstance(payload, AppointmentReminder) else ()
    if not due and _is_outdated(payload, plan, state, now):
        return None
    staff, step = staff_of(uow, header), plan.step(state.step)
    owned = [
        replace(one, owners=tuple(owners_beside(person, state.appointments[one.number - 1], header, plan, staff)))
        for one in due
    ]
    is_open, since, asked = state.status is Status.OPEN, state.since or now, _asked_in(plan, state)
    current = CurrentReminder(payload, plan, step, *asked, since, today, appointments=tuple(owned), is_open=is_open)
    task = task_for(person, header, plan, tasks_of(plan, state, calendar))
    return _with_people(_with_days(current, state, calendar), header, staff, task)


def _with_people(
    current: CurrentReminder, case: CaseHeader, staff: Sequence[Person], task: Task | None
) -> CurrentReminder:
    """Say in the reminder who must act: its reader, who has this task, or else others."""
    plan, responsible = current.plan, responsible_for(case, current.plan, staff)
    waited_for = [one for one in staff if roles_in_case(one, case, plan) & set(current.assignees)]
    minders = [responsible] if responsible else paired(waited_for, case.school)
    current = replace(current, responsible=responsible, minders=tuple(minders))
    if task:
        return replace(current, record=task.record, asked_as=task.role)
    return replace(current, asked_of=tuple(_asked_of(waited_for, responsible, case, plan)))


def _asked_in(plan: Plan, state: State) -> tuple[str, tuple[Role, ...]]:
    """What the case waits for and of which roles: what it needs, else what is recorded again and again (S4.6)."""
    deadline, waits_for = plan.step(state.step).deadline, needed(plan, state)
    watched = plan.records.get((deadline and deadline.each) or "")
    if watched and not waits_for:
        return watched.id, watched.by
    return next((record.id for record in waits_for), ""), to_act(plan, state)


def _asked_of(
    waited_for: Sequence[Person], responsible: WithDeputies | None, case: CaseHeader, plan: Plan
) -> list[WithDeputies]:
    """The people who must act. The responsible person stands for the others with their roles."""
    theirs = roles_in_case(responsible.person, case, plan) - {Role.TEACHER} if responsible else frozenset()
    if not responsible or responsible.person not in waited_for:
        return paired(waited_for, case.school)
    others = [one for one in waited_for if not roles_in_case(one, case, plan) & theirs]
    return [*paired(others, case.school), responsible]


def _is_outdated(payload: ReminderPayload, plan: Plan, state: State, now: datetime) -> bool:
    if state.status is not Status.OPEN:
        return True
    match payload:
        case VacationReminder():
            return payload.first_day <= now.astimezone(AMSTERDAM).date()
        case StepReminder():
            return payload.waiting != waiting_for(plan, state)
        case UrgentReminder():
            return (payload.what, payload.since) not in {(one.what, one.since) for one in pressing(plan, state, now)}
        case _:
            return isinstance(payload, AppointmentReminder)


def waiting_for(plan: Plan, state: State) -> Waiting:
    """Return what the case waits for, as a reminder keeps it to see later whether that is still so."""
    return Waiting(state.step, counts_from(plan.step(state.step), state), len(state.postponed))


def _with_days(current: CurrentReminder, state: State, calendar: SchoolCalendar) -> CurrentReminder:
    try:
        days = calendar.school_days_between(calendar.local_day(current.since), current.today)
    except BeyondCalendar:
        return current
    return replace(current, school_days=days, until=last_day(current.plan, state, calendar))
