"""Schools and the people in them, known by an id of our own; a platform's user id is only an `Identity`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property

from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.typed_text import same_group


@dataclass(frozen=True)
class Identity:
    """Somebody's account on a messaging platform, for example ("slack", "T0123", "U0456")."""

    platform: str
    workspace: str
    user: str


@dataclass(frozen=True)
class School:
    """A school. `region` is the vacation region: noord, midden or zuid.

    `free_days` are the school's own, `open_days` those on which it is open though others are not; `hours` are the
    local times between which people may be reminded.
    """

    id: SchoolId
    name: str
    region: str
    free_days: tuple[date, ...] = ()
    open_days: tuple[date, ...] = ()
    hours: tuple[time, time] = (time(8, 30), time(16, 30))


EVERY_DAY = frozenset(range(7))
"""All days of the week, 0 is Monday: of who did not say on which days they work."""
SCHOOL_WEEK = range(5)
"""The days of the week that somebody can say they work on."""


@dataclass(frozen=True)
class Membership:
    """What somebody is in one school today; `groups` are the groups a teacher has.

    `roles` includes those of the people whose deputy they are (G5), whose ids are `stands_in_for`; `own` are their own,
    and `lent` those of each of these people. `works` are the days of the week on which they work (G2), 0 is Monday.
    """

    school: School
    roles: frozenset[Role]
    groups: tuple[str, ...] = ()
    stands_in_for: frozenset[PersonId] = frozenset()
    own: frozenset[Role] = frozenset()
    lent: Mapping[PersonId, frozenset[Role]] = field(default_factory=dict)
    works: frozenset[int] = EVERY_DAY


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

    def roles_without(self, school: SchoolId, excluded: Collection[PersonId]) -> frozenset[Role]:
        """Return this person's roles in the school, but for those that they have as a deputy of one of these people."""
        membership = self.memberships.get(school)
        if membership is None:
            return frozenset()
        if membership.stands_in_for.isdisjoint(excluded):
            return membership.roles
        lent = (roles for person, roles in membership.lent.items() if person not in excluded)
        return membership.own.union(*lent)

    @cached_property
    def has_role(self) -> bool:
        """Whether this person has a role in any school."""
        return any(membership.roles for membership in self.memberships.values())

    @cached_property
    def leads_a_cluster(self) -> bool:
        """Whether this person is a cluster director of any school."""
        return any(Role.CLUSTER_DIRECTOR in membership.roles for membership in self.memberships.values())

    def teaches(self, school: SchoolId, group: str = "") -> bool:
        """Tell whether this person is a teacher in the school, of this group if it is given."""
        membership = self.memberships.get(school)
        if membership is None or Role.TEACHER not in membership.own:
            return False
        return not group or any(same_group(group, own) for own in membership.groups)

    def acts_for(self, school: SchoolId) -> frozenset[PersonId]:
        """Return whose work this person does in the school: their own, and that of those they stand in for (G5)."""
        membership = self.memberships.get(school)
        return frozenset({self.id}) | membership.stands_in_for if membership and membership.roles else frozenset()

    def works_on(self, school: SchoolId, day: date) -> bool:
        """Tell whether they work in the school on this day of the week; of who comes from elsewhere it is assumed."""
        membership = self.memberships.get(school)
        return membership is None or day.weekday() in membership.works


@dataclass(frozen=True)
class WithDeputies:
    """Somebody, and who stands in for them today (G5)."""

    person: Person
    deputies: tuple[Person, ...] = ()

    @property
    def acting(self) -> tuple[Person, ...]:
        """Who acts for them today: the deputies, if there are any."""
        return self.deputies or (self.person,)


def with_deputies(person: Person, school: SchoolId, staff: Iterable[Person]) -> WithDeputies:
    """Return this person with who of the staff stands in for them in the school."""
    return WithDeputies(
        person, tuple(one for one in staff if one.id != person.id and person.id in one.acts_for(school))
    )


def paired(people: Iterable[Person], school: SchoolId) -> list[WithDeputies]:
    """Return these people, each with those among them who stand in for them, who are not named apart."""
    here = list(people)
    replaced = [with_deputies(one, school, here) for one in here]
    standing_in = {deputy.id for one in replaced for deputy in one.deputies}
    left = [one for one in replaced if one.person.id not in standing_in]
    return left or replaced


@dataclass(frozen=True)
class RoleChange:
    """A role in a school was given to somebody or taken from them; `by` is None for a change in the schools file.

    A deputy has the role for whom they stand in for, from the first day to the last.
    """

    school: SchoolId
    person: PersonId
    role: Role
    is_given: bool
    by: PersonId | None
    at: datetime
    stands_in_for: PersonId | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Deputy:
    """Somebody who has a colleague's roles from the first day to the last, both included; `id` is 0 until stored."""

    school: SchoolId
    person: PersonId
    deputy: PersonId
    first_day: date
    last_day: date
    id: int = 0
