"""The workspaces in which the program is installed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Installation:
    """An installation in one workspace: the bot's token there, and the bot's ids."""

    workspace: str
    name: str
    bot: str
    bot_user: str
    token: str = field(repr=False)
    at: datetime


class Installations(ABC):
    """Installations by workspace. Tokens are stored encrypted (promise 3)."""

    @abstractmethod
    def save(self, installation: Installation) -> None:
        """Replace the installation of this workspace."""

    @abstractmethod
    def all(self) -> list[Installation]:
        """Every installation, by workspace."""

    @abstractmethod
    def remove(self, workspace: str, until: datetime) -> None:
        """Remove the installation of this workspace, unless it was made after `until`."""

    @abstractmethod
    def new_state(self, now: datetime) -> str:
        """A new OAuth state: proof that an installation was begun here, and when."""

    @abstractmethod
    def use_state(self, state: str, now: datetime) -> bool:
        """Whether this state was issued here, recently, and was not used before (promise 9)."""
