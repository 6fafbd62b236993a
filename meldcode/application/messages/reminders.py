"""Reminders of what waits (G2, G6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from meldcode.application.messages.base import Payload


@dataclass(frozen=True)
class Reminder(Payload):
    """An open case waits (G2). Where it stands is read from the case when the reminder is sent."""

    kind: ClassVar[str] = "reminder"
    code: str
    may_hand_over: bool


@dataclass(frozen=True)
class Waiting:
    """What a case waits for, since when, and how often that was postponed. The value differs once somebody acted."""

    step: str
    since: datetime | None
    postponements: int


@dataclass(frozen=True)
class StepReminder(Reminder):
    """A step stalls."""

    waiting: Waiting


@dataclass(frozen=True)
class VacationReminder(Reminder):
    """A vacation begins on `first_day` (G6)."""

    first_day: date


@dataclass(frozen=True)
class DueAppointment:
    """An appointment by its number in the case, and the day that it had when the reminder was made."""

    number: int
    day: date


@dataclass(frozen=True)
class AppointmentReminder(Reminder):
    """Appointments are due or late, the first one on `day` (S3.6).

    `instead_of_owner`: nobody sees to one of them any more, so the reader is reminded. An earlier version of this
    program wrote no `appointments`: then it is the one of that day.
    """

    day: date
    instead_of_owner: bool
    appointments: tuple[DueAppointment, ...] = ()

    def with_earlier(self, earlier: Reminder | None) -> AppointmentReminder:
        """Return one reminder of what both are about."""
        if not isinstance(earlier, AppointmentReminder):
            return self
        both = tuple(dict.fromkeys((*earlier.appointments, *self.appointments)))
        instead = self.instead_of_owner or earlier.instead_of_owner
        return replace(self, appointments=both, instead_of_owner=instead)


@dataclass(frozen=True)
class UrgentReminder(Reminder):
    """Something cannot wait until tomorrow (G8, S4.9): `what` the case waits for since `since`."""

    kind: ClassVar[str] = "urgent_reminder"
    what: str
    since: datetime
