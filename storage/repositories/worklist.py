"""On which desks open cases lie, and what was promised for which day: small rows, found and sorted by their indexes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, bindparam, delete, func, insert, or_, select, union_all
from sqlalchemy import case as case_when

from meldcode.application.ports.cases import StepCount
from meldcode.application.ports.unit_of_work import Worklists
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Status
from meldcode.domain.deadlines.appointments import Appointment
from meldcode.domain.ids import SchoolId
from meldcode.domain.worklist import Assignee, DatedPromise, ListedCase, Postponed, Section, WorkItem, Workload
from storage.db.schema import appointments, cases, turns
from storage.repositories.cases import StoredCases
from storage.session import Session

NO_DAY = date.max
"""Of what has no last day: it comes after all that has one, on both databases."""
_ORDER = (turns.c.place, turns.c.due, turns.c.code)
_PUT_OFF = (turns.c.postponed_to, turns.c.postponed_by)
"""The same on all the desks of a case."""


class StoredWorklists(Worklists):
    """The turns in the database, seen by one transaction."""

    def __init__(self, session: Session, cases_: StoredCases) -> None:
        self._connection = session.connection
        self._changed_desks = session.changed_desks
        self._cases = cases_

    def keep(self, case: CaseHeader, turns_: Collection[WorkItem], appointments_: Collection[Appointment]) -> None:
        """Keep where the case lies now, and its appointments, in place of what was kept before."""
        before = self._replace(turns, case, [_turn_row(case, turn) for turn in turns_])
        self._replace(appointments, case, [_appointment_row(case, promise) for promise in appointments_])
        # Not only where a row differs: the case's step, which is shown too, stands elsewhere.
        self._changed_desks.update(Assignee(case.school, row["holder"]) for row in before)
        self._changed_desks.update(turn.desk for turn in turns_)

    def page(self, desks: Collection[Assignee], first: int, limit: int) -> list[ListedCase]:
        """Return cases on these desks, each once, in the order of doing, from the `first` on (counted from 0)."""
        if not desks:
            return []
        which = {**_named(desks), "first": first, "most": limit, "deep": first + limit}
        return [_lying(row) for row in self._connection.execute(_page(len(desks)), which)]

    def counts(self, desks: Collection[Assignee]) -> dict[Section, int]:
        """Return how many cases lie at each place of these desks, each counted once."""
        if not desks:
            return {}
        return {Section(row[0]): row[1] for row in self._connection.execute(_counts(len(desks)), _named(desks))}

    def due(self, desks: Collection[Assignee], until: date, limit: int) -> list[ListedCase]:
        """Return what is to be done at these desks by then, the earliest first."""
        if not desks:
            return []
        which = {**_named(desks), "until": until, "most": limit}
        return [_lying(row) for row in self._connection.execute(_due(len(desks)), which)]

    def promises(self, desks: Collection[Assignee], days: tuple[date, date], limit: int) -> list[DatedPromise]:
        """Return the appointments of whose own desks these are, from the first day to the last."""
        own = [desk for desk in desks if desk.teacher]
        if not own:
            return []
        which = {**_named(own), "begin": days[0], "end": days[1], "most": limit}
        which |= {f"owner{number}": desk.teacher for number, desk in enumerate(own)}
        return [DatedPromise(*row) for row in self._connection.execute(_promises(len(own)), which)]

    def minded(self, school: SchoolId, today: date, limit: int) -> list[Workload]:
        """Return for which desks of the school cases wait, those with the most first."""
        count = func.count()
        query = (
            select(turns.c.holder, count, _overdue(today))
            .where(turns.c.school == school, turns.c.place == Section.WAITS)
            .group_by(turns.c.holder)
            .order_by(count.desc(), turns.c.holder)
        )
        return [
            Workload(Assignee(school, row[0]), row[1], row[2]) for row in self._connection.execute(query.limit(limit))
        ]

    def steps(self, desk: Assignee, today: date) -> list[StepCount]:
        """Return how many open cases on this desk stand at each step, and how many are past their day."""
        at = (cases.c.plan, cases.c.plan_version, cases.c.step)
        query = select(*at, func.count(), _overdue(today)).join_from(turns, cases).where(_is_on(0))
        rows = self._connection.execute(query.group_by(*at).order_by(*at), _named([desk]))
        return [StepCount(*row) for row in rows]

    def unplaced(self, limit: int) -> list[CaseHeader]:
        """Return cases that should lie on a desk and do not: they were stored by an earlier version of this program."""
        places = select(turns.c.case).where(turns.c.case == cases.c.id).exists()
        query = select(cases.c.id).where(
            cases.c.status.in_((Status.OPEN.value, Status.JOINED.value)), cases.c.version > 0, ~places
        )
        return self._cases.headers(self._connection.scalars(query.limit(limit)).all())

    def _replace(self, table: Table, case: CaseHeader, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Most entries change nothing here, and then nothing is written; before the first one nothing can be there.

        Returns what was there before.
        """
        of_case = table.c.case == case.id
        kept: list[dict[str, Any]] = []
        if case.version > 1:
            kept = [dict(row) for row in self._connection.execute(select(table).where(of_case)).mappings()]
            if _as_set(kept) == _as_set(rows):
                return kept
            self._connection.execute(delete(table).where(of_case))
        if rows:
            self._connection.execute(insert(table), rows)
        return kept


