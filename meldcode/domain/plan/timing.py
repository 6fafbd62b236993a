"""When a step or an appointment is due and whom it reminds: deadlines, levels and urgency (G2, G8, S3.6)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from meldcode.domain.plan.forms import Condition, FieldSpec, Id, PlanPart
from meldcode.domain.plan.roles import Role


class EscalationLevel(PlanPart):
    """One level of a step's escalation: these roles are reminded, so many school days after the deadline.

    `every`: again after that many school days each time, until somebody acts; only the last level can have it.
    """

    after: Annotated[int, Field(ge=0, le=100)] = 0
    to: tuple[Role, ...]
    every: Annotated[int, Field(ge=1, le=100)] | None = None


class Deadline(PlanPart):
    """School days from when the step began; 0 is the same school day. `each`: counted again from every such record.

    So do those of `or_each`. `weekdays` counts working days instead of school days: those of Veilig Thuis (S4.10).
    `since`: counted from this record, although it was made in an earlier step.
    """

    school_days: Annotated[int, Field(ge=0, le=400)]
    each: Id | None = None
    or_each: tuple[Id, ...] = ()
    weekdays: bool = False
    since: Id | None = None

    @property
    def counted(self) -> tuple[Id, ...]:
        """The records from whose last entry the deadline counts."""
        return (*((self.each,) if self.each else ()), *self.or_each)


class Urgency(PlanPart):
    """What cannot wait: due the same day when one of `when` holds (G8, S4.9).

    Where a record is called for at any step: until it, or one of `until`, is made after what `when` speaks of.
    `to` are reminded of it, also in vacations. Their reminders come every so many minutes on that day, and
    on each later day in the morning.
    """

    when: Annotated[tuple[Condition, ...], Field(min_length=1)] = ({},)
    every_minutes: Annotated[int, Field(ge=15, le=600)] = 60
    to: Annotated[tuple[Role, ...], Field(min_length=1)]
    until: tuple[Id, ...] = ()


class Party(StrEnum):
    """Whom an appointment reminds beside roles: who takes care of it, and who is responsible for the case."""

    OWNER = "owner"
    RESPONSIBLE = "responsible"


class AppointmentLevel(PlanPart):
    """One level of chasing an appointment: so many school days after its day. 0 is the day, or the school day before.

    `every`: again after that many school days each time, until it is decided on; only the last level can have it.
    """

    after: Annotated[int, Field(ge=0, le=100)] = 0
    to: Annotated[tuple[Party | Role, ...], Field(min_length=1)]
    every: Annotated[int, Field(ge=1, le=100)] | None = None


class Appointments(PlanPart):
    """How appointments are kept (S3.6): whom they remind, and who may drop one.

    `questions` are asked about each appointment, and `decision` about each that is open when a form closes the case:
    `{number}`, `{what}` and `{day}` are filled in. What a plan leaves out is the program's own (`appointments.yaml`).
    """

    remind: tuple[AppointmentLevel, ...] = ()
    dropped_by: tuple[Role, ...] = ()
    questions: tuple[FieldSpec, ...] = ()
    decision: tuple[FieldSpec, ...] = ()
