"""Domain events: what use cases say that they changed. Subscribers get them after the commit only."""

from __future__ import annotations

from dataclasses import dataclass

from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.worklist import Assignee


@dataclass(frozen=True)
class WorklistChanged:
    """A case moved onto or off these worklists of the school, or what they show of it changed.

    `lost` are those of them that it moved off: their people may not be allowed to read it any more.
    """

    school: SchoolId
    assignees: frozenset[Assignee]
    lost: frozenset[Assignee] = frozenset()


@dataclass(frozen=True)
class StaffChanged:
    """The roles, deputies or presence of these people in the school changed."""

    school: SchoolId
    people: frozenset[PersonId]


Event = WorklistChanged | StaffChanged
