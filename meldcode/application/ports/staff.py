"""What the core asks of the outside about staff; the other ports are in `ports`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from datetime import date, datetime

from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Identity, Person, RoleChange, School


class Staff(ABC):
    """Staff and their roles."""

    @abstractmethod
    def by_identity(self, identity: Identity) -> Person | None:
        """Return the person with this platform identity, or None."""

    @abstractmethod
    def by_identities(self, identities: Iterable[Identity]) -> dict[Identity, Person]:
        """Return those of the identities that are known."""

    @abstractmethod
    def get(self, person: PersonId) -> Person:
        """Return the person. Raises KeyError."""

    @abstractmethod
    def of_school(self, school: SchoolId) -> list[Person]:
        """Return everybody with a role in the school, by name."""

    @abstractmethod
    def schools(self) -> list[School]:
        """Return all schools, by name."""

    @abstractmethod
    def school(self, school: SchoolId) -> School:
        """Return the school. Raises KeyError."""

    @abstractmethod
    def engage(self, identity: Identity, name: str) -> PersonId:
        """Return whose identity this is, made known if nobody's; their name becomes this one unless it is empty."""

    @abstractmethod
    def set_place(
        self, person: PersonId, school: SchoolId, roles: Collection[Role], groups: tuple[str, ...], by: PersonId | None
    ) -> list[RoleChange]:
        """Make these all the roles that somebody has of their own in the school: without any they have no place there.

        Keeps and returns what changed, and who did it; nobody (None) is the schools file.
        """

    @abstractmethod
    def role_changes(self, school: SchoolId, limit: int) -> list[RoleChange]:
        """Return the latest changes of roles in the school, latest first."""

    @abstractmethod
    def appoint(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        """Let somebody stand in for a colleague (G5), and keep who arranged it."""

    @abstractmethod
    def deputies(self, school: SchoolId, day: date) -> list[Deputy]:
        """Return who stands in for whom, on this day or later."""

    @abstractmethod
    def locales(self) -> dict[Identity, str]:
        """Return the language and region that people use on their platform, as far as known."""

    @abstractmethod
    def without_locale(self) -> list[Identity]:
        """Return those of whom no locale is known."""

    @abstractmethod
    def set_locale(self, identity: Identity, locale: str) -> None:
        """Keep the locale of this identity; nothing when it is nobody's."""

    @abstractmethod
    def identities(self, people: Collection[PersonId]) -> list[Identity]:
        """Return how the platform names these people, one for each workspace."""

    @abstractmethod
    def home_page(self, identity: Identity) -> int:
        """Return which page of their Home tab this person looks at, counted from 0."""

    @abstractmethod
    def set_home_page(self, identity: Identity, page: int) -> None:
        """Keep which page this person turned to; nothing when the identity is nobody's."""

    @abstractmethod
    def workspaces(self) -> set[str]:
        """Return the workspaces where somebody has a role."""

    @abstractmethod
    def set_left(self, person: PersonId, at: datetime | None) -> None:
        """Keep that somebody has left, and has no role any more, or (None) that they are back."""
