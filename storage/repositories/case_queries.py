"""Looking up cases: their headers, which are not encrypted, and counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy import case as case_when
from typing_extensions import override

from meldcode.application.ports.cases import Cases
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import alike
from meldcode.domain.case.state import Pupil, Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.worklist import StepCount
from storage.db.schema import case_keys, case_teachers, cases, entries, name_keys
from storage.repositories.name_index import open_pupil
from storage.session import Session

_BY_ID = cases.c.id == bindparam("case_id")
_CASES = (
    # The key comes along; NULL where it was destroyed.
    select(cases, case_teachers.c.teacher, case_keys.c.wrapped_key)
    .outerjoin_from(cases, case_teachers, case_teachers.c.case == cases.c.id)
    .outerjoin(case_keys, case_keys.c.case == cases.c.id)
)
_CASES_BY_ID = _CASES.where(_BY_ID)
_CASES_BY_CODE = _CASES.where(
    cases.c.code == bindparam("code"), cases.c.school.in_(bindparam("schools", expanding=True))
)
_HEADERS = select(cases).where(cases.c.id.in_(bindparam("ids", expanding=True))).order_by(cases.c.since, cases.c.code)
_TEACHERS = select(case_teachers).where(case_teachers.c.case.in_(bindparam("ids", expanding=True)))
_BY_NAME = _CASES.where(
    cases.c.id.in_(select(name_keys.c.case).where(name_keys.c.key.in_(bindparam("keys", expanding=True))))
).order_by(cases.c.opened_at, cases.c.code)
_CLAIM_DUE = (
    select(cases.c.id)
    .where(cases.c.next_due <= bindparam("now"))
    .order_by(cases.c.next_due, cases.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIMED = _CASES.where(cases.c.id.in_(bindparam("ids", expanding=True))).order_by(cases.c.next_due, cases.c.code)


class CaseQueries(Cases):
    """The look-ups of the cases port; `StoredCases` adds what reads and writes a case's contents."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        # Of the cases that this transaction looked up: version and chain head, and the encrypted pupil.
        self._heads: dict[CaseId, tuple[int, bytes]] = {}
        self._pupils: dict[CaseId, bytes] = {}

    @override
    def find(self, code: str, schools: Iterable[SchoolId]) -> CaseHeader | None:
        return next(iter(self._look_up(_CASES_BY_CODE, {"code": code, "schools": list(schools)})), None)

    @override
    def get(self, case: CaseId) -> CaseHeader:
        found = self._look_up(_CASES_BY_ID, {"case_id": case})
        if not found:
            raise KeyError(case)
        return found[0]

    @override
    def all_open(self) -> list[CaseHeader]:
        return self._oldest_first(cases.c.status == Status.OPEN.value)

    @override
    def claim_due(self, now: datetime, limit: int) -> list[CaseHeader]:
        claimed = self._connection.scalars(_CLAIM_DUE, {"now": now, "most": limit}).all()
        return self._look_up(_CLAIMED, {"ids": claimed}) if claimed else []

    @override
    def next_due(self) -> datetime | None:
        found: datetime | None = self._connection.scalar(select(func.min(cases.c.next_due)))
        return found

    @override
    def step_counts(self, school: SchoolId, opened_before: datetime) -> list[StepCount]:
        at = (cases.c.plan, cases.c.plan_version, cases.c.step)
        overdue = func.sum(case_when((cases.c.rungs > 0, 1), else_=0))
        is_open = (
            cases.c.school == school,
            cases.c.status == Status.OPEN.value,
            cases.c.opened_at < opened_before,
        )
        rows = self._connection.execute(select(*at, func.count(), overdue).where(*is_open).group_by(*at).order_by(*at))
        return [StepCount(*row) for row in rows]

    @override
    def without_responsible(self) -> list[CaseHeader]:
        return self._oldest_first((cases.c.status == Status.OPEN.value) & cases.c.responsible.is_(None))

    @override
    def responsible_counts(self, school: SchoolId) -> dict[PersonId | None, int]:
        here = (cases.c.school == school, cases.c.status == Status.OPEN.value)
        query = select(cases.c.responsible, func.count()).where(*here).group_by(cases.c.responsible)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    @override
    def joined(self, case: CaseId) -> list[CaseHeader]:
        return self._oldest_first(cases.c.joined_to == case)

    @override
    def find_by_pupil(self, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
        found = self._look_up(_BY_NAME, {"keys": self._session.vault.name_keys(school, pupil)})
        return [case for case in found if alike(pupil, self.pupil(case.id))]

    @override
    def pupil(self, case: CaseId) -> Pupil:
        if case not in self._pupils:
            self.get(case)
        return open_pupil(self._session, case, self._pupils[case])

    @override
    def headers(self, cases_: Collection[CaseId]) -> list[CaseHeader]:
        return self._with_teachers(self._connection.execute(_HEADERS, {"ids": list(cases_)}).all()) if cases_ else []

    @override
    def authors(self, cases: Iterable[CaseId]) -> list[tuple[CaseId, PersonId]]:
        query = select(entries.c.case, entries.c.author).where(entries.c.case.in_(list(cases))).distinct()
        return [(row.case, row.author) for row in self._connection.execute(query)]

    def _oldest_first(self, condition: ColumnElement[bool]) -> list[CaseHeader]:
        query = select(cases).where(condition).order_by(cases.c.opened_at, cases.c.code)
        return self._with_teachers(self._connection.execute(query).all())

    def _with_teachers(self, rows: Sequence[Row[Any]]) -> list[CaseHeader]:
        found: dict[CaseId, set[PersonId]] = {}
        ids = [row.id for row in rows]
        for row in self._connection.execute(_TEACHERS, {"ids": ids}) if ids else ():
            found.setdefault(row.case, set()).add(row.teacher)
        return [_header(row, frozenset(found.get(row.id, ()))) for row in rows]

    def _look_up(self, query: Select[Any], which: dict[str, Any]) -> list[CaseHeader]:
        """Look up cases, along with what it takes to decrypt them."""
        found: dict[CaseId, list[Row[Any]]] = {}
        for row in self._connection.execute(query, which):
            found.setdefault(row.id, []).append(row)
        return [self._case_of(rows) for rows in found.values()]

    def _case_of(self, rows: Sequence[Row[Any]]) -> CaseHeader:
        """The case in these rows: one row for each of its teachers."""
        row = rows[0]
        self._heads[row.id] = (row.version, row.head)
        self._pupils[row.id] = row.pupil
        if row.wrapped_key is not None:
            self._session.remember_wrapped_key(row.id, row.wrapped_key)
        return _header(row, frozenset(each.teacher for each in rows if each.teacher is not None))


def _header(row: Row[Any], teachers: frozenset[PersonId]) -> CaseHeader:
    return CaseHeader(
        id=row.id,
        code=row.code,
        school=row.school,
        plan=row.plan,
        plan_version=row.plan_version,
        status=Status(row.status),
        step=row.step,
        version=row.version,
        opened_at=row.opened_at,
        since=row.since,
        teachers=teachers,
        joined_to=row.joined_to,
        escalations=row.rungs,
        responsible=row.responsible,
    )
