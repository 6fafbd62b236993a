"""What a message to a colleague is about: one payload for each kind.

A payload holds ids, codes, counts and days, never content or a name (promise 4). A view renders it when it is sent.
`kind` names it in the database, so it must not change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import ClassVar

from pydantic import ConfigDict

from meldcode.domain.alarm import AlarmId
from meldcode.domain.case.state import Status
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.worklist import AppointmentCount, StepCount


@dataclass(frozen=True)
class Payload:
    """What all payloads have in common: reading one back gives exactly what was written."""

    kind: ClassVar[str]
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True)
class Recorded(Payload):
    """Something was recorded in a case, which is now at this step; the assignees must make what is `needed`, if any.

    `rule` is the number of the plan's rule that notifies the reader. The action `asked` is asked of the reader in the
    role `asked_as`, by the day `due`; empty when nothing is. Nobody in the school has the `missing_roles`, which should
    have been notified too. `outcome` is that of a closed case.
    """

    kind: ClassVar[str] = "recorded"
    code: str
    plan: str
    plan_version: int
    record: str
    step: str
    status: Status
    assignees: tuple[Role, ...]
    rule: int | None
    missing_roles: tuple[Role, ...]
    may_open: bool
    needed: str = ""
    asked: str = ""
    asked_as: Role | None = None
    due: date | None = None
    outcome: str = ""


@dataclass(frozen=True)
class TakenOver(Payload):
    """The reader is no longer responsible for a case: this colleague is (G5)."""

    kind: ClassVar[str] = "taken_over"
    code: str
    by: PersonId


@dataclass(frozen=True)
class TaskEnded(Payload):
    """What earlier messages ask of the reader was done `by` a colleague; None: it is not asked any more."""

    kind: ClassVar[str] = "task_ended"
    code: str
    plan: str
    plan_version: int
    asked: str
    asked_as: Role
    by: PersonId | None
    may_open: bool


@dataclass(frozen=True)
class CallSchool(Payload):
    """A reader who may not open the case hears of it: which school, whom to call and why (S4.4)."""

    kind: ClassVar[str] = "call_school"
    code: str
    plan: str
    plan_version: int
    record: str
    rule: int
    school: SchoolId
    contacts: tuple[PersonId, ...]


@dataclass(frozen=True)
class SignalRead(Payload):
    """A signal that the reader wrote was read, by somebody with this role (S1.1)."""

    kind: ClassVar[str] = "signal_read"
    code: str
    plan: str
    plan_version: int
    by: Role
    may_open: bool


@dataclass(frozen=True)
class AboutAlarm(Payload):
    """An alarm (G4). Where it stands is read from the alarm when the message is sent."""

    raised_by: PersonId
    raised_at: datetime

    @property
    def alarm(self) -> AlarmId:
        """Which alarm it is about."""
        return AlarmId(self.raised_by, self.raised_at)

    def key(self, level: int = 0) -> str:
        """Return the key of the message about this alarm at this level (`OutboxMessage.replaces`)."""
        return f"alarm {self.raised_by} {self.raised_at.astimezone(UTC).isoformat()} {level}"


@dataclass(frozen=True)
class AlarmInCase(Recorded, AboutAlarm):
    """Somebody raised the alarm from a case: the first message to who are alerted."""

    kind: ClassVar[str] = "alarm_in_case"


@dataclass(frozen=True)
class Alarm(AboutAlarm):
    """Any other message to who are alerted."""

    kind: ClassVar[str] = "alarm"


@dataclass(frozen=True)
class AlarmStatus(AboutAlarm):
    """Tells who raised the alarm what the others do."""

    kind: ClassVar[str] = "alarm_status"


@dataclass(frozen=True)
class AlarmUnanswered(AboutAlarm):
    """Nobody answers an alarm; without a name, a place or a case."""

    kind: ClassVar[str] = "alarm_unanswered"


@dataclass(frozen=True)
class AlarmUndelivered(Payload):
    """The reader raised an alarm that did not reach somebody (G4)."""

    kind: ClassVar[str] = "alarm_undelivered"


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


@dataclass(frozen=True)
class UnusualReaders:
    """How many people read unusually often in the week that began on this Monday."""

    school: SchoolId
    monday: date
    count: int


@dataclass(frozen=True)
class WeeklyOverview(Payload):
    """What a school leader reads on the first school day of a week: counts, never cases (G2, G3)."""

    kind: ClassVar[str] = "week"
    school_name: str
    steps: tuple[StepCount, ...]
    unusual: UnusualReaders | None = None
    appointments: AppointmentCount | None = None


@dataclass(frozen=True)
class CaseEnding(Payload):
    """A closed case is destroyed on `day` (promise 8), unless `hold_record` is made, which a plan may lack."""

    kind: ClassVar[str] = "ending"
    code: str
    day: date
    plan: str
    plan_version: int
    hold_record: str


@dataclass(frozen=True)
class CaseWithoutHolder(Payload):
    """An open case waits for roles that nobody has (G5). Messages of before version 9 do not say under which plan."""

    kind: ClassVar[str] = "without_holder"
    code: str
    missing_roles: tuple[Role, ...]
    plan: str = ""
    plan_version: int = 0


@dataclass(frozen=True)
class CaseWithoutResponsible(Payload):
    """Who was responsible for an open case lost the account or the role; somebody is to take it over (G5)."""

    kind: ClassVar[str] = "without_responsible"
    code: str


@dataclass(frozen=True)
class NoLongerTeacher(Payload):
    """The reader was a teacher of this case until now (S1.6)."""

    kind: ClassVar[str] = "no_longer_teacher"
    code: str


@dataclass(frozen=True)
class RoleEmpty(Payload):
    """Nobody has this role in a case any more, because of an exclusion: somebody can take it over (G12)."""

    kind: ClassVar[str] = "role_empty"
    code: str
    plan: str
    plan_version: int
    role: Role


@dataclass(frozen=True)
class RoleTaken(Payload):
    """The reader takes over this role in a case (G12)."""

    kind: ClassVar[str] = "role_taken"
    code: str
    role: Role


@dataclass(frozen=True)
class Undelivered(Payload):
    """A message about a case did not reach its recipient. All reports of one lost message have the same `moment`."""

    kind: ClassVar[str] = "undelivered"
    code: str
    moment: str


@dataclass(frozen=True)
class RolesChanged(Payload):
    """Somebody's roles in a school changed. Details are shown after an access check (G3)."""

    kind: ClassVar[str] = "roles"
    school: SchoolId


