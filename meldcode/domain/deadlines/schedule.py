"""When to look at a case again: its next reminder, from its state and its school's calendar.

`reminders` and `appointments` compute the moments. This module adds what people did: postponements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from meldcode.domain.calendar import BeyondCalendar, SchoolCalendar
from meldcode.domain.case.appointments import open_ones
from meldcode.domain.case.asked import asked_at_any_step, asked_by
from meldcode.domain.case.state import State, Status
from meldcode.domain.case.urgency import is_step_urgent, urgent_since
from meldcode.domain.deadlines.appointments import appointment_reminders
from meldcode.domain.deadlines.reminders import (
    Reminder,
    ReminderKind,
    asked_for,
    counted,
    pending,
    urgent_reminders,
)
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.timing import Urgency
from meldcode.domain.staff import School

RETRY = timedelta(days=1)
AFTER_THE_OTHERS = timedelta(minutes=1)
"""How long after the opening a reminder waits for those of that morning, so that it goes along with them in one."""


def calendar_of(school: School) -> SchoolCalendar:
    """Return the school's calendar."""
    return SchoolCalendar(school.region, school.free_days, hours=school.hours, open_days=school.open_days)


def next_moment(plan: Plan, state: State, school: School, now: datetime, done: Collection[str] = ()) -> datetime | None:
    """Return when to look at the case again, in UTC; None if it is not open and has no open appointment.

    Beyond the calendar it is looked at every day, so that no reminder is lost while `doctor` asks for a new calendar.
    """
    if state.status is not Status.OPEN and not any(open_ones(state.appointments)):
        return None
    try:
        return min((due.at for due in to_remind(plan, state, school, now, done)), default=now + RETRY)
    except BeyondCalendar:
        return now + RETRY


def to_remind(plan: Plan, state: State, school: School, now: datetime, done: Collection[str]) -> list[Reminder]:
    """Return all reminders that a case is still to have, earliest first (G2, G6, S3.6). Raises BeyondCalendar.

    Of a case that is not open these are of its open appointments alone: an older version closed cases that had some.
    """
    calendar = calendar_of(school)
    promised = [
        due
        for one in open_ones(state.appointments)
        for due in appointment_reminders(plan.appointments, one, done, calendar, now)
    ]
    of_steps = _of_steps(plan, state, calendar, now, done) if state.status is Status.OPEN else ()
    return sorted([*of_steps, *promised], key=lambda due: due.at)


def _of_steps(
    plan: Plan, state: State, calendar: SchoolCalendar, now: datetime, done: Collection[str]
) -> Iterator[Reminder]:
    step, counts = counted(plan.step(state.step), state, calendar)
    since = counts or now
    yield from (_postponed(due, state, calendar) for due in pending(step, since, done, calendar, now))
    yield from asked_for(step, since, state.postponed, done, calendar)
    for one in pressing(plan, state, now):
        yield from urgent_reminders(one.urgency, one.what, one.since, done, calendar, now)


@dataclass(frozen=True)
class Pressing:
    """What cannot wait: the id of a record or step, and since when it is asked."""

    what: str
    since: datetime
    urgency: Urgency


def pressing(plan: Plan, state: State, now: datetime) -> Iterator[Pressing]:
    """Yield what cannot wait: what is asked at any step, and a step that is urgent in this state (G8, S4.9)."""
    for record in asked_at_any_step(plan, state):
        if record.urgent and (asking := asked_by(record, state)):
            yield Pressing(record.id, asking.written_at, record.urgent)
    step = plan.step(state.step)
    if step.urgent and is_step_urgent(plan, state):
        yield Pressing(step.id, urgent_since(plan, state, state.since or now), step.urgent)


def open_moment(school: School, now: datetime) -> datetime:
    """Return when people of this school may be reminded from now on: not outside school hours (G2)."""
    try:
        return calendar_of(school).next_open(now)
    except BeyondCalendar:
        return now


def sending_moment(school: School, now: datetime) -> datetime:
    """Return when a reminder is sent: now in school hours, else with those of the next morning (G2)."""
    opening = open_moment(school, now)
    return opening if opening <= now else opening + AFTER_THE_OTHERS


def _postponed(due: Reminder, state: State, calendar: SchoolCalendar) -> Reminder:
    """A step's reminder waits for the day to which it was postponed. The notice before a vacation does not (G6)."""
    if due.kind is not ReminderKind.ESCALATION or not state.postponed:
        return due
    day = calendar.next_school_day(date.fromisoformat(state.postponed[-1]), include=True)
    return replace(due, at=max(due.at, calendar.moment(day, calendar.opening)))
