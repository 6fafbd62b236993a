"""Worklists: the open cases that somebody or some role has to act on, and appointments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import date, datetime

from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.worklist import (
    AppointmentCount,
    Assignee,
    DatedPromise,
    ListedCase,
    Section,
    StepCount,
    WorkItem,
    Workload,
)


class Worklists(ABC):
    """Work items by assignee, and appointments by owner, found by index without decrypting a case.

    Cases that are `hidden` are neither listed nor counted.
    """

    @abstractmethod
    def replace(self, case: CaseHeader, items: Collection[WorkItem]) -> frozenset[Assignee]:
        """Replace the work items of the case, and return whose worklists it was on before."""

    @abstractmethod
    def set_appointments(self, case: CaseHeader, appointments: Collection[Appointment]) -> set[PersonId]:
        """Replace the appointments of the case, and return whose changed."""

    @abstractmethod
    def follow(self, case: CaseHeader, assignees: Collection[Assignee]) -> None:
        """Let these assignees see the case too, if it is on a worklist, until its work items are replaced."""

    @abstractmethod
    def page(
        self, assignees: Collection[Assignee], first: int, limit: int, hidden: Collection[CaseId] = ()
    ) -> list[ListedCase]:
        """The cases of these assignees, each once, most urgent first. `first` counts from 0."""

    @abstractmethod
    def section_counts(self, assignees: Collection[Assignee], hidden: Collection[CaseId] = ()) -> dict[Section, int]:
        """The number of cases in each section, each counted once, in the most urgent section it is in."""

    @abstractmethod
    def due(
        self, assignees: Collection[Assignee], until: date, limit: int, hidden: Collection[CaseId] = ()
    ) -> list[ListedCase]:
        """The cases on which these assignees must act by `until`, earliest first."""

    @abstractmethod
    def appointments(
        self, assignees: Collection[Assignee], days: tuple[date, date], limit: int, hidden: Collection[CaseId] = ()
    ) -> list[DatedPromise]:
        """The open appointments of the people among these assignees, from the first day to the last, inclusive."""

    @abstractmethod
    def appointments_beside(
        self, assignees: Collection[Assignee], until: date, limit: int, hidden: Collection[CaseId] = ()
    ) -> list[DatedPromise]:
        """The open appointments until this day of others, in cases that the people among these are responsible for."""

    @abstractmethod
    def owners(self, school: SchoolId) -> set[PersonId]:
        """The people who have open appointments in the school."""

    @abstractmethod
    def appointment_count(
        self, school: SchoolId, late_until: date, hidden: Collection[CaseId] = (), opened_before: datetime | None = None
    ) -> AppointmentCount:
        """The number of open appointments in the school; those until this day are overdue."""

    @abstractmethod
    def workloads(self, school: SchoolId, today: date, limit: int, hidden: Collection[CaseId] = ()) -> list[Workload]:
        """The assignees in the school that cases wait for, those with the most cases first."""

    @abstractmethod
    def step_counts(
        self, school: SchoolId, today: date, hidden: Collection[CaseId] = (), opened_before: datetime | None = None
    ) -> list[StepCount]:
        """The number of the school's open cases at each step; `overdue` counts those past their day."""

    @abstractmethod
    def cases_without_items(self, limit: int) -> list[CaseHeader]:
        """Cases that need work items and have none, because an earlier version of this program stored them."""
