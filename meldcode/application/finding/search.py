"""Searching cases: by name, group, status and year, among those that the actor may read (G11).

Names are decrypted in memory and compared there; no index of parts of names exists (ADR 39). Every case whose name is
shown gets a trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import may_read
from meldcode.application.case_people import plan_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import LISTED, CaseHeader, Reading
from meldcode.domain.case.names import name_matcher
from meldcode.domain.case.state import Pupil, Status
from meldcode.domain.paging import page_of
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Person
from meldcode.domain.typed_text import same_group


@dataclass(frozen=True)
class Query:
    """What is looked for. An empty part matches every case; `name` may be a part of one, `year` is that of opening."""

    name: str = ""
    group: str = ""
    status: Status | None = None
    year: int | None = None


@dataclass(frozen=True)
class NamedCase:
    """A case that was found, with the name of its pupil."""

    case: CaseHeader
    pupil: Pupil
    plan: Plan


@dataclass(frozen=True)
class Found:
    """A page (counted from 0) of the cases that were found, open ones first, then the latest."""

    cases: tuple[NamedCase, ...]
    total: int
    page: int
    pages: int


def find_cases(uow: UnitOfWork, actor: Actor, query: Query, page: int, size: int, now: datetime) -> Found:
    """Return a page of the cases that match. Those on the page get a trace: their names are read (promise 6)."""
    matching = list(_matching(uow, actor.person, query))
    shown = page_of(matching, page, size)
    note_listed(uow, actor.person, shown.items, now)
    return Found(tuple(shown.items), len(matching), shown.number, shown.pages)


def note_listed(uow: UnitOfWork, person: Person, shown: Sequence[NamedCase], now: datetime) -> None:
    """Store that this person read the names in a list (promise 6)."""
    for school in {one.case.school for one in shown}:
        ids = [one.case.id for one in shown if one.case.school == school]
        uow.readings.add(ids, Reading(person.id, now, LISTED, tuple(sorted(person.roles_in(school)))))


def _matching(uow: UnitOfWork, person: Person, query: Query) -> Iterator[NamedCase]:
    matches = name_matcher(query.name)
    for case in sorted(uow.cases.of_schools(person.memberships), key=_order):
        if not _has_status(case, query, person) or not may_read(uow, person, case):
            continue
        pupil = uow.cases.pupil(case.id)
        if matches(pupil) and (not query.group or same_group(pupil.group, query.group)):
            yield NamedCase(case, pupil, plan_of(uow, case))


def _order(case: CaseHeader) -> tuple[bool, float]:
    return case.status is Status.CLOSED, -case.opened_at.timestamp()


def _has_status(case: CaseHeader, query: Query, person: Person) -> bool:
    """Whether status and year match. A case that was joined is found as the other one, but by its own teacher."""
    if case.status is Status.JOINED and person.id not in case.teachers:
        return False
    status = Status.OPEN if case.status is Status.JOINED else case.status
    year = case.opened_at.astimezone(AMSTERDAM).year
    return query.status in (None, status) and query.year in (None, year)
