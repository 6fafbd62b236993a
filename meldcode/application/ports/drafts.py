"""Drafts: what somebody typed but has not saved yet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from meldcode.domain.alarm import AlarmId
from meldcode.domain.case.state import Answers
from meldcode.domain.ids import CaseId, PersonId, SchoolId


@dataclass(frozen=True)
class DraftForm:
    """The form that was typed in, with which its author can go on: the ids are those of a `RecordEntry`."""

    record: str
    case: str = ""
    refers_to: int = 0
    school: SchoolId | None = None
    alarm: AlarmId | None = None


@dataclass(frozen=True)
class Draft:
    """A draft with which its author can go on. It is kept `until` then."""

    key: str
    form: DraftForm
    answers: Answers
    until: datetime


class Drafts(ABC):
    """Encrypted drafts. Only the author can read a draft, and for one day at most after it was begun.

    Each draft has a key of its own, which is destroyed with it (promise 8).
    """

    @abstractmethod
    def save(
        self,
        key: str,
        author: PersonId,
        answers: Answers,
        now: datetime,
        case: CaseId | None = None,
        form: DraftForm | None = None,
    ) -> None:
        """Replace the author's draft under this key. A draft about a case is destroyed with that case."""

    @abstractmethod
    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        """The author's own draft, or None when there is none or it has expired."""

    @abstractmethod
    def of(self, author: PersonId, now: datetime) -> Sequence[Draft]:
        """The author's drafts of which the form is known, the newest first."""

    @abstractmethod
    def authors(self, now: datetime) -> Collection[PersonId]:
        """Everybody who has such a draft."""

    @abstractmethod
    def delete(self, key: str, author: PersonId) -> None:
        """Delete the author's draft, if there is one."""

    @abstractmethod
    def delete_expired(self, now: datetime, most: int) -> int:
        """Delete so many drafts that have expired. Return how many it were."""
