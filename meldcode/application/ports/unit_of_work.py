"""What the core asks of the outside. `storage` implements these; one transaction is one `UnitOfWork`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from meldcode.application.ports.cases import Cases, StepCount
from meldcode.application.ports.outbox import Outbox
from meldcode.application.ports.staff import Staff
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Answers
from meldcode.domain.deadlines.appointments import Appointment
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from meldcode.domain.retention import Term
from meldcode.domain.worklist import Assignee, DatedPromise, ListedCase, Section, WorkItem, Workload


@dataclass(frozen=True)
class RetentionJob:
    """A closed case whose term ends: when it may be destroyed (None: not computed yet), and how often was warned."""

    case: CaseHeader
    destroy_at: datetime | None
    warnings: int


@dataclass(frozen=True)
class Ended:
    """How many cases of a school ended in this way."""

    school: str
    plan: str
    outcome: str
    number: int


@dataclass(frozen=True)
class PendingExport:
    """A dossier that is being given along, by whom; `entry` is the number of its trace."""

    case: CaseId
    entry: int
    by: PersonId


@dataclass(frozen=True)
class Installation:
    """The program as it is installed in a workspace of its platform: with which token it acts there, and as whom."""

    workspace: str
    name: str
    bot: str
    bot_user: str
    token: str = field(repr=False)
    at: datetime


class Plans(ABC):
    """The step plans that cases of this installation run under."""

    @abstractmethod
    def current(self) -> Plan:
        """Return the plan for new cases."""

    @abstractmethod
    def get(self, plan: str, version: int) -> Plan:
        """Return the plan a case runs under. Raises KeyError."""


class Worklists(ABC):
    """On which desks open cases lie, and what was promised for which day: found by index, without reading a case."""

    @abstractmethod
    def keep(self, case: CaseHeader, turns: Collection[WorkItem], appointments: Collection[Appointment]) -> None:
        """Keep where the case lies now, and its appointments, in place of what was kept before."""

    @abstractmethod
    def page(self, desks: Collection[Assignee], first: int, limit: int) -> list[ListedCase]:
        """Return cases on these desks, each once, in the order of doing, from the `first` on (counted from 0)."""

    @abstractmethod
    def counts(self, desks: Collection[Assignee]) -> dict[Section, int]:
        """Return how many cases lie at each place of these desks, each counted once."""

    @abstractmethod
    def due(self, desks: Collection[Assignee], until: date, limit: int) -> list[ListedCase]:
        """Return what is to be done at these desks by then, the earliest first."""

    @abstractmethod
    def promises(self, desks: Collection[Assignee], days: tuple[date, date], limit: int) -> list[DatedPromise]:
        """Return the appointments of whose own desks these are, from the first day to the last."""

    @abstractmethod
    def minded(self, school: SchoolId, today: date, limit: int) -> list[Workload]:
        """Return for which desks of the school cases wait, those with the most first."""

    @abstractmethod
    def steps(self, desk: Assignee, today: date) -> list[StepCount]:
        """Return how many open cases on this desk stand at each step, and how many are past their day."""

    @abstractmethod
    def unplaced(self, limit: int) -> list[CaseHeader]:
        """Return cases that should lie on a desk and do not: they were stored by an earlier version of this program."""


class Drafts(ABC):
    """What was typed but not yet saved while a hint is shown: encrypted, its author's alone, kept for a day.

    A draft is encrypted with a key of its own, which is destroyed with it (promise 8).
    """

    @abstractmethod
    def keep(self, key: str, author: PersonId, answers: Answers, now: datetime, case: CaseId | None = None) -> None:
        """Keep the answers under the key, in place of an earlier draft; it goes with the case, when it is about one."""

    @abstractmethod
    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        """Return the author's own draft, unless it is too old."""

    @abstractmethod
    def drop(self, key: str) -> None:
        """Forget the draft."""

    @abstractmethod
    def drop_expired(self, now: datetime) -> None:
        """Forget the drafts that are too old."""


class ProcessedRequests(ABC):
    """Requests that were taken in hand of late, for use cases that a repetition would do again (promise 9)."""

    @abstractmethod
    def take(self, request: str, now: datetime) -> bool:
        """Take the request in hand, and tell whether this is the first time."""


class RetentionJobs(ABC):
    """The end of cases: until when a closed one is kept, and what is left of it then (promise 8)."""

    @abstractmethod
    def keep_term(self, case: CaseId, term: Term | None) -> None:
        """Keep when the case closed, how, and when it may be destroyed; None when it is not closed (any more)."""

    @abstractmethod
    def claim(self, school: SchoolId, now: datetime) -> RetentionJob | None:
        """Return the school's next case to warn of or to destroy, for this transaction alone (no other worker)."""

    @abstractmethod
    def keep_warned(self, case: CaseId, warnings: int, destroy_at: datetime) -> None:
        """Keep how often was warned of the end of the case, and when it may be destroyed."""

    @abstractmethod
    def look_again(self, case: CaseId, at: datetime) -> None:
        """Look at the end of the case again at this moment."""

    @abstractmethod
    def destroy(self, case: CaseId, now: datetime) -> None:
        """Destroy the keys and contents of the case and of those joined to it; the bare fact remains."""

    @abstractmethod
    def counts(self, first: datetime, until: datetime) -> list[Ended]:
        """Return how many cases closed in this time and did not open again, destroyed ones included."""


class Files(ABC):
    """Files that were given along, by the platform's id, until they are removed there."""

    @abstractmethod
    def keep(self, file: str, workspace: str, remove_at: datetime) -> None:
        """Keep that there is such a file, to be removed at this moment; a later call changes the moment."""

    @abstractmethod
    def claim(self, now: datetime, lease: timedelta) -> list[tuple[str, str]]:
        """Return the files to remove now, each with its workspace; nobody else gets them before the lease ends."""

    @abstractmethod
    def removed(self, file: str) -> None:
        """Forget the file: it is gone."""

    @abstractmethod
    def begin(self, giving: PendingExport, until: datetime) -> None:
        """Keep that this is being given along; when it is not finished by then, something came in between."""

    @abstractmethod
    def finish(self, case: CaseId, entry: int) -> None:
        """Keep that it has arrived, or that it is known that it has not."""

    @abstractmethod
    def unfinished(self, now: datetime) -> list[PendingExport]:
        """Return what should have been finished by now, for this transaction alone (no other worker)."""


class Installations(ABC):
    """The workspaces where the program is installed, with its tokens; these are encrypted (promise 3)."""

    @abstractmethod
    def keep(self, installation: Installation) -> None:
        """Keep the installation, in place of an earlier one in the same workspace."""

    @abstractmethod
    def all(self) -> list[Installation]:
        """Return every installation, by workspace."""

    @abstractmethod
    def remove(self, workspace: str, until: datetime) -> None:
        """Forget the installation of this workspace, unless it was made after this moment."""

    @abstractmethod
    def new_state(self, now: datetime) -> str:
        """Return what shows later that an installation was begun here."""

    @abstractmethod
    def take_state(self, state: str, now: datetime) -> bool:
        """Tell whether an installation was begun with this state, not long ago; each serves once (promise 9)."""


class UnitOfWork(ABC):
    """All that one use case sees of the outside at one moment; committed in one place, by whoever runs the use case.

    `changed_desks` are those on which something is otherwise after the commit: whoever works there sees it at once.
    """

    staff: Staff
    plans: Plans
    cases: Cases
    worklists: Worklists
    drafts: Drafts
    processed_requests: ProcessedRequests
    outbox: Outbox
    retention: RetentionJobs
    files: Files
    changed_desks: Set[Assignee]
    installations: Installations
