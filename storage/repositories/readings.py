"""Who read which case."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from typing_extensions import override

from meldcode.application.ports.readings import Readings
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.ids import CaseId, SchoolId
from meldcode.domain.plan.roles import Role
from storage.db.schema import cases, readings
from storage.repositories.case_queries import CaseQueries
from storage.session import Session


class StoredReadings(Readings):
    """Readings in the database, within one transaction."""

    def __init__(self, session: Session, cases_: CaseQueries) -> None:
        self._connection = session.connection
        self._cases = cases_

    @override
    def add(self, cases: Collection[CaseId], reading: Reading) -> None:
        roles = None if reading.roles is None else " ".join(reading.roles)
        same = {"reader": reading.reader, "at": reading.at, "place": reading.where, "roles": roles}
        if cases:
            self._connection.execute(insert(readings), [{"case": case, **same} for case in cases])

    @override
    def of_case(self, case: CaseId) -> list[Reading]:
        query = select(readings).where(readings.c.case == case).order_by(readings.c.at.desc(), readings.c.id.desc())
        return list(map(_reading, self._connection.execute(query)))

    @override
    def of_cases(self, cases: Iterable[CaseId], skip: int, limit: int) -> list[tuple[CaseId, Reading]]:
        query = select(readings).where(readings.c.case.in_(list(cases)))
        rows = query.order_by(readings.c.at.desc(), readings.c.id.desc()).offset(skip).limit(limit)
        return [(row.case, _reading(row)) for row in self._connection.execute(rows)]

    @override
    def in_period(self, school: SchoolId, begin: datetime, end: datetime) -> list[tuple[CaseHeader, Reading]]:
        in_time = (readings.c.at >= begin, readings.c.at < end)
        of_school = (cases.c.school == school, cases.c.joined_to.is_(None))
        query = select(readings).join_from(readings, cases).where(*in_time, *of_school).order_by(readings.c.at)
        rows = self._connection.execute(query).all()
        headers = {header.id: header for header in self._cases.headers({row.case for row in rows})}
        return [(headers[row.case], _reading(row)) for row in rows]


def _reading(row: Row[Any]) -> Reading:
    roles = None if row.roles is None else tuple(map(Role, row.roles.split()))
    return Reading(row.reader, row.at, row.place, roles)
