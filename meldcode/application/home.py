"""Use case: show a page of somebody's worklist (G2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from meldcode.application.actor import Actor
from meldcode.application.case_context import schools_to_report_in
from meldcode.application.case_people import Shown, plan_of, shown_to, staff_of
from meldcode.application.cases.drafts import own_drafts
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.roles import MissingRoles, OneForTwo, missing_roles, one_for_two
from meldcode.application.worklists import FindDue, Promise, SchoolOverview, Week, schools_led, schools_led_by, week_of
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import Permission, in_school, may, may_move_up, relation_to
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import PersonId
from meldcode.domain.paging import pages_of
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Deputy, Person, School, WithDeputies
from meldcode.domain.worklist import ListedCase, Postponed, Section, due_until

T = TypeVar("T")


@dataclass(frozen=True)
class OverviewSize:
    """How much one page shows of each list; `week` and `workloads` are lines, `missing` counts schools."""

    cases: int
    week: int
    workloads: int
    late: int
    schools: int
    deputies: int
    missing: int
    doubles: int


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
    """A page (counted from 0) of somebody's cases, what waits for them first, and of each list beside them.

    `counts` has the number of cases in each section, on all pages, and `all_late` that of late appointments. The lists
    beside the cases are those `late` appointments, the figures of the schools that they lead, the deputies (G5), and
    what is wrong with roles; this week's tasks are on the first page only. With `may_find` they can search cases (G11),
    with `has_drafts` go on with a form, with `fast_lane` record a call (G8), and in the schools `moving_up` change the
    groups and teachers of cases (G10). `plan` is that of new cases, which says what roles are called.
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
    late: tuple[Promise, ...] = ()
    all_late: int = 0
    schools: tuple[SchoolOverview, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    names: Mapping[PersonId, str] = field(default_factory=dict)
    missing_roles: tuple[MissingRoles, ...] = ()
    one_for_two: tuple[OneForTwo, ...] = ()
    may_find: bool = False
    has_drafts: bool = False
    fast_lane: ActionSpec | None = None
    moving_up: tuple[School, ...] = ()


def overview(uow: UnitOfWork, actor: Actor, size: OverviewSize, now: datetime, page: int = 0) -> Overview:
    """Return a page of the actor's cases, without content. A page beyond the last one gives the last one.

    The cost of a page does not depend on the number of open cases: the database filters, sorts and counts.
    """
    person, today = actor.person, now.astimezone(AMSTERDAM).date()
    may_report, shown = bool(schools_to_report_in(person, uow.plans.current())), shown_to(uow, person)
    listed, counts = _page(uow, shown, page := max(page, 0), size.cases)
    beside = _beside(uow, person, shown, now, size, _due_among(uow, shown, listed, counts, size.week))
    pages = max(pages_of(sum(counts.values()), size.cases), beside.pages(size))
    if page >= pages:
        listed, counts = _page(uow, shown, page := pages - 1, size.cases)
    rows, may_find = tuple(_rows(uow, person, listed)), may_report or bool(counts)
    seen = Overview(person, uow.plans.current(), today, may_report, rows, counts, page, pages, may_find=may_find)
    has_drafts, week = bool(own_drafts(uow, actor, now)), None if page else beside.week
    seen = replace(seen, week=week, all_late=len(beside.late), has_drafts=has_drafts)
    return _with(uow, seen, beside.on_page(page, size), shown, now, size)


def _with(
    uow: UnitOfWork, seen: Overview, beside: _Beside, shown: Shown, now: datetime, size: OverviewSize
) -> Overview:
    """Add what a page shows of the lists beside the cases."""
    named = {id_ for deputy in beside.deputies for id_ in (deputy.person, deputy.deputy)}
    return replace(
        seen,
        late=tuple(beside.late),
        schools=tuple(schools_led(uow, beside.schools, shown.hidden, now, size.workloads)),
        deputies=tuple(beside.deputies),
        names={id_: uow.staff.get(id_).name for id_ in named},
        missing_roles=tuple(beside.missing),
        one_for_two=tuple(beside.doubles),
        fast_lane=_fast_lane(seen),
        moving_up=tuple(_moving_up(seen.person, seen.plan)),
    )


def _page(uow: UnitOfWork, shown: Shown, page: int, size: int) -> tuple[Sequence[ListedCase], Mapping[Section, int]]:
    """Return the cases on this page, and how many there are in each section on all pages."""
    listed = uow.worklists.page(shown.assignees, page * size, size, shown.hidden)
    if page == 0 and len(listed) < size:  # these are all
        return listed, Counter(one.section for one in listed)
    return listed, uow.worklists.section_counts(shown.assignees, shown.hidden)


@dataclass(frozen=True)
class _Beside:
    """The lists beside the cases, each of which may have more than a page."""

    week: Week
    late: Sequence[Promise]
    schools: Sequence[School]
    deputies: Sequence[Deputy]
    missing: Sequence[MissingRoles]
    doubles: Sequence[OneForTwo]

    def pages(self, size: OverviewSize) -> int:
        lists: list[tuple[Sequence[object], int]] = [
            (self.late, size.late),
            (self.schools, size.schools),
            (self.deputies, size.deputies),
            (self.missing, size.missing),
            (self.doubles, size.doubles),
        ]
        return max(pages_of(len(items), most) for items, most in lists)

    def on_page(self, page: int, size: OverviewSize) -> _Beside:
        return _Beside(
            self.week,
            _part(self.late, page, size.late),
            _part(self.schools, page, size.schools),
            _part(self.deputies, page, size.deputies),
            _part(self.missing, page, size.missing),
            _part(self.doubles, page, size.doubles),
        )


def _part(items: Sequence[T], page: int, most: int) -> Sequence[T]:
    return items[page * most : (page + 1) * most]


def _due_among(
    uow: UnitOfWork, shown: Shown, listed: Sequence[ListedCase], counts: Mapping[Section, int], most: int
) -> FindDue:
    """How to find what is due: among these, if they are all cases of one worklist. On several one can have two days."""
    if len(listed) == sum(counts.values()) and (len(shown.assignees) == 1 or not listed):
        return partial(due_until, listed)
    return lambda until: uow.worklists.due(shown.assignees, until, most + 1, shown.hidden)


def _beside(
    uow: UnitOfWork, person: Person, shown: Shown, now: datetime, size: OverviewSize, find_due: FindDue
) -> _Beside:
    week = week_of(uow, person, shown, now, size.week, find_due)
    return _Beside(
        week,
        [one for one in week.promises if one.late],
        schools_led_by(person, uow.plans.current()),
        _deputies(uow, person, now),
        missing_roles(uow, person),
        one_for_two(uow, person),
    )


def _fast_lane(seen: Overview) -> ActionSpec | None:
    lane, relations = seen.plan.fast_lane, [in_school(seen.person, school) for school in seen.person.memberships]
    return lane if any(may(Permission.RECORD, relation, seen.plan, lane) for relation in relations) else None


def _moving_up(person: Person, plan: Plan) -> Iterator[School]:
    for id_, membership in person.memberships.items():
        if may_move_up(in_school(person, id_), plan):
            yield membership.school


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
