"""Drafts: what somebody typed but has not saved yet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime

from meldcode.domain.case.state import Answers
from meldcode.domain.ids import CaseId, PersonId


class Drafts(ABC):
    """Encrypted drafts. Only the author can read a draft, and for one day at most.

    Each draft has a key of its own, which is destroyed with it (promise 8).
    """

    @abstractmethod
    def save(self, key: str, author: PersonId, answers: Answers, now: datetime, case: CaseId | None = None) -> None:
        """Replace the author's draft under this key. A draft about a case is destroyed with that case."""

    @abstractmethod
    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        """The author's own draft, or None when there is none or it has expired."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Delete the draft, if there is one."""

    @abstractmethod
    def delete_expired(self, now: datetime) -> None:
        """Delete all drafts that have expired."""
