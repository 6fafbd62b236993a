"""Who reads a case and who has a part in it: roles by step, and what two people agree about somebody (G3, G12)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import model_validator

from meldcode.domain.plan.forms import Id, PlanPart
from meldcode.domain.plan.roles import Role


class Reader(PlanPart):
    """A role that reads cases: from the step `first` on, until the step `last`; without these always (G3)."""

    role: Role
    first: Id | None = None
    last: Id | None = None

    @model_validator(mode="before")
    @classmethod
    def _role_alone(cls, value: object) -> object:
        return {"role": value} if isinstance(value, str) else value


class Exclusion(StrEnum):
    """What is proposed about somebody: that they have nothing to do with the case, or that they may come back (G12)."""

    OUT = "out"
    BACK = "back"


YES, NO = "yes", "no"
"""The choices of an `agreement`."""
