"""Who read which case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from datetime import datetime

from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.ids import CaseId, SchoolId


class Readings(ABC):
    """The traces that `Cases.read` leaves (promise 6)."""

    @abstractmethod
    def add(self, cases: Collection[CaseId], reading: Reading) -> None:
        """Store that somebody read something of these cases."""

    @abstractmethod
    def of_case(self, case: CaseId) -> list[Reading]:
        """All readings of the case, latest first."""

    @abstractmethod
    def of_cases(self, cases: Iterable[CaseId], skip: int, limit: int) -> list[tuple[CaseId, Reading]]:
        """A page of the readings of these cases, latest first; `skip` is the number to leave out."""

    @abstractmethod
    def in_period(self, school: SchoolId, begin: datetime, end: datetime) -> list[tuple[CaseHeader, Reading]]:
        """The readings of the school's cases from `begin` until before `end`. Cases that were joined do not count."""
