"""Schools, their staff, roles and deputies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from datetime import date, datetime

from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Identity, Person, RoleChange, School


class Staff(ABC):
    """Schools, their staff, roles and deputies."""

    @abstractmethod
    def by_identity(self, identity: Identity) -> Person | None:
        """The person with this platform identity."""

    @abstractmethod
    def by_identities(self, identities: Iterable[Identity]) -> dict[Identity, Person]:
        """The people with these platform identities; unknown identities are left out."""

    @abstractmethod
    def get(self, person: PersonId) -> Person:
        """The person. Raises KeyError."""

    @abstractmethod
    def of_school(self, school: SchoolId) -> list[Person]:
        """Everybody with a role in the school, by name."""

    @abstractmethod
    def schools(self) -> list[School]:
        """All schools, by name."""

    @abstractmethod
    def school(self, school: SchoolId) -> School:
        """The school. Raises KeyError."""

    @abstractmethod
    def register(self, identity: Identity, name: str) -> PersonId:
        """The person with this identity, created if unknown. A name that is not empty replaces the stored one."""

    @abstractmethod
    def lock(self) -> None:
        """Let nobody else change roles or deputies until the unit of work ends, and read them anew."""

    @abstractmethod
    def set_roles(
        self, person: PersonId, school: SchoolId, roles: Collection[Role], groups: tuple[str, ...], by: PersonId | None
    ) -> list[RoleChange]:
        """Replace the person's own roles and groups in the school; without roles their membership ends.

        Stores and returns the changes. `by` is who made them; None is the schools file.
        """

    @abstractmethod
    def set_working_days(self, person: PersonId, school: SchoolId, days: Collection[int]) -> None:
        """Store on which days of the week the person works in the school, 0 is Monday (G2)."""

    @abstractmethod
    def role_changes(self, school: SchoolId, limit: int) -> list[RoleChange]:
        """The latest role changes in the school, latest first."""

    @abstractmethod
    def appoint_deputy(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        """Appoint a deputy for a colleague, and record the roles that are lent (G5); `by` is who arranged it."""

    @abstractmethod
    def change_deputy(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        """Give a stored deputy another period, and record it."""

    @abstractmethod
    def end_deputy(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        """End a stored deputy's term at once, and record it."""

    @abstractmethod
    def deputies(self, school: SchoolId, day: date) -> list[Deputy]:
        """The deputies whose term ends on this day or later, and was not ended."""

    @abstractmethod
    def set_left(self, person: PersonId, at: datetime | None) -> None:
        """Record that somebody left and lost all roles, or (None) that they are back."""
