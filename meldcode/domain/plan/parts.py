"""The parts of a plan that records and steps are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from meldcode.domain.plan.forms import Condition, Id, PlanPart
from meldcode.domain.plan.roles import Role


class Lead(PlanPart):
    """Where an answer leads: to a step, or to the end of the case with an outcome.

    `at` are the steps of the case from which it leads there; empty: from everywhere.
    """

    when: Condition = {}
    at: tuple[Id, ...] = ()
    to: Id | None = None
    close: Id | None = None
    rule: str = ""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Lead:
        if (self.to is None) == (self.close is None):
            raise ValueError("an answer leads either to a step (to) or to an outcome (close)")
        return self


class Tell(PlanPart):
    """Who is notified at once. If nobody has these roles, `otherwise` is, and learns that the roles are missing.

    `calls_in`: who is told may read the case from then on, whatever its step (G3).
    """

    roles: tuple[Role, ...]
    when: Condition = {}
    otherwise: Role | None = None
    text: Annotated[str, Field(max_length=300)] = ""
    calls_in: bool = False
    rule: str = ""


class Ask(PlanPart):
    """The sentence that asks somebody with one of the roles for it, up to the day; empty `roles`: everybody else."""

    roles: tuple[Role, ...] = ()
    text: Annotated[str, Field(min_length=1, max_length=150)]


def asks_of_all(value: Any) -> Any:
    """Read one text as what is asked of everybody."""
    return ({"text": value},) if isinstance(value, str) else value


class Offer(PlanPart):
    """A question on the screen after saving, beside the button of this record; whoever has nothing to add goes on."""

    record: Id
    text: Annotated[str, Field(min_length=1, max_length=300)]


class Need(PlanPart):
    """What must stand before a record can be made, and the reason shown when it does not."""

    condition: Condition
    reason: str
    rule: str = ""


class RetentionFrom(StrEnum):
    """From when the retention of a closed case counts: its closing, or the day the pupil left if that is later (G9)."""

    CLOSING = "closing"
    LEAVING = "leaving"


class Outcome(PlanPart):
    """How a case can end, and how long it is kept after that. `told` is what its teacher then reads in a message."""

    id: Id
    title: str
    told: Annotated[str, Field(max_length=300)] = ""
    retention_years: Annotated[int, Field(ge=0, le=30)] = 2
    retention_from: RetentionFrom = RetentionFrom.CLOSING
