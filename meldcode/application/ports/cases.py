"""What the core asks of the outside about cases; the other ports are in `ports`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from meldcode.domain.case.header import CaseHeader, Contents, Reading
from meldcode.domain.case.state import Entry, Pupil, State
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan


@dataclass(frozen=True)
class Submission:
    """A submission that was stored before: of which case, as which entry, and the digest of what was typed."""

    case: CaseId
    seq: int
    digest: str


@dataclass(frozen=True)
class StepCount:
    """How many open cases of a school stand at a step; `overdue` of them have been reminded of."""

    plan: str
    plan_version: int
    step: str
    open: int
    overdue: int


class AlreadyStored(Exception):
    """The idempotency key was stored by another transaction meanwhile: begin anew to find it."""


class Outdated(Exception):
    """The case was changed by another transaction meanwhile: begin anew."""


class Cases(ABC):
    """Cases and their entries. What is read for showing leaves a trace in the same transaction (promise 6)."""

    @abstractmethod
    def open(self, school: SchoolId, plan: Plan, pupil: Pupil, teacher: PersonId, now: datetime) -> CaseHeader:
        """Make a new case, without entries, with a code and a data key of its own."""

    @abstractmethod
    def find(self, code: str, schools: Iterable[SchoolId]) -> CaseHeader | None:
        """Return the case with this code in one of the schools."""

    @abstractmethod
    def get(self, case: CaseId) -> CaseHeader:
        """Return the header. Raises KeyError."""

    @abstractmethod
    def contents(self, case: CaseId) -> Contents:
        """Return what the case holds, for the rules alone: never to be shown."""

    @abstractmethod
    def read(self, case: CaseId, reading: Reading) -> Contents:
        """Return what the case holds, for showing, and keep the trace of it (G3)."""

    @abstractmethod
    def append(
        self, case: CaseHeader, entry: Entry, state: State, next_due: datetime | None, *, key: str, digest: str
    ) -> CaseHeader:
        """Append the entry, with the state it leads to and the moment to look at the case again.

        Raises Outdated or AlreadyStored.
        """

    @abstractmethod
    def claim_due(self, now: datetime, limit: int) -> list[CaseHeader]:
        """Return open cases whose moment has come, for this transaction alone: no other worker gets them (G2)."""

    @abstractmethod
    def next_due(self) -> datetime | None:
        """Return the earliest moment at which an open case is to be looked at."""

    @abstractmethod
    def reminded(self, case: CaseId) -> frozenset[str]:
        """Return the names of the reminders that the case has had."""

    @abstractmethod
    def keep_reminded(
        self, case: CaseId, moments: Iterable[str], rungs: int, next_due: datetime | None, now: datetime
    ) -> None:
        """Keep the reminders that the case has had now, and the moment to look at it again."""

    @abstractmethod
    def counts(self, school: SchoolId, opened_before: datetime) -> list[StepCount]:
        """Return how many cases that were open by then stand at each step now, and how many of them are overdue."""

    @abstractmethod
    def submission(self, key: str) -> Submission | None:
        """Return what was stored under this idempotency key before."""

    @abstractmethod
    def hand_over(self, case: CaseId, to: PersonId) -> CaseHeader:
        """Make the case this teacher's alone (G5), and return its header."""

    @abstractmethod
    def open_ones(self) -> list[CaseHeader]:
        """Return every open case of every school, oldest first."""

    @abstractmethod
    def set_joined(self, case: CaseId, to: CaseId) -> None:
        """Remember that the case belongs to another."""

    @abstractmethod
    def joined(self, case: CaseId) -> list[CaseHeader]:
        """Return the cases that were joined to this one."""

    @abstractmethod
    def about(self, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
        """Return the school's cases about a pupil of this name, found by a keyed index, oldest first."""

    @abstractmethod
    def headers(self, cases: Collection[CaseId]) -> list[CaseHeader]:
        """Return the headers of these cases, longest waiting first."""

    @abstractmethod
    def readings(self, case: CaseId) -> list[Reading]:
        """Return who read the case, latest first."""

    @abstractmethod
    def readings_of(self, cases: Iterable[CaseId], skip: int, limit: int) -> list[tuple[CaseId, Reading]]:
        """Return who read these cases, latest first, from the one after `skip` others on."""

    @abstractmethod
    def read_in(self, school: SchoolId, begin: datetime, end: datetime) -> list[tuple[CaseHeader, Reading]]:
        """Return the readings of the school's cases in this time; of what was joined, the case it joined counts."""

    @abstractmethod
    def authors(self, cases: Iterable[CaseId]) -> list[tuple[CaseId, PersonId]]:
        """Return who wrote in each of these cases."""
