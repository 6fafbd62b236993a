"""Cases and their entries."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from meldcode.domain.case.header import CaseHeader, Contents, Reading
from meldcode.domain.case.state import Entry, Pupil, State
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan


@dataclass(frozen=True)
class Submission:
    """A stored submission: its case, the number of its entry, and a digest of what was typed."""

    case: CaseId
    seq: int
    digest: str


@dataclass(frozen=True)
class NewEntry:
    """An entry to store, with the state that it leads to. `next_due` is when reminders look at the case again.

    `key` is the submission's idempotency key.
    """

    entry: Entry
    state: State
    next_due: datetime | None
    key: str
    digest: str = ""


@dataclass(frozen=True)
class CasePart:
    """Somebody has this part in a case: called in, excluded, a teacher before, or a role that they took over."""

    case: CaseId
    person: PersonId
    part: str
    school: SchoolId


class AlreadyStored(Exception):
    """Another transaction stored this idempotency key meanwhile. Run the use case again to find its result."""


class Outdated(Exception):
    """Another transaction changed the case meanwhile. Run the use case again."""


class Cases(ABC):
    """Cases and their entries. Reading a case for display leaves a trace in the same transaction (promise 6)."""

    @abstractmethod
    def open(
        self,
        school: SchoolId,
        plan: Plan,
        pupil: Pupil,
        teacher: PersonId,
        now: datetime,
        co_teachers: Collection[PersonId] = (),
        first: NewEntry | None = None,
    ) -> CaseHeader:
        """Create a case with a new code and data key, and with its `first` entry or without entries.

        Raises AlreadyStored.
        """

    @abstractmethod
    def find(self, code: str, schools: Iterable[SchoolId], person: PersonId | None = None) -> CaseHeader | None:
        """The case with this code, if it belongs to one of these schools, or if the person has a part in it."""

    @abstractmethod
    def get(self, case: CaseId) -> CaseHeader:
        """The header of the case. Raises KeyError."""

    @abstractmethod
    def headers(self, cases: Collection[CaseId]) -> list[CaseHeader]:
        """The headers of these cases, longest waiting first."""

    @abstractmethod
    def moved_since(self, school: SchoolId, moment: datetime) -> list[CaseHeader]:
        """The school's open cases that were opened before this moment and have come to their step since."""

    @abstractmethod
    def contents(self, case: CaseId) -> Contents:
        """The decrypted case, for rules only; use `read` to show it to somebody. Raises KeyError."""

    @abstractmethod
    def read(self, case: CaseId, reading: Reading) -> Contents:
        """The decrypted case, for display. Stores who reads it first (G3). Raises KeyError."""

    @abstractmethod
    def append(self, case: CaseHeader, new: NewEntry) -> CaseHeader:
        """Append the entry and save the state it leads to. Raises Outdated or AlreadyStored."""

    @abstractmethod
    def keep_state(self, case: CaseHeader, plan: Plan, entries: Sequence[Entry]) -> None:
        """Keep what all these entries of the case lead to under the plan, if the case is a long one."""

    @abstractmethod
    def take_out(self, case: CaseId, seqs: Collection[int]) -> None:
        """Destroy the content of these entries, which were moved to another case. The chain stays whole."""

    @abstractmethod
    def set_pupil(self, case: CaseHeader, pupil: Pupil) -> None:
        """Replace the pupil's particulars, also in the cases that were joined to this one, and index them again."""

    @abstractmethod
    def find_submission(self, key: str) -> Submission | None:
        """The submission that was stored under this idempotency key."""

    @abstractmethod
    def claim_due(self, now: datetime, limit: int) -> list[CaseHeader]:
        """Open cases with reminders due, locked against other workers until the commit (G2)."""

    @abstractmethod
    def next_due(self) -> datetime | None:
        """The earliest moment at which any open case has a reminder due."""

    @abstractmethod
    def sent_reminders(self, case: CaseId) -> frozenset[str]:
        """The ids of the reminders that were sent about the case."""

    @abstractmethod
    def save_reminders(
        self, case: CaseId, moments: Iterable[str], escalations: int, next_due: datetime | None, now: datetime
    ) -> None:
        """Record that reminders were sent, the escalation level reached, and when the next one is due."""

    @abstractmethod
    def set_teachers(self, case: CaseId, teachers: Collection[PersonId]) -> CaseHeader:
        """Make these the teachers of the case (S1.6)."""

    @abstractmethod
    def hand_over(self, case: CaseId, to: PersonId) -> CaseHeader:
        """Make this teacher the only one of the case (G5)."""

    @abstractmethod
    def without_responsible(self) -> list[CaseHeader]:
        """The open cases for which nobody is known to be responsible, oldest first."""

    @abstractmethod
    def set_responsible(self, case: CaseId, person: PersonId) -> None:
        """Store who is responsible for a case of an earlier version of this program, unless somebody is already."""

    @abstractmethod
    def responsible_counts(self, school: SchoolId, hidden: Collection[CaseId] = ()) -> dict[PersonId | None, int]:
        """The number of open cases of the school by who is responsible."""

    @abstractmethod
    def add_parts(self, case: CaseId, people: Iterable[PersonId], part: str, until: date | None = None) -> None:
        """Give these people a part in the case that they do not have yet, until this day (included) or for good.

        Who is excluded already is so for the longer of the two.
        """

    @abstractmethod
    def end_parts(
        self, case: CaseId, parts: Iterable[str], people: Iterable[PersonId] | None = None, *, for_now: bool = False
    ) -> None:
        """End these parts in the case, of these people or of everybody; with `for_now` not what they are for good."""

    @abstractmethod
    def share_parts(self, cases: Collection[CaseId], to: CaseId, part: str) -> None:
        """Give everybody who has this part in one of the cases the same part in another, until the same day."""

    @abstractmethod
    def parts_of(self, people: Collection[PersonId]) -> list[CasePart]:
        """The parts that these people have in cases today."""

    @abstractmethod
    def all_open(self) -> list[CaseHeader]:
        """The open cases of all schools, oldest first."""

    @abstractmethod
    def open_after(self, case: CaseId | None, most: int) -> list[CaseHeader]:
        """So many open cases of all schools by their ids, after this one."""

    @abstractmethod
    def of_responsible(self, person: PersonId) -> list[CaseHeader]:
        """The open cases that this person took charge of last, oldest first."""

    @abstractmethod
    def set_joined(self, case: CaseId, to: CaseId | None) -> None:
        """Record that the case was joined to another, or that it is no longer."""

    @abstractmethod
    def joined(self, case: CaseId) -> list[CaseHeader]:
        """The cases that were joined to this one, oldest first."""

    @abstractmethod
    def find_by_pupil(self, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
        """The school's cases about a pupil of this name or one like it, oldest first. A placeholder finds none."""

    @abstractmethod
    def of_schools(self, schools: Iterable[SchoolId]) -> list[CaseHeader]:
        """All cases of these schools that were not destroyed, oldest first."""

    @abstractmethod
    def pupil(self, case: CaseId) -> Pupil:
        """The decrypted pupil of the case, without a trace: who shows it to somebody adds one. Raises KeyError."""

    @abstractmethod
    def index_names(self, failed: Callable[[Exception], object]) -> int:
        """Index the cases whose names are not indexed by this version of the program, and return how many.

        An error about one case goes to `failed` and does not stop the others.
        """

    @abstractmethod
    def authors(self, cases: Iterable[CaseId]) -> list[tuple[CaseId, PersonId]]:
        """Each case with each person who wrote in it."""
