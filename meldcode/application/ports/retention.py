"""How long closed cases are kept, and how they are destroyed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import CaseId, SchoolId
from meldcode.domain.retention import Term


@dataclass(frozen=True)
class RetentionJob:
    """A closed case that needs attention: a warning, or destruction.

    `destroy_at` is None when the case closed before this program computed terms.
    """

    case: CaseHeader
    destroy_at: datetime | None
    warnings: int


@dataclass(frozen=True)
class OutcomeCount:
    """The number of cases of a school that closed with this outcome."""

    school: str
    plan: str
    outcome: str
    number: int


class RetentionJobs(ABC):
    """The retention terms of closed cases, and their destruction (promise 8)."""

    @abstractmethod
    def set_term(self, case: CaseId, term: Term | None) -> None:
        """Save the retention term of a closed case, or clear it (None) when the case is open again."""

    @abstractmethod
    def claim(self, school: SchoolId, now: datetime) -> RetentionJob | None:
        """The school's next case to warn about or destroy, locked against other workers until the commit."""

    @abstractmethod
    def set_warned(self, case: CaseId, warnings: int, destroy_at: datetime) -> None:
        """Save the number of warnings given, and the earliest moment of destruction."""

    @abstractmethod
    def check_again(self, case: CaseId, at: datetime) -> None:
        """Postpone the next check of this case until `at`."""

    @abstractmethod
    def destroy(self, case: CaseId, now: datetime) -> None:
        """Destroy the keys and contents of the case and of those joined to it. Only the bare fact remains."""

    @abstractmethod
    def outcome_counts(self, first: datetime, until: datetime) -> list[OutcomeCount]:
        """Count the cases that closed in this period and were not reopened, including destroyed ones."""
