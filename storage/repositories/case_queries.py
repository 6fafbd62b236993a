"""Looking up cases: their headers, which are not encrypted, and counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from typing_extensions import override

from meldcode.application.ports.cases import CasePart, Cases
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import CALLED_IN, EXCLUDED, FORMER_TEACHER, NAMED, CaseHeader, StandIn
from meldcode.domain.case.names import alike_to
from meldcode.domain.case.state import Pupil, Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from storage.db.schema import case_keys, case_people, case_teachers, cases, entries, name_keys
from storage.repositories.name_index import open_pupil
from storage.session import Session

_TEACHER = "teacher"
"""The part, among those of `case_people`, of the teachers in `case_teachers`."""
_BY_ID = cases.c.id == bindparam("case_id")
_PART = case_people.alias()
_IN_FORCE = or_(case_people.c.until.is_(None), case_people.c.until >= bindparam("today"))
_CASES = (
    # The key comes along; NULL where it was destroyed.
    select(cases, case_teachers.c.teacher, case_people.c.person, case_people.c.part, case_keys.c.wrapped_key)
    .outerjoin_from(cases, case_teachers, case_teachers.c.case == cases.c.id)
    .outerjoin(case_people, and_(case_people.c.case == cases.c.id, _IN_FORCE))
    .outerjoin(case_keys, case_keys.c.case == cases.c.id)
)
_CASES_BY_ID = _CASES.where(_BY_ID)
_CASES_BY_CODE = _CASES.where(
    cases.c.code == bindparam("code"),
    or_(
        cases.c.school.in_(bindparam("schools", expanding=True)),
        cases.c.id.in_(select(_PART.c.case).where(_PART.c.person == bindparam("person"))),
    ),
)
_HEADERS = _CASES.where(cases.c.id.in_(bindparam("ids", expanding=True))).order_by(cases.c.since, cases.c.code)
_PARTS_OF = (
    select(case_people.c.case, case_people.c.person, case_people.c.part, cases.c.school)
    .join_from(case_people, cases)
    .where(case_people.c.person.in_(bindparam("people", expanding=True)), _IN_FORCE)
)
_BY_NAME = _CASES.where(
    cases.c.id.in_(select(name_keys.c.case).where(name_keys.c.key.in_(bindparam("keys", expanding=True))))
).order_by(cases.c.opened_at, cases.c.code)
_OF_SCHOOLS = _CASES.where(
    cases.c.school.in_(bindparam("schools", expanding=True)), cases.c.status != Status.DESTROYED.value
).order_by(cases.c.opened_at, cases.c.code)
_CLAIM_DUE = (
    select(cases.c.id)
    .where(cases.c.next_due <= bindparam("now"))
    .order_by(cases.c.next_due, cases.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIMED = _CASES.where(cases.c.id.in_(bindparam("ids", expanding=True))).order_by(cases.c.next_due, cases.c.code)
_RESPONSIBLE = (
    select(cases.c.responsible, func.count())
    .where(
        cases.c.school == bindparam("school"),
        cases.c.status == Status.OPEN.value,
        cases.c.id.not_in(bindparam("hidden", expanding=True)),
    )
    .group_by(cases.c.responsible)
)


class CaseQueries(Cases):
    """The look-ups of the cases port; `StoredCases` adds what reads and writes a case's contents."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        self._today = session.now.astimezone(AMSTERDAM).date()
        # Of the cases that this transaction looked up: version and chain head, and the encrypted pupil.
        self._heads: dict[CaseId, tuple[int, bytes]] = {}
        self._pupils: dict[CaseId, bytes] = {}

    @override
    def find(self, code: str, schools: Iterable[SchoolId], person: PersonId | None = None) -> CaseHeader | None:
        which = {"code": code, "schools": list(schools), "person": person}
        return next(iter(self._look_up(_CASES_BY_CODE, which)), None)

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
    def of_responsible(self, person: PersonId) -> list[CaseHeader]:
        return self._oldest_first(and_(cases.c.status == Status.OPEN.value, cases.c.responsible == person))

    @override
    def open_after(self, case: CaseId | None, most: int) -> list[CaseHeader]:
        later = (cases.c.id > case,) if case else ()
        query = select(cases.c.id).where(cases.c.status == Status.OPEN.value, *later).order_by(cases.c.id).limit(most)
        ids = self._connection.scalars(query).all()
        return sorted(self._look_up(_HEADERS, {"ids": ids}), key=lambda found: ids.index(found.id)) if ids else []

    @override
    def claim_due(self, now: datetime, limit: int) -> list[CaseHeader]:
        claimed = self._connection.scalars(_CLAIM_DUE, {"now": now, "most": limit}).all()
        return self._look_up(_CLAIMED, {"ids": claimed}) if claimed else []

    @override
    def next_due(self) -> datetime | None:
        found: datetime | None = self._connection.scalar(select(func.min(cases.c.next_due)))
        return found

    @override
    def without_responsible(self) -> list[CaseHeader]:
        return self._oldest_first((cases.c.status == Status.OPEN.value) & cases.c.responsible.is_(None))

    @override
    def responsible_counts(self, school: SchoolId, hidden: Collection[CaseId] = ()) -> dict[PersonId | None, int]:
        rows = self._connection.execute(_RESPONSIBLE, {"school": school, "hidden": list(hidden)})
        return {row[0]: row[1] for row in rows}

    @override
    def joined(self, case: CaseId) -> list[CaseHeader]:
        return self._oldest_first(cases.c.joined_to == case)

    @override
    def find_by_pupil(self, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
        is_alike = alike_to(pupil)
        keys = {"keys": self._session.name_keys(school, pupil)}
        return self._look_up(_BY_NAME, keys, lambda row: is_alike(self._pupil_of(row)))

    @override
    def of_schools(self, schools: Iterable[SchoolId]) -> list[CaseHeader]:
        return self._look_up(_OF_SCHOOLS, {"schools": list(schools)})

    @override
    def pupil(self, case: CaseId) -> Pupil:
        if case not in self._pupils:
            self.get(case)
        return open_pupil(self._session, case, self._pupils[case])

    @override
    def headers(self, cases_: Collection[CaseId]) -> list[CaseHeader]:
        return self._look_up(_HEADERS, {"ids": list(cases_)}) if cases_ else []

    @override
    def moved_since(self, school: SchoolId, moment: datetime) -> list[CaseHeader]:
        moved = (cases.c.opened_at < moment, cases.c.since >= moment)
        return self._oldest_first(and_(cases.c.school == school, cases.c.status == Status.OPEN.value, *moved))

    @override
    def authors(self, cases: Iterable[CaseId]) -> list[tuple[CaseId, PersonId]]:
        query = select(entries.c.case, entries.c.author).where(entries.c.case.in_(list(cases))).distinct()
        return [(row.case, row.author) for row in self._connection.execute(query)]

    @override
    def parts_of(self, people: Collection[PersonId]) -> list[CasePart]:
        rows = self._connection.execute(_PARTS_OF, {"people": list(people), "today": self._today})
        return [CasePart(*row) for row in rows]

    def _oldest_first(self, condition: ColumnElement[bool]) -> list[CaseHeader]:
        return self._look_up(_CASES.where(condition).order_by(cases.c.opened_at, cases.c.code), {})

    def _look_up(
        self, query: Select[Any], which: dict[str, Any], wanted: Callable[[Row[Any]], bool] = lambda _: True
    ) -> list[CaseHeader]:
        """Look up cases, along with what it takes to decrypt them; of those found only the `wanted`."""
        found: dict[CaseId, list[Row[Any]]] = {}
        for row in self._connection.execute(query, {**which, "today": self._today}):
            found.setdefault(row.id, []).append(row)
        return [self._case_of(rows) for rows in found.values() if wanted(rows[0])]

    def _pupil_of(self, row: Row[Any]) -> Pupil:
        self._session.remember_wrapped_key(row.id, row.wrapped_key)
        return open_pupil(self._session, row.id, row.pupil)

    def _case_of(self, rows: Sequence[Row[Any]]) -> CaseHeader:
        """The case in these rows: one row for each of its teachers and each other part that somebody has in it."""
        row = rows[0]
        self._heads[row.id] = (row.version, row.head)
        self._pupils[row.id] = row.pupil
        if row.wrapped_key is not None:
            self._session.remember_wrapped_key(row.id, row.wrapped_key)
        teachers = {(each.teacher, _TEACHER) for each in rows if each.teacher is not None}
        return _header(row, teachers | {(each.person, each.part) for each in rows if each.person is not None})


def _header(row: Row[Any], people: Collection[tuple[PersonId, str]]) -> CaseHeader:
    parts: dict[str, set[PersonId]] = {}
    for person, part in people:
        parts.setdefault(part, set()).add(person)
    special = (_TEACHER, CALLED_IN, EXCLUDED, NAMED, FORMER_TEACHER)
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
        teachers=frozenset(parts.get(_TEACHER, ())),
        joined_to=row.joined_to,
        escalations=row.rungs,
        responsible=row.responsible,
        called_in=frozenset(parts.get(CALLED_IN, ())),
        excluded=frozenset(parts.get(EXCLUDED, ())),
        named=frozenset(parts.get(NAMED, ())),
        former_teachers=frozenset(parts.get(FORMER_TEACHER, ())),
        stand_ins=frozenset(StandIn(person, Role(part)) for person, part in people if part not in special),
        outcome=row.outcome or "",
        destroy_at=row.destroy_at,
    )
