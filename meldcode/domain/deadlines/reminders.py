"""When somebody is to be reminded of a case (G2, G6): pure functions of the plan, the start of a step and the calendar.

A step that begins before the school's last call counts from that day, a later one (or one on a free day) from the next
school day. A reminder comes at the opening of its school day; on the very day that the step began, at the last call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain, count, takewhile
from typing import TypeVar

from meldcode.domain.calendar import DAY, SchoolCalendar
from meldcode.domain.case.state import State
from meldcode.domain.plan.model import Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import AppointmentLevel, EscalationLevel, Party, Urgency

EARLIEST, LATEST = time(7), time(22)
"""Between these hours people are reminded of what cannot wait, on any day of the year."""


Level = TypeVar("Level", EscalationLevel, AppointmentLevel)


class ReminderKind(StrEnum):
    """What somebody is reminded of: a step that stalls, a vacation that begins, an appointment, what cannot wait."""

    ESCALATION = "rung"
    VACATION = "vacation"
    FOLLOW_UP = "follow_up"
    URGENT = "urgent"


@dataclass(frozen=True)
class Reminder:
    """One reminder. `at` is in UTC; `reminder_id` names it for good, unique in its case; `level` counts from 1, else 0.

    `day` is the day that it speaks of: of the appointment, or the first of the vacation. `what` is urgent `since` then.
    Of the `appointment` with this number in the case, `parties` are reminded beside the roles.
    """

    at: datetime
    kind: ReminderKind
    reminder_id: str
    roles: tuple[Role, ...] = ()
    level: int = 0
    day: date | None = None
    what: str = ""
    since: datetime | None = None
    parties: tuple[Party, ...] = ()
    appointment: int = 0


def counts_from(step: Step, state: State) -> datetime | None:
    """Return from when the current step's deadline counts, in UTC: its last `each` record, else its start (S4.6).

    With `since` it is that record, of whichever step (S4.10).
    """
    first = state.standing.get(step.deadline.since or "") if step.deadline else None
    began = any(entry.written_at == state.since for entry in state.standing.values())
    if first and state.since and began:  # else the step began again, after an answer that does not stand
        return min(first.written_at, state.since)
    counted = step.deadline.counted if step.deadline else ()
    written = [state.standing[record].written_at for record in counted if record in state.standing]
    if state.since:
        written = [moment for moment in written if moment >= state.since]
    return max(written, default=state.since)


def counted(step: Step, state: State, calendar: SchoolCalendar) -> tuple[Step, datetime | None]:
    """Return the step and from when its deadline counts; one that lay before the step began is on its first day."""
    since, began = counts_from(step, state), state.since
    if since is None or began is None or since >= began or step.deadline is None:
        return step, since
    last_day = deadline(step, since, calendar)
    if last_day is None or last_day >= calendar.local_day(began):
        return step, since
    at_once = step.deadline.model_copy(update={"school_days": 0, "weekdays": False})
    return step.model_copy(update={"deadline": at_once}), began


def deadline(step: Step, since: datetime, calendar: SchoolCalendar) -> date | None:
    """Return the school day by which the step must be done; None without a deadline (G2; BeyondCalendar)."""
    if step.deadline is None:
        return None
    if step.deadline.weekdays:
        last = calendar.add_weekdays(calendar.local_day(since), step.deadline.school_days)
        return calendar.next_school_day(last, include=True)
    return calendar.add_school_days(_day_zero(since, calendar), step.deadline.school_days)


def escalation_reminders(step: Step, since: datetime, calendar: SchoolCalendar) -> Iterator[Reminder]:
    """Yield the step's reminders in order, each some school days after the deadline (G2; BeyondCalendar).

    If the last one is repeated, they end only with the calendar's data.
    """
    last_day = deadline(step, since, calendar)
    if last_day is None:
        return
    for number, (level, after) in enumerate(levels_of(step.remind), start=1):
        yield Reminder(
            at=_escalates_at(calendar.add_school_days(last_day, after), since, calendar),
            kind=ReminderKind.ESCALATION,
            reminder_id=f"{step.id}/{number}/{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            roles=level.to,
            level=number,
        )


def levels_of(remind: Sequence[Level]) -> Iterator[tuple[Level, int]]:
    """Yield the levels, each with its school days after the deadline. If the last one is repeated, they do not end."""
    for level in remind:
        yield level, level.after
    last = remind[-1] if remind else None
    if last and last.every:
        yield from ((last, last.after + last.every * again) for again in count(1))


def before_vacation(day: date, calendar: SchoolCalendar) -> datetime:
    """Return, in UTC, the opening of the last school day before the first vacation after `day` (G6; BeyondCalendar)."""
    last_day = calendar.last_school_day_before(calendar.vacation_after(day).first)
    return calendar.moment(last_day, calendar.opening)


def pending(
    step: Step, since: datetime, done: Collection[str], calendar: SchoolCalendar, now: datetime
) -> list[Reminder]:
    """Return what an open case is still to be reminded of in this step, the earliest first (G2, G6; BeyondCalendar).

    `done` holds the `reminder_id` of what was sent. What fell due stays in the list until it is done, except for a
    vacation that has begun: the list for it comes too late then, and the next one takes its place.
    """
    ladder = list(up_to_the_next(escalation_reminders(step, since, calendar), done, now))
    return sorted([*ladder, _vacation_notice(step, since, done, calendar, now)], key=lambda due: due.at)


def up_to_the_next(ladder: Iterator[Reminder], done: Collection[str], now: datetime) -> Iterator[Reminder]:
    """Yield the reminders that are due and were not sent, and the first one after them."""
    for due in ladder:
        if due.reminder_id not in done:
            yield due
            if due.at > now:
                return


def urgent_reminders(
    urgent: Urgency, what: str, since: datetime, done: Collection[str], calendar: SchoolCalendar, now: datetime
) -> Iterator[Reminder]:
    """Yield what is still to be reminded of something that cannot wait since `since` (UTC), up to the next (G8, S4.9).

    Every so many minutes on the first day, then each day in the morning: also in vacations, and never at night.
    """
    yield from up_to_the_next(_urgent(urgent, what, since, calendar), done, now)


def _urgent(urgent: Urgency, what: str, since: datetime, calendar: SchoolCalendar) -> Iterator[Reminder]:
    first_day, pause = calendar.local_day(since), timedelta(minutes=urgent.every_minutes)
    tonight = calendar.moment(first_day, LATEST)
    today = takewhile(lambda at: at < tonight, (since + pause * number for number in count(1)))
    later = (calendar.moment(first_day + DAY * number, EARLIEST) for number in count(1))
    for number, at in enumerate(chain((max(at, calendar.moment(first_day, EARLIEST)) for at in today), later), start=1):
        reminder_id = f"{what}/urgent-{number}/{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        yield Reminder(at, ReminderKind.URGENT, reminder_id, urgent.to, what=what, since=since)


def asked_for(
    step: Step, since: datetime, postponed: Sequence[str], done: Collection[str], calendar: SchoolCalendar
) -> Iterator[Reminder]:
    """Yield the reminder on the day to which somebody postponed it ("Later"), for the roles of the last one (G2)."""
    if not postponed or not step.remind:
        return
    given = list(takewhile(lambda due: due.reminder_id in done, escalation_reminders(step, since, calendar)))
    day = calendar.next_school_day(date.fromisoformat(postponed[-1]), include=True)
    reminder_id = f"{step.id}/later-{len(postponed)}/{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if reminder_id not in done:
        roles = given[-1].roles if given else step.remind[0].to
        yield Reminder(calendar.moment(day, calendar.opening), ReminderKind.ESCALATION, reminder_id, roles)


def next_due(step: Step, since: datetime, done: Collection[str], calendar: SchoolCalendar, now: datetime) -> Reminder:
    """Return the next reminder of an open case, overdue or ahead; there is always one (G2, G6; BeyondCalendar)."""
    return pending(step, since, done, calendar, now)[0]


def _day_zero(since: datetime, calendar: SchoolCalendar) -> date:
    day = calendar.local_day(since)
    in_time = since < calendar.moment(day, calendar.last_call)
    return calendar.next_school_day(day, include=in_time)


def _escalates_at(day: date, since: datetime, calendar: SchoolCalendar) -> datetime:
    began_today = day == calendar.local_day(since)
    return calendar.moment(day, calendar.last_call if began_today else calendar.opening)


def _vacation_notice(
    step: Step, since: datetime, done: Collection[str], calendar: SchoolCalendar, now: datetime
) -> Reminder:
    vacation = calendar.vacation_after(_open_day(max(since, now), calendar))
    while _notice_id(vacation.first) in done:
        vacation = calendar.vacation_after(vacation.first)
    return Reminder(
        at=_notice_at(vacation.first, since, calendar),
        kind=ReminderKind.VACATION,
        reminder_id=_notice_id(vacation.first),
        roles=tuple(dict.fromkeys(role for level in step.remind for role in level.to)) or step.who,
        day=vacation.first,
    )


def _open_day(moment: datetime, calendar: SchoolCalendar) -> date:
    day = calendar.local_day(moment)
    return day if moment < calendar.moment(day, calendar.closing) else day + DAY


def _notice_at(first: date, since: datetime, calendar: SchoolCalendar) -> datetime:
    """Return the usual moment; for a case that began later that day the last call, or at once if that has passed."""
    usual = before_vacation(first - DAY, calendar)
    if since < usual:
        return usual
    return max(since.astimezone(UTC), calendar.moment(calendar.local_day(usual), calendar.last_call))


def _notice_id(first: date) -> str:
    return f"{ReminderKind.VACATION}/{first}"
