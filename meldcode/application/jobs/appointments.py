"""Whom the reminders of appointments go to, and what they say when they are sent (S3.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from meldcode.application.jobs.audience import Audience
from meldcode.application.messages.reminders import AppointmentReminder, DueAppointment
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import ALERTED, keepers, roles_in_case
from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.case.appointments import Appointment, open_ones
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Entry, State
from meldcode.domain.deadlines.appointments import school_days_late
from meldcode.domain.deadlines.reminders import Reminder
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import Party
from meldcode.domain.presence import Reached
from meldcode.domain.staff import Person, WithDeputies, paired


@dataclass(frozen=True)
class Called:
    """Somebody to remind of appointments; `instead`: of one that nobody sees to any more."""

    reached: Reached
    reminders: tuple[Reminder, ...] = ()
    instead: bool = False


@dataclass(frozen=True)
class DueNow:
    """An appointment that is still open when its reminder is sent; `late` is how many school days ago it was.

    `owners` see to it, if the reader does not.
    """

    number: int
    day: date
    late: int
    owners: tuple[WithDeputies, ...] = ()


def called(due: Sequence[Reminder], audience: Audience, state: State, entries: Sequence[Entry]) -> list[Called]:
    """Return who is reminded of the appointments that are due: each once, of all that they should know of.

    When none of those works that day, who acts for the case does it instead, else the people in charge, and who reads
    the case where it is kept from those (G2, G12).
    """
    case, plan, staff = audience.case, audience.plan, audience.staff
    found: dict[PersonId, Called] = {}
    for one in due:
        owned = keepers(state.appointments[one.appointment - 1], case, plan, staff)
        is_left = Party.OWNER in one.parties and not owned
        wanted = [*owned] if Party.OWNER in one.parties else []
        wanted += responsible(case, plan, staff) if is_left or Party.RESPONSIBLE in one.parties else []
        wanted += [person for person in staff if roles_in_case(person, case, plan) & {*one.roles}]
        for reached in audience.presence.reach([wanted, responsible(case, plan, staff), audience.in_charge]):
            instead = is_left or reached.person not in wanted
            earlier = found.get(reached.person.id, Called(reached))
            if one not in earlier.reminders:
                instead = earlier.instead or instead
                found[reached.person.id] = Called(reached, (*earlier.reminders, one), instead)
    return [one for one in found.values() if not _is_known(one, plan, state, entries)]


def _is_known(found: Called, plan: Plan, state: State, entries: Sequence[Entry]) -> bool:
    """Whether all of it was made or moved after its reminder was due: who sees to it has just been told so."""
    about = ((one.at, state.appointments[one.appointment - 1]) for one in found.reminders)
    return not found.instead and all(at <= _set_at(one, plan, entries) for at, one in about)


def _set_at(one: Appointment, plan: Plan, entries: Sequence[Entry]) -> datetime:
    """When an appointment got the day that it has."""
    moved = (entry for entry in entries if plan.records[entry.record].effect is Effect.MOVES)
    numbers = {one.entry, *(entry.seq for entry in moved if entry.refers_to == one.number)}
    return max(entry.written_at for entry in entries if entry.seq in numbers)


def responsible(case: CaseHeader, plan: Plan, staff: Sequence[Person]) -> list[Person]:
    """Return who acts for who is responsible for the case; without one the care coordinators, or who is in charge."""
    if taken := responsible_for(case, plan, staff):
        return [*taken.acting]
    for roles in ({Role.CARE_COORDINATOR}, {*ALERTED}):
        if found := [person for person in staff if roles_in_case(person, case, plan) & roles]:
            return found
    return []


def appointment_payload(case: CaseHeader, found: Called, *, may_hand_over: bool) -> AppointmentReminder:
    """Return what somebody is reminded of: each appointment once, the earliest first."""
    days = {one.appointment: one.day for one in found.reminders if one.day}
    due = sorted((DueAppointment(number, day) for number, day in days.items()), key=lambda one: (one.day, one.number))
    return AppointmentReminder(case.code, may_hand_over, due[0].day, found.instead, tuple(due))


def still_due(payload: AppointmentReminder, state: State, today: date, calendar: SchoolCalendar) -> Iterator[DueNow]:
    """Yield the appointments of a reminder on which nobody decided meanwhile and which nobody postponed."""
    asked = {(one.number, one.day) for one in payload.appointments}
    for one in open_ones(state.appointments):
        is_asked = (one.number, one.day) in asked if asked else one.day == payload.day
        if is_asked and not _waits(one, today):
            yield DueNow(one.number, one.day, school_days_late(one.day, today, calendar))


def owners_beside(
    reader: Person, one: Appointment, case: CaseHeader, plan: Plan, staff: Sequence[Person]
) -> list[WithDeputies]:
    """Return who sees to an appointment; nobody if the reader does."""
    owned = keepers(one, case, plan, staff)
    return [] if reader.id in {person.id for person in owned} else paired(owned, case.school)


def _waits(one: Appointment, today: date) -> bool:
    return bool(one.postponed) and date.fromisoformat(one.postponed[-1]) > today
