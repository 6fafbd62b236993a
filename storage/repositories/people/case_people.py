"""Whose cases they are, and which part people have in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import delete, insert, select, update
from typing_extensions import override

from meldcode.domain.case.header import EXCLUDED, CaseHeader
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
        people = list(people)
        if part == EXCLUDED:
            self._keep_out_for_longer(case, people, until)
        rows = [{"case": case, "person": person, "part": part, "until": until} for person in people]
        insert_all_once(
            self._connection, case_people, rows, (case_people.c.case, case_people.c.person, case_people.c.part)
        )

    def _keep_out_for_longer(self, case: CaseId, people: list[PersonId], until: date | None) -> None:
        """Who was kept out before, perhaps until a day that is over, is so until this day, or for good."""
        is_shorter = case_people.c.until < until if until else case_people.c.until.is_not(None)
        which = (case_people.c.case == case, case_people.c.part == EXCLUDED, case_people.c.person.in_(people))
        self._connection.execute(update(case_people).where(*which, is_shorter).values(until=until))

    @override
    def end_parts(
        self, case: CaseId, parts: Iterable[str], people: Iterable[PersonId] | None = None, *, for_now: bool = False
    ) -> None:
        which = [case_people.c.case == case, case_people.c.part.in_(list(parts))]
        which += [] if people is None else [case_people.c.person.in_(list(people))]
        which += [case_people.c.until.is_not(None)] if for_now else []
        self._connection.execute(delete(case_people).where(*which))

    @override
    def share_parts(self, cases: Collection[CaseId], to: CaseId, part: str) -> None:
        query = select(case_people).where(case_people.c.case.in_(list(cases)), case_people.c.part == part)
        for row in self._connection.execute(query).all():
            self.add_parts(to, [row.person], part, row.until)
