"""When to look at a case again: its next reminder, from its state and its school's calendar.

`reminders` computes the moments. This module adds what people did: postponements and appointments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from meldcode.domain.calendar import BeyondCalendar, SchoolCalendar
from meldcode.domain.case.state import Entry, State, Status, asked_at_any_step, asked_by
from meldcode.domain.case.urgency import is_step_urgent
from meldcode.domain.deadlines.appointments import Appointment
from meldcode.domain.deadlines.reminders import (
    Reminder,
    ReminderKind,
    asked_for,
    counts_from,
    follow_up_due,
    pending,
    urgent_reminders,
)
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.timing import Urgency
from meldcode.domain.staff import School

RETRY = timedelta(days=1)


def calendar_of(school: School) -> SchoolCalendar:
    """Return the school's calendar."""
    return SchoolCalendar(school.region, school.free_days, hours=school.hours, open_days=school.open_days)


def next_moment(
    plan: Plan, state: State, entries: Sequence[Entry], school: School, now: datetime, done: Collection[str] = ()
) -> datetime | None:
    """Return when to look at the case again, in UTC; None if it is not open.

    Beyond the calendar it is looked at every day, so that no reminder is lost while `doctor` asks for a new calendar.
    """
    if state.status is not Status.OPEN:
        return None
    try:
        return min(due.at for due in to_remind(plan, state, entries, school, now, done))
    except BeyondCalendar:
        return now + RETRY


def to_remind(
    plan: Plan, state: State, entries: Sequence[Entry], school: School, now: datetime, done: Collection[str]
) -> list[Reminder]:
    """Return all reminders that an open case is still to have, earliest first (G2, G6, S3.6). Raises BeyondCalendar."""
    step, calendar = plan.step(state.step), calendar_of(school)
    since = counts_from(step, state) or now
    step_dues = [_postponed(due, state, calendar) for due in pending(step, since, done, calendar, now)]
    asked = asked_for(step, since, state.postponed, done, calendar)
    appointments = [due for due, _ in follow_ups(plan, entries, calendar) if due.reminder_id not in done]
    urgent = [
        due
        for one in pressing(plan, state, now)
        for due in urgent_reminders(one.urgency, one.what, one.since, done, calendar, now)
    ]
    return sorted([*step_dues, *asked, *appointments, *urgent], key=lambda due: due.at)


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
        yield Pressing(step.id, state.since or now, step.urgent)


def follow_ups(plan: Plan, entries: Sequence[Entry], calendar: SchoolCalendar) -> Iterator[tuple[Reminder, PersonId]]:
    """Yield the appointments made in the entries as reminders, with the owner of each (S3.6)."""
    for promise in appointments(plan, entries):
        yield follow_up_due(promise.day, calendar, promise.entry), promise.owner


def appointments(plan: Plan, entries: Sequence[Entry]) -> Iterator[Appointment]:
    """Yield the appointments made in the entries (S3.6)."""
    for entry in entries:
        fields = plan.records[entry.record].follow_up
        if fields and (day := str(entry.answers.get(fields.day, ""))):
            yield Appointment(entry.seq, PersonId(str(entry.answers[fields.owner])), date.fromisoformat(day))


def open_moment(school: School, now: datetime) -> datetime:
    """Return when people of this school may be reminded from now on: not outside school hours (G2)."""
    try:
        return calendar_of(school).next_open(now)
    except BeyondCalendar:
        return now


def _postponed(due: Reminder, state: State, calendar: SchoolCalendar) -> Reminder:
    """A step's reminder waits for the day to which it was postponed. The notice before a vacation does not (G6)."""
    if due.kind is not ReminderKind.ESCALATION or not state.postponed:
        return due
    day = calendar.next_school_day(date.fromisoformat(state.postponed[-1]), include=True)
    return replace(due, at=max(due.at, calendar.moment(day, calendar.opening)))
