"""Retention terms of closed cases, and their destruction (promise 8)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update
from typing_extensions import override

from meldcode.application.ports.retention import OutcomeCount, RetentionJob, RetentionJobs
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.state import Status
from meldcode.domain.ids import CaseId, SchoolId
from meldcode.domain.retention import Term, look_at
from storage.crypto import chain
from storage.db.schema import (
    alarms,
    appointments,
    case_keys,
    case_people,
    case_states,
    case_teachers,
    cases,
    drafts,
    entries,
    name_keys,
    outbox,
    pending_exports,
    readings,
    reminders,
    schools,
    work_items,
)
from storage.repositories.cases import StoredCases
from storage.session import Session

CONTENT = (
    case_keys,
    drafts,
    pending_exports,
    entries,
    case_states,
    name_keys,
    case_teachers,
    case_people,
    readings,
    reminders,
    outbox,
    work_items,
    appointments,
    alarms,
)
"""The tables whose rows are deleted with a case. Its own row stays, emptied."""


class StoredRetentionJobs(RetentionJobs):
    """Retention terms in the database, within one transaction."""

    def __init__(self, session: Session, cases_: StoredCases) -> None:
        self._session = session
        self._connection = session.connection
        self._cases = cases_

    @override
    def set_term(self, case: CaseId, term: Term | None) -> None:
        self._update(
            case,
            closed_at=term.closed_at if term else None,
            outcome=term.outcome if term else None,
            destroy_at=term.destroy_at if term else None,
            end_due=look_at(term.destroy_at, 0) if term else None,
            end_warnings=0,
        )

    @override
    def claim(self, school: SchoolId, now: datetime) -> RetentionJob | None:
        """Includes cases without a term, which closed before this program computed terms."""
        closed = (cases.c.school == school, cases.c.status == Status.CLOSED.value)
        due = or_(cases.c.end_due <= now, cases.c.end_due.is_(None))
        columns = (cases.c.id, cases.c.destroy_at, cases.c.end_warnings)
        query = select(*columns).where(*closed, due).order_by(cases.c.end_due, cases.c.id).limit(1)
        row = self._connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
        return RetentionJob(self._cases.get(row.id), row.destroy_at, row.end_warnings) if row else None

    @override
    def set_warned(self, case: CaseId, warnings: int, destroy_at: datetime) -> None:
        due = look_at(destroy_at, warnings)
        self._update(case, end_warnings=warnings, destroy_at=destroy_at, end_due=due)

    @override
    def check_again(self, case: CaseId, at: datetime) -> None:
        self._update(case, end_due=at)

    @override
    def destroy(self, case: CaseId, now: datetime) -> None:
        for part in self._cases.joined(case):
            self.destroy(part.id, now)
        for table in CONTENT:
            self._connection.execute(delete(table).where(table.c.case == case))
        row = self._connection.execute(select(cases).where(cases.c.id == case).with_for_update()).one()
        self._update(case, **_bare_fact(row, now), tombstone=self._tombstone(row, now))

    @override
    def outcome_counts(self, first: datetime, until: datetime) -> list[OutcomeCount]:
        how = (schools.c.name, cases.c.plan, cases.c.outcome)
        query = select(*how, func.count()).join_from(cases, schools)
        in_time: tuple[ColumnElement[bool], ...] = (cases.c.closed_at >= first, cases.c.closed_at < until)
        rows = self._connection.execute(query.where(*in_time).group_by(*how).order_by(*how))
        return [OutcomeCount(*row) for row in rows]

    def _update(self, case: CaseId, **values: Any) -> None:
        self._connection.execute(update(cases).where(cases.c.id == case).values(values))

    def _tombstone(self, row: Row[Any], now: datetime) -> bytes:
        return chain.tombstone(self._session.vault, row.id, row.version, now)


def _bare_fact(row: Row[Any], now: datetime) -> dict[str, Any]:
    """What remains of a destroyed case: code, school, plan, outcome, and the days on which it opened and closed."""
    return {
        "status": Status.DESTROYED.value,
        "step": "",
        "pupil": b"",
        "indexed": 0,
        "head": b"",
        "opened_at": _day(row.opened_at),
        "since": _day(row.closed_at or row.opened_at),
        "closed_at": _day(row.closed_at) if row.closed_at else None,
        "rungs": 0,
        "next_due": None,
        "destroy_at": None,
        "end_due": None,
        "end_warnings": 0,
        "taken_out_at": None,
        "destroyed_at": now,
    }


def _day(moment: datetime) -> datetime:
    """Midnight in Amsterdam on the day of this moment."""
    return datetime.combine(moment.astimezone(AMSTERDAM).date(), time(), AMSTERDAM)
