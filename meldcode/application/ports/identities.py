"""The accounts that people have on the platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import datetime

from meldcode.domain.ids import PersonId
from meldcode.domain.staff import Identity


class Identities(ABC):
    """Platform identities, one for each workspace, with their locale and Home tab page."""

    @abstractmethod
    def of_people(self, people: Collection[PersonId]) -> list[Identity]:
        """The identities of these people, except of those who have left."""

    @abstractmethod
    def with_roles(self) -> dict[Identity, bool]:
        """The identities of everybody with a role, and whether they are recorded as gone."""

    @abstractmethod
    def workspaces(self) -> set[str]:
        """The workspaces in which somebody has a role."""

    @abstractmethod
    def locales(self) -> dict[Identity, str]:
        """The known locales, as the platform writes them (`nl-NL`)."""

    @abstractmethod
    def without_locale(self) -> list[Identity]:
        """Identities without a known locale."""

    @abstractmethod
    def set_locale(self, identity: Identity, locale: str, at: datetime) -> bool:
        """Save the locale that the platform told at this moment, unless it told one later; return whether it is saved.

        Nothing is saved for an unknown identity.
        """

    @abstractmethod
    def is_news(self, identity: Identity, at: datetime) -> bool:
        """Whether nothing newer was told of this account before, which is remembered; False for an unknown identity."""

    @abstractmethod
    def home_page(self, identity: Identity) -> int:
        """The page of the Home tab that this person has open, counted from 0."""

    @abstractmethod
    def set_home_page(self, identity: Identity, page: int) -> None:
        """Save the page of the Home tab; does nothing for an unknown identity."""
