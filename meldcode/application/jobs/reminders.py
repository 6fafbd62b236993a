"""Job: remind the right roles of a case that stalls, once for each reminder (G2, G6).

A transaction handles a few cases:
1. Claim cases whose `next_due` has passed, by an indexed column, so that no other worker gets them.
2. Fold the entries of each case again: what was done meanwhile needs no reminder.
3. Send each person one message about all that fell due, also after downtime, at the highest escalation level. A
   reminder that waits until somebody is back is a second message.
4. Store the reminder ids and the next moment with the case. A reminder id cannot be stored twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from meldcode.application.case_people import escalate_to, hidden_from, plan_of
from meldcode.application.cases.parts import kept_in_the_dark
from meldcode.application.cases.readers import unusual_in
from meldcode.application.cases.telling.tasks import appointments_key, task_key
from meldcode.application.jobs.appointments import Called, appointment_payload, called
from meldcode.application.jobs.audience import Audience, audience_of
from meldcode.application.jobs.current import waiting_for
from meldcode.application.messages.base import Payload
from meldcode.application.messages.registry import QUIET
from meldcode.application.messages.reminders import (
    AppointmentReminder,
    StepReminder,
    UrgentReminder,
    VacationReminder,
)
from meldcode.application.messages.reminders import Reminder as ReminderPayload
from meldcode.application.messages.staff import UnusualReaders, WeeklyOverview
from meldcode.application.ports.outbox import OutboxMessage, Placing
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.worklists import appointment_count, update_appointments
from meldcode.domain.access.rules import may_hand_over
from meldcode.domain.calendar import AMSTERDAM, DAY, BeyondCalendar
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader, some
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.deadlines.reminders import Reminder, ReminderKind
from meldcode.domain.deadlines.schedule import RETRY, next_moment, open_moment, sending_moment, to_remind
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.presence import Reached
from meldcode.domain.staff import Person, School

AFTER_TROUBLE = timedelta(hours=1)
A_MOMENT = timedelta(minutes=1)


def send_due_reminders(uow: UnitOfWork, now: datetime, limit: int, trouble: Callable[[Exception], object]) -> int:
    """Send the reminders that are due. Return how many cases were looked at; 0 when no more are due.

    A case that cannot be read does not stop the others: its error goes to `trouble`, and it is tried again in an hour.
    """
    cases = list(some(uow.cases.claim_due(now, limit)))
    keys = uow.outbox.asking([case.id for case in cases]) if cases else {}
    for case in cases:
        try:
            _remind_of(uow, case, keys[case.id], now)
        except Exception as error:
            trouble(error)
            uow.cases.save_reminders(case.id, (), case.escalations, now + AFTER_TROUBLE, now)
    return len(cases)


def reminders_of(messages: Iterable[tuple[CaseId | None, Payload]]) -> Iterator[tuple[CaseId, ReminderPayload]]:
    """Yield these reminders in order, and one of all the appointments of a case that there are reminders of (S3.6)."""
    of_appointments: dict[CaseId, AppointmentReminder] = {}
    for case, payload in messages:
        if case and isinstance(payload, AppointmentReminder):
            of_appointments[case] = payload.with_earlier(of_appointments.get(case))
        elif case and isinstance(payload, ReminderPayload):
            yield case, payload
    yield from of_appointments.items()


def earliest_delivery(uow: UnitOfWork, payload: Payload, case: CaseId | None, now: datetime) -> datetime:
    """Return when a message may be sent: now, or for a reminder the next school hours (G2)."""
    if not isinstance(payload, QUIET) or case is None:
        return now
    return sending_moment(uow.staff.school(uow.cases.get(case).school), now)


def week_overview(uow: UnitOfWork, of: SchoolId, now: datetime) -> None:
    """Send a school's leaders the counts of the cases with which the week began (G2), once a week, in school hours."""
    today = now.astimezone(AMSTERDAM).date()
    year, week, weekday = today.isocalendar()
    school = uow.staff.school(of)
    opening = open_moment(school, datetime.combine(today - (weekday - 1) * DAY, time(), AMSTERDAM))
    if opening > now or open_moment(school, now) > now:
        return
    leaders = [person for person in uow.staff.of_school(of) if Role.SCHOOL_LEADER in person.roles_in(of)]
    begun = _Week(school, opening, today, frozenset(_opened_again(uow, of, opening)) if leaders else frozenset())
    for person in leaders:
        payload = _overview_of(uow, begun, hidden_from(uow, person))
        if payload:
            uow.outbox.put(OutboxMessage(person.id, None, f"{year}-W{week:02}/{of}", payload), now)


@dataclass(frozen=True)
class _Week:
    """A week of a school, and the cases that a signal opened again in it."""

    school: School
    opening: datetime
    today: date
    opened_again: frozenset[CaseId]


def _overview_of(uow: UnitOfWork, week: _Week, hidden: Collection[CaseId]) -> WeeklyOverview | None:
    """What a leader is told of the week before, without the cases hidden from them; None when there is nothing.

    Who leads the school from later in the week reads what is late then.
    """
    school, today = week.school, week.today
    before = today - (today.weekday() + 7) * DAY
    readers = {one.reader for one in unusual_in(uow, school.id, before, hidden)}
    left_out = {*hidden, *week.opened_again}
    counts = uow.worklists.step_counts(school.id, today, left_out, opened_before=week.opening)
    appointments = appointment_count(uow, school.id, today, left_out, before=week.opening)
    if not counts and not readers and not appointments:
        return None
    unusual = UnusualReaders(school.id, before, len(readers)) if readers else None
    return WeeklyOverview(school.name, tuple(counts), unusual, appointments)


