"""Files that were shared on the platform, and exports that are still pending."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta

from meldcode.domain.ids import CaseId, PersonId


@dataclass(frozen=True)
class PendingExport:
    """An export of a dossier that has begun and is not known to have arrived; `entry` is its entry in the case."""

    case: CaseId
    entry: int
    by: PersonId


class Files(ABC):
    """Shared files by the platform's id, until they are removed there, and the exports that share them."""

    @abstractmethod
    def save(self, file: str, workspace: str, remove_at: datetime) -> None:
        """Record a shared file and when to remove it. Saving it again changes the moment."""

    @abstractmethod
    def claim(self, now: datetime, lease: timedelta) -> list[tuple[str, str]]:
        """The files to remove now, each with its workspace. No other worker gets them before the lease ends."""

    @abstractmethod
    def delete(self, file: str) -> None:
        """Forget a file that was removed from the platform."""

    @abstractmethod
    def begin_export(self, export: PendingExport, until: datetime) -> None:
        """Record that an export begins. If it is not finished by `until`, it was interrupted."""

    @abstractmethod
    def finish_export(self, case: CaseId, entry: int) -> None:
        """Record that the export arrived, or is known to have failed."""

    @abstractmethod
    def interrupted_exports(self, now: datetime) -> list[PendingExport]:
        """The exports that should have finished by now, locked against other workers until the commit."""