def _turn_row(case: CaseHeader, turn: WorkItem) -> dict[str, Any]:
    return {
        "case": case.id,
        "holder": turn.desk.holder,
        "school": case.school,
        "place": int(turn.place),
        "due": turn.due or NO_DAY,
        "code": case.code,
        "record": turn.record,
        "postponed_to": turn.postponed.until if turn.postponed else None,
        "postponed_by": turn.postponed.by if turn.postponed else None,
    }


def _appointment_row(case: CaseHeader, promise: Appointment) -> dict[str, Any]:
    return {
        "case": case.id,
        "entry": promise.entry,
        "school": case.school,
        "owner": promise.owner,
        "day": promise.day,
        "code": case.code,
    }


def _as_set(rows: list[dict[str, Any]]) -> set[frozenset[tuple[str, Any]]]:
    return {frozenset(row.items()) for row in rows}


def _named(desks: Collection[Assignee]) -> dict[str, Any]:
    """The desks, as the statements below name them."""
    schools = {f"school{number}": desk.school for number, desk in enumerate(desks)}
    return schools | {f"holder{number}": desk.holder for number, desk in enumerate(desks)}


# Each statement is made once for so many desks: making one takes longer than the database does.
@lru_cache
def _page(desks: int) -> Select[Any]:
    # What is on this page stands, on the desk where it comes first, no deeper than the page's end.
    query = _each_once([_on(desk).order_by(*_ORDER).limit(bindparam("deep")) for desk in range(desks)])
    ordered = query.order_by(*query.selected_columns[1:4])
    return ordered.limit(bindparam("most")).offset(bindparam("first"))


@lru_cache
def _counts(desks: int) -> Select[Any]:
    place = func.min(turns.c.place).label("place")
    best = select(place).where(or_(*map(_is_on, range(desks)))).group_by(turns.c.case).subquery()
    return select(best.c.place, func.count()).group_by(best.c.place)


@lru_cache
def _due(desks: int) -> Select[Any]:
    mine = [
        _on(desk)
        .where(turns.c.place == int(place), turns.c.due <= bindparam("until"))
        .order_by(turns.c.due, turns.c.code)
        .limit(bindparam("most"))
        for desk in range(desks)
        for place in (Section.WAITS, Section.WATCHES)
    ]
    query = _each_once(mine)
    return query.order_by(*query.selected_columns[2:4]).limit(bindparam("most"))


@lru_cache
def _promises(owners: int) -> Select[Any]:
    own = [
        and_(appointments.c.school == bindparam(f"school{owner}"), appointments.c.owner == bindparam(f"owner{owner}"))
        for owner in range(owners)
    ]
    then = appointments.c.day.between(bindparam("begin"), bindparam("end"))
    query = select(appointments.c.code, appointments.c.day).where(or_(*own), then)
    return query.order_by(appointments.c.day, appointments.c.code).limit(bindparam("most"))


def _is_on(desk: int) -> ColumnElement[bool]:
    return and_(turns.c.school == bindparam(f"school{desk}"), turns.c.holder == bindparam(f"holder{desk}"))


def _on(desk: int) -> Select[Any]:
    return select(turns.c.case, *_ORDER, turns.c.record, *_PUT_OFF).where(_is_on(desk))


def _each_once(parts: list[Select[Any]]) -> Select[Any]:
    """The cases in all these parts, each once, at its best place."""
    # SQLite wants an ordered part wrapped.
    all_ = union_all(*(select(part.subquery()) for part in parts)).subquery()
    case, place, due, code, record, *put_off = all_.c
    best = (func.min(place).label("place"), func.min(due).label("due"), func.min(code).label("code"))
    return select(case, *best, func.max(record).label("record"), *put_off).group_by(case, *put_off)


def _lying(row: Row[Any]) -> ListedCase:
    due = None if row.due == NO_DAY else row.due
    postponed = Postponed(row.postponed_to, row.postponed_by) if row.postponed_to else None
    return ListedCase(row.case, row.code, Section(row.place), row.record, due, postponed)


def _overdue(today: date) -> ColumnElement[int]:
    return func.sum(case_when((turns.c.due < today, 1), else_=0))
