"""Schools and the people in them, known by an id of our own; a platform's user id is only an `Identity`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from meldcode.case import PersonId, SchoolId
from meldcode.plan import Role

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The time of all the schools."""


@dataclass(frozen=True)
class Identity:
    """How a messaging platform names somebody, for example ("slack", "T0123", "U0456")."""

    platform: str
    workspace: str
    user: str


@dataclass(frozen=True)
class School:
    """A school. `region` is the vacation region: noord, midden or zuid."""

    id: SchoolId
    name: str
    region: str
    free_days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Membership:
    """What somebody is in one school; `groups` are the groups a teacher has."""

    school: School
    roles: frozenset[Role]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """A member of staff with their place in each of their schools."""

    id: PersonId
    name: str
    memberships: Mapping[SchoolId, Membership] = field(default_factory=dict)

    def roles_in(self, school: SchoolId) -> frozenset[Role]:
        """Return this person's roles in the school; none when they do not belong to it."""
        membership = self.memberships.get(school)
        return membership.roles if membership else frozenset()
