"""Messages about what happened in a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from meldcode.application.messages.base import Payload
from meldcode.domain.case.state import Status
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role


@dataclass(frozen=True)
class Recorded(Payload):
    """Something was recorded in a case, which is now at this step; the assignees must make what is `needed`, if any.

    `rule` is the number of the plan's rule that notifies the reader. The action `asked` is asked of the reader in the
    role `asked_as`, by the day `due`; empty when nothing is. Nobody in the school has the `missing_roles`, which should
    have been notified too. `outcome` is that of a closed case. In the place of a reminder of the same task it still
    lets the reader postpone it (`may_postpone`), or hand the case over (`may_hand_over`). `named_in` is the number of
    the entry that names the reader as having taken part, or 0.
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
    may_postpone: bool = False
    may_hand_over: bool = False
    named_in: int = 0


@dataclass(frozen=True)
class TakenOver(Payload):
    """The reader is no longer responsible for a case: this colleague is (G5)."""

    kind: ClassVar[str] = "taken_over"
    code: str
    by: PersonId


@dataclass(frozen=True)
class TaskEnded(Payload):
    """What earlier messages ask of the reader was done `by` a colleague; None: it is not asked any more, or not yet."""

    kind: ClassVar[str] = "task_ended"
    code: str
    plan: str
    plan_version: int
    asked: str
    asked_as: Role
    by: PersonId | None
    may_open: bool
    comes_later: bool = False


@dataclass(frozen=True)
class AppointmentsMade(Payload):
    """A colleague made or moved appointments on these days, to which the reader sees (S3.6)."""

    kind: ClassVar[str] = "appointments_made"
    code: str
    days: tuple[date, ...]
    by: PersonId


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
class Named(Payload):
    """A colleague named the reader as having taken part in what this entry records."""

    kind: ClassVar[str] = "named"
    code: str
    plan: str
    plan_version: int
    record: str
    entry: int
    by: PersonId
    may_open: bool


@dataclass(frozen=True)
class OwnEntry(Payload):
    """A colleague corrected what the reader recorded (`own`), or says that they did not take part in it."""

    kind: ClassVar[str] = "own_entry"
    code: str
    plan: str
    plan_version: int
    own: str
    record: str
    by: PersonId
    may_open: bool


@dataclass(frozen=True)
class CaseEnding(Payload):
    """A closed case is destroyed on `day` (promise 8), unless `hold_record` is made, which a plan may lack.

    With `left_record` it would be kept from the day its pupil left the school, which is not known (G9).
    """

    kind: ClassVar[str] = "ending"
    code: str
    day: date
    plan: str
    plan_version: int
    hold_record: str
    left_record: str = ""


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