def _opened_again(uow: UnitOfWork, school: SchoolId, moment: datetime) -> Iterator[CaseId]:
    """The open cases that were there before this moment, and were closed then or at any time since."""
    for case in uow.cases.moved_since(school, moment):
        entries = uow.cases.contents(case.id).entries
        if any(state.status is not Status.OPEN for state in _states_since(moment, plan_of(uow, case), entries)):
            yield case.id


def _states_since(moment: datetime, plan: Plan, entries: Sequence[Entry]) -> Iterator[State]:
    """Where a case stood at this moment, and after each entry since."""
    state = fold(plan, [entry for entry in entries if entry.written_at < moment])
    yield state
    for entry in entries:
        if entry.written_at >= moment:
            state = fold(plan, [entry], state)
            yield state


def _remind_of(uow: UnitOfWork, case: CaseHeader, keys: Mapping[PersonId, str], now: datetime) -> None:
    plan, school = plan_of(uow, case), uow.staff.school(case.school)
    entries, done = uow.cases.contents(case.id).entries, uow.cases.sent_reminders(case.id)
    state = fold(plan, entries)
    try:
        due = _due(to_remind(plan, state, school, now, done), now)
    except BeyondCalendar:
        uow.cases.save_reminders(case.id, (), case.escalations, now + RETRY, now)
        return
    if case.version > 1:  # a case that an earlier version stored has no rows of its appointments yet
        update_appointments(uow, case, plan, state)
    key = task_key(case.code, case.version)
    audience = audience_of(uow, case, plan, now, without=kept_in_the_dark(plan, state))
    recipients = _recipients(audience, [d for d in due if not d.appointment])
    case = escalate_to(uow, case, plan, [reached.person for reached, _ in recipients])
    messages: dict[datetime, list[OutboxMessage]] = defaultdict(list)
    for reached, most in recipients:
        person, payload = reached.person, _payload(case, plan, state, reached.person, most)
        at = now if isinstance(payload, UrgentReminder) else audience.moment_of(reached)
        messages[at].append(_message(case, payload, person, most, keys.get(person.id, key)))
    reminded = called([d for d in due if d.appointment], audience, state, entries)
    for at, message in _about_appointments(uow, audience, state, reminded):
        messages[at].append(message)
    for at, together in messages.items():
        uow.outbox.put_all(together, now, at)
    moments = [d.reminder_id for d in due]
    escalations = max([case.escalations, *(d.level for d in due)])
    again = next_moment(plan, state, school, now, done | set(moments))
    uow.cases.save_reminders(case.id, moments, escalations, again, now)


def _due(reminders: Collection[Reminder], now: datetime) -> list[Reminder]:
    """What is due. Of what cannot wait, what is due in a moment goes along with it in one message."""
    urgent = [one for one in reminders if one.kind is ReminderKind.URGENT]
    until = now + A_MOMENT if any(one.at <= now for one in urgent) else now
    return [one for one in reminders if one.at <= (until if one in urgent else now)]


def _message(case: CaseHeader, payload: ReminderPayload, person: Person, due: Reminder, key: str) -> OutboxMessage:
    """A new message, updated with the others about the task. An appointment is a task of its own."""
    key = "" if isinstance(payload, AppointmentReminder) else key
    return OutboxMessage(person.id, case.id, due.reminder_id, payload, key, Placing.NEW)


def _payload(case: CaseHeader, plan: Plan, state: State, person: Person, due: Reminder) -> ReminderPayload:
    hands_over = may_hand_over(person, case, plan)
    if due.since is not None:
        return UrgentReminder(case.code, hands_over, due.what, due.since)
    if due.day is None:
        return StepReminder(case.code, hands_over, waiting_for(plan, state))
    return VacationReminder(case.code, hands_over, due.day)


def _about_appointments(
    uow: UnitOfWork, audience: Audience, state: State, reminded: Sequence[Called]
) -> Iterator[tuple[datetime, OutboxMessage]]:
    """One message to each person about all appointments that are due, beside what else the case waits for (S3.6)."""
    plan = audience.plan
    case = escalate_to(uow, audience.case, plan, [found.reached.person for found in reminded])
    for found in reminded:
        person = found.reached.person
        payload = appointment_payload(case, found, may_hand_over=may_hand_over(person, case, plan))
        key = appointments_key(state.appointments[one.number - 1] for one in payload.appointments)
        message = OutboxMessage(person.id, case.id, found.reminders[-1].reminder_id, payload, key, Placing.NEW)
        yield audience.moment_of(found.reached), message


def _recipients(audience: Audience, due: Sequence[Reminder]) -> list[tuple[Reached, Reminder]]:
    """The last reminder for each person, separately for today and for the day of their return.

    An escalation calls in whom it reaches (G3).
    """
    found: dict[tuple[PersonId, date | None], tuple[Reached, Reminder]] = {}
    for one in sorted(due, key=lambda d: (d.kind is ReminderKind.URGENT, d.at)):
        found |= {(reached.person.id, reached.day): (reached, one) for reached in audience.reach(one)}
    return list(found.values())
