"""Use case: show a page of somebody's worklist (G2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import schools_to_report_in
from meldcode.application.case_people import Shown, plan_of, shown_to, staff_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.roles import MissingRoles, OneForTwo, missing_roles, one_for_two
from meldcode.application.worklists import SchoolOverview, Week, schools_led, week_of
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import Permission, in_school, may, relation_to
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.model import ActionSpec, Plan
from meldcode.domain.staff import Deputy, Person, WithDeputies
from meldcode.domain.worklist import ListedCase, Postponed, Section


@dataclass(frozen=True)
class OverviewSize:
    """How much one screen shows: cases on a page, lines about this week, and lines about workloads."""

    cases: int
    week: int
    workloads: int


@dataclass(frozen=True)
class CaseRow:
    """A case in an overview, without content.

    `record` is what this person has to do now, and `due` the last day for it. `postponed` says until when its reminders
    were postponed, and `postponed_by` is the name of who did so.
    """

    case: CaseHeader
    plan: Plan
    is_own: bool
    section: Section
    responsible: WithDeputies | None = None
    record: ActionSpec | None = None
    due: date | None = None
    postponed: Postponed | None = None
    postponed_by: str = ""


@dataclass(frozen=True)
class Overview:
    """A page of somebody's cases (counted from 0), what waits for them first.

    `counts` has the number of cases in each section, on all pages. Only the first page has this week's tasks, the
    figures of the schools that they lead, and the deputies (G5). With `may_find` they can
    search cases (G11). `plan` is that of new cases, which says what roles are called.
    """

    person: Person
    plan: Plan
    today: date
    may_report: bool
    rows: tuple[CaseRow, ...]
    counts: Mapping[Section, int]
    page: int = 0
    pages: int = 1
    week: Week | None = None
    schools: tuple[SchoolOverview, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    names: Mapping[PersonId, str] = field(default_factory=dict)
    missing_roles: tuple[MissingRoles, ...] = ()
    one_for_two: tuple[OneForTwo, ...] = ()
    may_find: bool = False


def overview(uow: UnitOfWork, actor: Actor, size: OverviewSize, now: datetime, page: int = 0) -> Overview:
    """Return a page of the actor's cases, without content. A page beyond the last one gives the last one.

    The cost of a page does not depend on the number of open cases: the database filters, sorts and counts.
    """
    person, today = actor.person, now.astimezone(AMSTERDAM).date()
    may_report, shown = bool(schools_to_report_in(person, uow.plans.current())), shown_to(uow, person)
    listed, counts = _page(uow, shown, page := max(page, 0), size.cases)
    pages = max(1, -(-sum(counts.values()) // size.cases))
    if page >= pages:
        listed, counts = _page(uow, shown, page := pages - 1, size.cases)
    rows, may_find = tuple(_rows(uow, person, listed)), may_report or bool(counts)
    seen = Overview(person, uow.plans.current(), today, may_report, rows, counts, page, pages, may_find=may_find)
    return seen if page else _with_first_page(uow, seen, shown, now, size)


def _page(uow: UnitOfWork, shown: Shown, page: int, size: int) -> tuple[Sequence[ListedCase], Mapping[Section, int]]:
    """Return the cases on this page, and how many there are in each section on all pages."""
    listed = uow.worklists.page(shown.assignees, page * size, size, shown.hidden)
    if page == 0 and len(listed) < size:  # these are all
        return listed, Counter(one.section for one in listed)
    return listed, uow.worklists.section_counts(shown.assignees, shown.hidden)


def _with_first_page(uow: UnitOfWork, seen: Overview, shown: Shown, now: datetime, size: OverviewSize) -> Overview:
    deputies = _deputies(uow, seen.person, now)
    named = {id_ for deputy in deputies for id_ in (deputy.person, deputy.deputy)}
    return replace(
        seen,
        week=week_of(uow, seen.person, shown, now, size.week, has_cases=bool(seen.counts)),
        schools=tuple(schools_led(uow, seen.person, shown.hidden, now, size.workloads)),
        deputies=tuple(deputies),
        names={id_: uow.staff.get(id_).name for id_ in named},
        missing_roles=missing_roles(uow, seen.person),
        one_for_two=one_for_two(uow, seen.person),
    )


def _deputies(uow: UnitOfWork, person: Person, now: datetime) -> list[Deputy]:
    """The deputies that this person sees: all of a school that they lead, elsewhere those that concern themselves."""
    today = now.astimezone(AMSTERDAM).date()
    return [
        deputy
        for school in person.memberships
        for deputy in uow.staff.deputies(school, today)
        if may(Permission.ARRANGE_DEPUTIES, in_school(person, school), uow.plans.current())
        or person.id in (deputy.person, deputy.deputy)
    ]


def _rows(uow: UnitOfWork, person: Person, listed: Sequence[ListedCase]) -> Iterator[CaseRow]:
    headers = {case.id: case for case in uow.cases.headers([one.case for one in listed])}
    for one in listed:
        case = headers[one.case]
        plan = plan_of(uow, case)
        relation = relation_to(person, case)
        if may(Permission.READ, relation, plan):
            by = uow.staff.get(one.postponed.by).name if one.postponed else ""
            record = plan.records.get(one.record)
            responsible = responsible_for(case, plan, staff_of(uow, case))
            yield CaseRow(case, plan, relation.is_own, one.section, responsible, record, one.due, one.postponed, by)