@dataclass(frozen=True)
class DeputyArranged(Payload):
    """Somebody stands in for somebody else (G5), as an earlier version said it."""

    kind: ClassVar[str] = "deputy"


@dataclass(frozen=True)
class DeputyPeriod(Payload):
    """A deputyship of the reader, on one side or the other, was arranged, changed or ended (G5)."""

    kind: ClassVar[str] = "deputy_period"
    person: PersonId
    deputy: PersonId
    first_day: date
    last_day: date
    to_deputy: bool
    is_ended: bool


@dataclass(frozen=True)
class RoleVacant(Payload):
    """Nobody in the school has these roles any more (G5)."""

    kind: ClassVar[str] = "role_vacant"
    school: SchoolId
    roles: tuple[Role, ...]


PAYLOADS: tuple[type[Payload], ...] = (
    Recorded,
    TaskEnded,
    CallSchool,
    SignalRead,
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
    RoleVacant,
)
URGENT: tuple[type[Payload], ...] = (Alarm, AlarmInCase, AlarmStatus, AlarmUnanswered, AlarmUndelivered, UrgentReminder)
"""Messages about danger wait for no other message (G4)."""
QUIET: tuple[type[Payload], ...] = (
    StepReminder,
    VacationReminder,
    AppointmentReminder,
    CaseWithoutHolder,
    CaseWithoutResponsible,
)
"""Messages that do not come outside school hours."""
