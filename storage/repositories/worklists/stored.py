"""Work items and appointments: small rows, found and sorted by their indexes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Row,
    Table,
    bindparam,
    delete,
    insert,
    select,
)
from typing_extensions import override

from meldcode.application.ports.worklists import Worklists
from meldcode.domain.calendar import DAY
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.worklist import (
    AppointmentCount,
    Assignee,
    DatedPromise,
    ListedCase,
    Postponed,
    Section,
    StepCount,
    WorkItem,
    Workload,
)
from storage.db.insert_once import insert_all_once
from storage.db.schema import appointments, cases, work_items
from storage.repositories.cases import StoredCases
from storage.repositories.worklists.statements import (
    OPEN_IN_SCHOOL,
    counts,
    due,
    named,
    owned,
    page,
    promise_counts,
    promises,
    promises_beside,
    step_counts,
    workloads,
)
from storage.session import Session

NO_DAY = date.max
"""Stored for a work item without a last day, so that it sorts last on both databases."""
_OWNERS = select(appointments.c.owner).where(*OPEN_IN_SCHOOL).distinct()
_OF_CASE = {
    table: (select(table).where(table.c.case == bindparam("id")), delete(table).where(table.c.case == bindparam("id")))
    for table in (work_items, appointments)
}


class StoredWorklists(Worklists):
    """Worklists in the database, within one transaction."""

    def __init__(self, session: Session, cases_: StoredCases) -> None:
        self._connection = session.connection
        self._cases = cases_

    @override
    def replace(self, case: CaseHeader, items: Collection[WorkItem]) -> frozenset[Assignee]:
        before = self._replace(work_items, case, [_item_row(case, item) for item in items])
        return frozenset(Assignee(case.school, row["assignee"]) for row in before)

    @override
    def set_appointments(self, case: CaseHeader, appointments_: Collection[Appointment]) -> set[PersonId]:
        rows = [_appointment_row(case, one) for one in appointments_]
        changed = _as_set(self._replace(appointments, case, rows)) ^ _as_set(rows)
        return {dict(row)["owner"] for row in changed}

    @override
    def follow(self, case: CaseHeader, assignees: Collection[Assignee]) -> None:
        query = select(work_items).where(work_items.c.case == case.id).limit(1)
        if row := self._connection.execute(query).mappings().one_or_none():
            shown = {**row, "section": int(Section.FOLLOWS), "record": ""}
            rows = [{**shown, "assignee": one.holder} for one in assignees]
            insert_all_once(self._connection, work_items, rows, (work_items.c.case, work_items.c.assignee))

    @override
    def page(
        self, assignees: Collection[Assignee], first: int, limit: int, hidden: Collection[CaseId] = ()
    ) -> list[ListedCase]:
        if not assignees:
            return []
        which = {**named(assignees, hidden), "first": first, "most": limit, "deep": first + limit}
        return [_listed(row) for row in self._connection.execute(page(len(assignees), bool(hidden)), which)]

    @override
    def section_counts(self, assignees: Collection[Assignee], hidden: Collection[CaseId] = ()) -> dict[Section, int]:
        if not assignees:
            return {}
        rows = self._connection.execute(counts(len(assignees), bool(hidden)), named(assignees, hidden))
        return {Section(row[0]): row[1] for row in rows}

    @override
    def due(
        self, assignees: Collection[Assignee], until: date, limit: int, hidden: Collection[CaseId] = ()
    ) -> list[ListedCase]:
        if not assignees:
            return []
        which = {**named(assignees, hidden), "until": until, "most": limit}
        return [_listed(row) for row in self._connection.execute(due(len(assignees), bool(hidden)), which)]

    @override
    def appointments(
        self, assignees: Collection[Assignee], days: tuple[date, date], limit: int, hidden: Collection[CaseId] = ()
    ) -> list[DatedPromise]:
        own = [each for each in assignees if each.teacher]
        if not own:
            return []
        which = {**owned(own, hidden), "begin": days[0], "end": days[1], "most": limit}
        return [DatedPromise(*row) for row in self._connection.execute(promises(len(own), bool(hidden)), which)]

    @override
    def appointments_beside(
        self, assignees: Collection[Assignee], until: date, limit: int, hidden: Collection[CaseId] = ()
    ) -> list[DatedPromise]:
        own = [each for each in assignees if each.teacher]
        if not own:
            return []
        which = {**owned(own, hidden), "end": until, "most": limit}
        return [DatedPromise(*row) for row in self._connection.execute(promises_beside(len(own), bool(hidden)), which)]

    @override
    def owners(self, school: SchoolId) -> set[PersonId]:
        return set(self._connection.scalars(_OWNERS, {"school": school}))

    @override
    def appointment_count(
        self, school: SchoolId, late_until: date, hidden: Collection[CaseId] = (), opened_before: datetime | None = None
    ) -> AppointmentCount:
        which = {"school": school, "hidden": list(hidden), "today": late_until + DAY, "until": opened_before}
        row = self._connection.execute(promise_counts(bool(hidden), bool(opened_before)), which).one()
        return AppointmentCount(row[0], row[1] or 0)

    @override
    def workloads(self, school: SchoolId, today: date, limit: int, hidden: Collection[CaseId] = ()) -> list[Workload]:
        which = {"school": school, "hidden": list(hidden), "today": today, "most": limit}
        rows = self._connection.execute(workloads(bool(hidden)), which)
        return [Workload(Assignee(school, row[0]), row[1], row[2]) for row in rows]

    @override
    def step_counts(
        self, school: SchoolId, today: date, hidden: Collection[CaseId] = (), opened_before: datetime | None = None
    ) -> list[StepCount]:
        which = {"school": school, "hidden": list(hidden), "today": today, "until": opened_before}
        rows = self._connection.execute(step_counts(bool(hidden), bool(opened_before)), which)
        return [StepCount(*row) for row in rows]

    @override
    def cases_without_items(self, limit: int) -> list[CaseHeader]:
        items = select(work_items.c.case).where(work_items.c.case == cases.c.id).exists()
        query = select(cases.c.id).where(
            cases.c.status.in_((Status.OPEN.value, Status.JOINED.value)), cases.c.version > 0, ~items
        )
        return self._cases.headers(self._connection.scalars(query.limit(limit)).all())

    def _replace(self, table: Table, case: CaseHeader, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Write only what differs, since most entries change nothing. Returns the rows from before."""
        kept: list[dict[str, Any]] = []
        if case.version > 1:  # the first entry of a case has no rows to replace
            read, remove = _OF_CASE[table]
            kept = [dict(row) for row in self._connection.execute(read, {"id": case.id}).mappings()]
            if _as_set(kept) == _as_set(rows):
                return kept
            self._connection.execute(remove, {"id": case.id})
        if rows:
            self._connection.execute(insert(table), rows)
        return kept


def _item_row(case: CaseHeader, item: WorkItem) -> dict[str, Any]:
    return {
        "case": case.id,
        "assignee": item.assignee.holder,
        "school": case.school,
        "section": int(item.section),
        "due": item.due or NO_DAY,
        "code": case.code,
        "record": item.record,
        "postponed_to": item.postponed.until if item.postponed else None,
        "postponed_by": item.postponed.by if item.postponed else None,
    }


def _appointment_row(case: CaseHeader, promise: Appointment) -> dict[str, Any]:
    return {
        "case": case.id,
        "number": promise.number,
        "school": case.school,
        "owner": promise.owner,
        "day": promise.day,
        "state": promise.state.value,
        "code": case.code,
    }


def _as_set(rows: list[dict[str, Any]]) -> set[frozenset[tuple[str, Any]]]:
    return {frozenset(row.items()) for row in rows}


def _listed(row: Row[Any]) -> ListedCase:
    due = None if row.due == NO_DAY else row.due
    postponed = Postponed(row.postponed_to, row.postponed_by) if row.postponed_to else None
    return ListedCase(row.case, row.code, Section(row.section), row.record, due, postponed)
