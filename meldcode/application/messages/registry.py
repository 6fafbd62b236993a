"""Every message by its kind, and how it is delivered."""

from __future__ import annotations

from meldcode.application.messages.alarms import Alarm, AlarmInCase, AlarmStatus, AlarmUnanswered, AlarmUndelivered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import (
    AppointmentsMade,
    CallSchool,
    CaseEnding,
    CaseWithoutHolder,
    CaseWithoutResponsible,
    Named,
    NoLongerTeacher,
    OwnEntry,
    Recorded,
    RoleEmpty,
    RoleTaken,
    SignalRead,
    TakenOver,
    TaskEnded,
    Undelivered,
)
from meldcode.application.messages.reminders import (
    AppointmentReminder,
    Reminder,
    StepReminder,
    UrgentReminder,
    VacationReminder,
)
from meldcode.application.messages.staff import (
    DeputyArranged,
    DeputyPeriod,
    NewPlan,
    RolesChanged,
    RoleVacant,
    WeeklyOverview,
)

PAYLOADS: tuple[type[Payload], ...] = (
    Recorded,
    TaskEnded,
    AppointmentsMade,
    CallSchool,
    SignalRead,
    Named,
    OwnEntry,
    AlarmInCase,
    Alarm,
    AlarmStatus,
    AlarmUnanswered,
    AlarmUndelivered,
    StepReminder,
    VacationReminder,
    AppointmentReminder,
    UrgentReminder,
    WeeklyOverview,
    CaseEnding,
    CaseWithoutHolder,
    CaseWithoutResponsible,
    TakenOver,
    NoLongerTeacher,
    RoleEmpty,
    RoleTaken,
    Undelivered,
    RolesChanged,
    DeputyArranged,
    DeputyPeriod,
    NewPlan,
    RoleVacant,
)
URGENT: tuple[type[Payload], ...] = (Alarm, AlarmInCase, AlarmStatus, AlarmUnanswered, AlarmUndelivered, UrgentReminder)
"""Messages about danger wait for no other message (G4)."""
URGENT_KINDS = frozenset(payload.kind for payload in URGENT)
REMINDERS = frozenset((Reminder.kind, UrgentReminder.kind))
"""The kinds of messages that go along in one with others of their kind, and that no person waits for."""
QUIET: tuple[type[Payload], ...] = (
    StepReminder,
    VacationReminder,
    AppointmentReminder,
    CaseWithoutHolder,
    CaseWithoutResponsible,
)
"""Messages that do not come outside school hours."""
