"""What use cases say that they changed. Whoever shows it is told after the commit, and never after a rollback."""

from __future__ import annotations

from dataclasses import dataclass

from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.worklist import Assignee


@dataclass(frozen=True)
class WorklistChanged:
    """A case of this school moved onto or off these worklists, or what they show of it changed."""

    school: SchoolId
    assignees: frozenset[Assignee]


@dataclass(frozen=True)
class StaffChanged:
    """These people's roles in the school, their deputies or their presence changed."""

    school: SchoolId
    people: frozenset[PersonId]


Event = WorklistChanged | StaffChanged
