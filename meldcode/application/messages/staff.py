"""Messages about people and roles, and overviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from meldcode.application.messages.base import Payload
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.worklist import AppointmentCount, StepCount


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
class NewPlan(Payload):
    """New cases of the school begin under this version of the plan."""

    kind: ClassVar[str] = "new_plan"
    school: SchoolId
    plan: str
    plan_version: int


@dataclass(frozen=True)
class RoleVacant(Payload):
    """Nobody in the school has these roles any more (G5)."""

    kind: ClassVar[str] = "role_vacant"
    school: SchoolId
    roles: tuple[Role, ...]
