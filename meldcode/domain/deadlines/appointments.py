"""When somebody is reminded of an appointment, and when it is late (S3.6): pure functions, counted in school days.

A day without school counts as the school day before it for the reminder on the day itself, and as the next one for what
comes after: an appointment on Sunday is brought to mind on Friday, and is late from Tuesday on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime

from meldcode.domain.calendar import BeyondCalendar, SchoolCalendar
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.deadlines.reminders import Reminder, ReminderKind, levels_of, up_to_the_next
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import AppointmentLevel, Appointments, Party


def appointment_reminders(
    rules: Appointments, one: Appointment, done: Collection[str], calendar: SchoolCalendar, now: datetime
) -> Iterator[Reminder]:
    """Yield what is still to be reminded of an open appointment: what is due, the next one, and what was postponed.

    Nothing beyond the calendar's data: such a day is far off.
    """
    ladder = list(up_to_the_next(_ladder(rules, one, calendar), done, now))
    yield from ladder
    if one.postponed and (first := next(_ladder(rules, one, calendar), None)):
        sent = list(_sent(rules, one, done, calendar))
        asked = replace(
            sent[-1] if sent else first,
            at=_postponed_until(one, calendar),
            reminder_id=f"{_name(one)}/later-{len(one.postponed)}",
        )
        yield from [asked] if asked.reminder_id not in done else []


def school_days_late(day: date, today: date, calendar: SchoolCalendar) -> int:
    """Return how many school days ago an appointment was; 0 if it is not late, or beyond the calendar."""
    try:
        return calendar.school_days_between(day, today)
    except BeyondCalendar:
        return 0


def late_until(today: date, calendar: SchoolCalendar) -> date:
    """Return the last day of which an appointment is late today (BeyondCalendar)."""
    school_day = today if calendar.is_school_day(today) else calendar.last_school_day_before(today)
    return calendar.last_school_day_before(school_day)


def _ladder(rules: Appointments, one: Appointment, calendar: SchoolCalendar) -> Iterator[Reminder]:
    for number, (level, after) in enumerate(levels_of(rules.remind)):
        try:
            at = calendar.moment(_school_day(one.day, after, calendar), calendar.opening)
            at = max(at, _postponed_until(one, calendar)) if one.postponed else at
        except BeyondCalendar:
            return
        name = f"{_name(one)}/{number}" if after else _name(one)
        yield _reminder(one, level, at, name)


def _sent(rules: Appointments, one: Appointment, done: Collection[str], calendar: SchoolCalendar) -> Iterator[Reminder]:
    for due in _ladder(rules, one, calendar):
        if due.reminder_id not in done:
            return
        yield due


def _reminder(one: Appointment, level: AppointmentLevel, at: datetime, name: str) -> Reminder:
    roles = tuple(to for to in level.to if isinstance(to, Role))
    parties = tuple(to for to in level.to if isinstance(to, Party))
    return Reminder(at, ReminderKind.FOLLOW_UP, name, roles, day=one.day, parties=parties, appointment=one.number)


def _school_day(day: date, after: int, calendar: SchoolCalendar) -> date:
    if after:
        return calendar.add_school_days(day, after)
    return day if calendar.is_school_day(day) else calendar.last_school_day_before(day)


def _postponed_until(one: Appointment, calendar: SchoolCalendar) -> datetime:
    day = calendar.next_school_day(date.fromisoformat(one.postponed[-1]), include=True)
    return calendar.moment(day, calendar.opening)


def _name(one: Appointment) -> str:
    """What its reminders are called: other ones after it was moved, also if it was moved back."""
    place = f"-{one.place}" if one.place else ""
    moved = f"/moved-{one.moves}" if one.moves else ""
    return f"{ReminderKind.FOLLOW_UP}/{one.entry}{place}/{one.day}{moved}"
