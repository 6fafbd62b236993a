"""Use cases about who read what (promise 6): in one case, and unusual reading in a week.

Such a list holds no content, so opening it leaves no trace. Unusual reading follows simple rules, published in
`docs/privacy.md`. They point out and never accuse (G7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from meldcode.application.actor import Actor
from meldcode.application.case_context import readable_case
from meldcode.application.case_people import hidden_from, plan_of, reads
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import ALERTED, Permission, in_school, may, relation_to
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import LISTED, CaseHeader, Reading
from meldcode.domain.case.state import Status
from meldcode.domain.errors import Refused
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person

WEEK = timedelta(days=7)
MANY, AT_NIGHT, CLOSED = 5, 3, 3
"""Reading at least so many different cases of a kind in a week is unusual."""
NIGHT = (time(23), time(6))


class ReadKind(StrEnum):
    """Why it is unusual."""

    MANY = "many"
    AT_NIGHT = "at_night"
    CLOSED = "closed"


@dataclass(frozen=True)
class ReadLine:
    """Somebody read the case, or one that was merged into it (`code`); `roles` are those of that moment, if known."""

    name: str
    roles: tuple[Role, ...] | None
    at: datetime
    where: str
    code: str


@dataclass(frozen=True)
class ReadersView:
    """A page of the readings of a case, latest first."""

    code: str
    lines: tuple[ReadLine, ...]
    page: int
    has_more: bool
    plan: Plan


@dataclass(frozen=True)
class Unusual:
    """Somebody read an unusual number of cases."""

    reader: PersonId
    kind: ReadKind
    cases: tuple[CaseHeader, ...]


@dataclass(frozen=True)
class UnusualView:
    """Unusual reading in a school, in the week that began on `first_day`; `readable` are cases that they may open."""

    first_day: date
    found: tuple[Unusual, ...]
    people: Mapping[PersonId, Person]
    plan: Plan
    school: SchoolId
    readable: frozenset[CaseId]


def who_read(uow: UnitOfWork, actor: Actor, code: str, page: int, page_size: int) -> ReadersView:
    """Return who read the case. Only for readers who are in charge of it; raises Refused for others."""
    person = actor.person
    case = readable_case(uow, person, code)
    relation, plan = relation_to(person, case), plan_of(uow, case)
    if not may(Permission.SEE_READERS, relation, plan):
        raise Refused("not_the_readers", roles=ALERTED, named=plan.full_names)
    parts = [case, *(_joined(uow, case) if may(Permission.READ_JOINED, relation, plan) else ())]
    codes = {part.id: part.code for part in parts}
    page = max(page, 0)
    found = uow.readings.of_cases(codes, page * page_size, page_size + 1)
    people = {reading.reader: uow.staff.get(reading.reader) for _, reading in found}
    lines = tuple(_line(people[r.reader], r, codes[id_]) for id_, r in found[:page_size])
    return ReadersView(case.code, lines, page, len(found) > page_size, plan)


def see_unusual(uow: UnitOfWork, actor: Actor, school: str, first_day: str) -> UnusualView:
    """Return the unusual reading of that week, for a leader of the school. Raises Refused."""
    person, plan = actor.person, uow.plans.current()
    led = {str(id_): id_ for id_ in person.memberships if may(Permission.OVERSEE, in_school(person, id_), plan)}
    if school not in led:
        raise Refused("unknown_action")
    try:
        monday = date.fromisoformat(first_day)
    except ValueError as error:
        raise Refused("unknown_action") from error
    found = unusual_in(uow, led[school], monday, hidden_from(uow, person))
    readers = {one.reader: uow.staff.get(one.reader) for one in found}
    shown = {case.id: case for one in found for case in one.cases}.values()
    readable = frozenset(case.id for case in shown if reads(person, case, plan_of(uow, case)))
    return UnusualView(monday, tuple(found), readers, uow.plans.current(), led[school], readable)


def unusual_in(uow: UnitOfWork, school: SchoolId, monday: date, hidden: Collection[CaseId] = ()) -> list[Unusual]:
    """Return the unusual reading of the week that began on this Monday, of cases that are not hidden."""
    begin = datetime.combine(monday, time(), AMSTERDAM)
    end = datetime.combine(monday + WEEK, time(), AMSTERDAM)
    read = [one for one in uow.readings.in_period(school, begin, end) if one[0].id not in hidden]
    involved = set(uow.cases.authors({case.id for case, _ in read})) | _acting(uow, school, {c.id: c for c, _ in read})
    return unusual(read, involved)


def unusual(read: Iterable[tuple[CaseHeader, Reading]], involved: Collection[tuple[CaseId, PersonId]]) -> list[Unusual]:
    """Return who read many cases without a part in them, several at night, or several closed ones."""
    seen: dict[tuple[PersonId, ReadKind], dict[CaseId, CaseHeader]] = {}
    # A list of names has many cases, so that their number says nothing.
    for case, reading in ((case, reading) for case, reading in read if reading.where != LISTED):
        for kind in _kinds(case, reading, involved):
            seen.setdefault((reading.reader, kind), {})[case.id] = case
    least = {ReadKind.MANY: MANY, ReadKind.AT_NIGHT: AT_NIGHT, ReadKind.CLOSED: CLOSED}
    found = [(reader, kind, cases) for (reader, kind), cases in seen.items() if len(cases) >= least[kind]]
    return [
        Unusual(reader, kind, tuple(sorted(cases.values(), key=lambda case: case.code)))
        for reader, kind, cases in sorted(found, key=lambda one: (str(one[0]), one[1]))
    ]


def _kinds(case: CaseHeader, reading: Reading, involved: Collection[tuple[CaseId, PersonId]]) -> list[ReadKind]:
    begin, end = NIGHT
    at = reading.at.astimezone(AMSTERDAM).time()
    has_no_part = (case.id, reading.reader) not in involved and reading.reader not in case.teachers
    found = [ReadKind.MANY] if has_no_part else []
    found += [ReadKind.AT_NIGHT] if at >= begin or at < end else []
    return found + ([ReadKind.CLOSED] if case.status is Status.CLOSED and case.since <= reading.at else [])


def _acting(uow: UnitOfWork, school: SchoolId, cases: Mapping[CaseId, CaseHeader]) -> set[tuple[CaseId, PersonId]]:
    """Who has a part in which case: the people for whom an open case waits, and those who act for its teacher."""
    found = set()
    for person in uow.staff.of_school(school):
        for case in cases.values():
            relation = relation_to(person, case)
            step = plan_of(uow, case).step(case.step)
            acts = relation.roles & (set(step.who) - {Role.TEACHER})
            if (acts and case.status is Status.OPEN) or relation.is_own:
                found.add((case.id, person.id))
    return found


def _joined(uow: UnitOfWork, case: CaseHeader) -> Sequence[CaseHeader]:
    return [part for joined in uow.cases.joined(case.id) for part in (joined, *_joined(uow, joined))]


def _line(person: Person, reading: Reading, code: str) -> ReadLine:
    return ReadLine(person.name, reading.roles, reading.at, reading.where, code)
