"""Whose cases they are, and which part people have in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import delete, insert, select, update
from typing_extensions import override

from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import CaseId, PersonId
from storage.db.insert_once import insert_all_once
from storage.db.schema import case_people, case_teachers, cases
from storage.repositories.case_queries import CaseQueries

INSERT_TEACHER = insert(case_teachers)


class CasePeople(CaseQueries):
    """The people of cases in the database, within one transaction."""

    @override
    def set_teachers(self, case: CaseId, teachers: Collection[PersonId]) -> CaseHeader:
        self._connection.execute(delete(case_teachers).where(case_teachers.c.case == case))
        self._connection.execute(INSERT_TEACHER, [{"case": case, "teacher": teacher} for teacher in teachers])
        return self.get(case)

    @override
    def hand_over(self, case: CaseId, to: PersonId) -> CaseHeader:
        return self.set_teachers(case, [to])

    @override
    def set_responsible(self, case: CaseId, person: PersonId) -> None:
        nobody = (cases.c.id == case, cases.c.responsible.is_(None))
        self._connection.execute(update(cases).where(*nobody).values(responsible=person))

    @override
    def add_parts(self, case: CaseId, people: Iterable[PersonId], part: str, until: date | None = None) -> None:
        rows = [{"case": case, "person": person, "part": part, "until": until} for person in people]
        insert_all_once(
            self._connection, case_people, rows, (case_people.c.case, case_people.c.person, case_people.c.part)
        )

    @override
    def end_parts(self, case: CaseId, parts: Iterable[str], people: Iterable[PersonId] | None = None) -> None:
        which = [case_people.c.case == case, case_people.c.part.in_(list(parts))]
        which += [] if people is None else [case_people.c.person.in_(list(people))]
        self._connection.execute(delete(case_people).where(*which))

    @override
    def share_parts(self, cases: Collection[CaseId], to: CaseId, part: str) -> None:
        query = select(case_people).where(case_people.c.case.in_(list(cases)), case_people.c.part == part)
        # The latest day first, and no day at all before that: who has a part twice keeps it for longest.
        rows = self._connection.execute(query.order_by(case_people.c.until.is_not(None), case_people.c.until.desc()))
        shared = [{**row, "case": to} for row in rows.mappings()]
        insert_all_once(
            self._connection, case_people, shared, (case_people.c.case, case_people.c.person, case_people.c.part)
        )
