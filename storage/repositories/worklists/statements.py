"""The statements that find work items and appointments, each by an index.

Those for several assignees are built once for each number of them: building one takes longer than running it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy import case as case_when

from meldcode.domain.case.appointments import AppointmentState
from meldcode.domain.case.state import Status
from meldcode.domain.ids import CaseId
from meldcode.domain.worklist import (
    OF_A_WEEK,
    Assignee,
    Section,
)
from storage.db.schema import appointments, cases, work_items

_NEEDS_SOMETHING = (Section.URGENT, Section.WAITS)
_ORDER = (work_items.c.section, work_items.c.due, work_items.c.code)
_POSTPONED = (work_items.c.postponed_to, work_items.c.postponed_by)
"""The same for all work items of a case."""


def named(assignees: Collection[Assignee], hidden: Collection[CaseId] = ()) -> dict[str, Any]:
    """The parameters that name these assignees, and the cases hidden from them, in the statements below."""
    schools = {f"school{number}": each.school for number, each in enumerate(assignees)}
    names = {f"assignee{number}": each.holder for number, each in enumerate(assignees)}
    return schools | names | ({"hidden": list(hidden)} if hidden else {})


def owned(owners: Collection[Assignee], hidden: Collection[CaseId] = ()) -> dict[str, Any]:
    """As `named`, for the statements about the appointments of these people."""
    return named(owners, hidden) | {f"owner{number}": each.teacher for number, each in enumerate(owners)}


_PROMISE = (appointments.c.code, appointments.c.day, appointments.c.school, appointments.c.owner)
_IS_OPEN = appointments.c.state == AppointmentState.OPEN.value
OPEN_IN_SCHOOL = (appointments.c.school == bindparam("school"), _IS_OPEN)


@lru_cache
def page(assignees: int, hides: bool) -> Select[Any]:
    """The cases of these people, the most urgent first."""
    # A case on this page is within the first `deep` items of at least one assignee.
    mine = [_items_of(number, hides=hides) for number in range(assignees)]
    query = _each_once([items.order_by(*_ORDER).limit(bindparam("deep")) for items in mine])
    ordered = query.order_by(*query.selected_columns[1:4])
    return ordered.limit(bindparam("most")).offset(bindparam("first"))


@lru_cache
def counts(assignees: int, hides: bool) -> Select[Any]:
    """How many cases these people have in each section."""
    section = func.min(work_items.c.section).label("section")
    shown = and_(or_(*map(_belongs_to, range(assignees))), *_not_hidden(work_items, hides=hides))
    best = select(section).where(shown).group_by(work_items.c.case).subquery()
    return select(best.c.section, func.count()).group_by(best.c.section)


@lru_cache
def due(assignees: int, hides: bool) -> Select[Any]:
    """What is due for these people in the coming days."""
    mine = [
        _items_of(number, hides=hides)
        .where(work_items.c.section == int(section), work_items.c.due <= bindparam("until"))
        .order_by(work_items.c.due, work_items.c.code)
        .limit(bindparam("most"))
        for number in range(assignees)
        for section in OF_A_WEEK
    ]
    query = _each_once(mine)
    return query.order_by(*query.selected_columns[2:4]).limit(bindparam("most"))


@lru_cache
def promises(owners: int, hides: bool) -> Select[Any]:
    """The open appointments that these people see to."""
    own = _is_one_of(owners, appointments.c.school, appointments.c.owner)
    then = appointments.c.day.between(bindparam("begin"), bindparam("end"))
    query = select(*_PROMISE).where(own, _IS_OPEN, then, *_not_hidden(appointments, hides=hides))
    return query.order_by(appointments.c.day, appointments.c.code).limit(bindparam("most"))


@lru_cache
def promises_beside(owners: int, hides: bool) -> Select[Any]:
    """The open appointments of others in the cases that these people are responsible for."""
    responsible = _is_one_of(owners, cases.c.school, cases.c.responsible)
    own = _is_one_of(owners, appointments.c.school, appointments.c.owner)
    then = appointments.c.day <= bindparam("end")
    query = select(*_PROMISE).join(cases, cases.c.id == appointments.c.case).where(_IS_OPEN, then, responsible)
    shown = query.where(not_(own), *_not_hidden(appointments, hides=hides))
    return shown.order_by(appointments.c.day, appointments.c.code).limit(bindparam("most"))


def _is_one_of(owners: int, school: Column[Any], person: Column[Any]) -> ColumnElement[bool]:
    each = (and_(school == bindparam(f"school{one}"), person == bindparam(f"owner{one}")) for one in range(owners))
    return or_(*each)


def _belongs_to(number: int) -> ColumnElement[bool]:
    return and_(
        work_items.c.school == bindparam(f"school{number}"), work_items.c.assignee == bindparam(f"assignee{number}")
    )


def _items_of(number: int, *, hides: bool) -> Select[Any]:
    items = select(work_items.c.case, *_ORDER, work_items.c.record, *_POSTPONED)
    return items.where(_belongs_to(number), *_not_hidden(work_items, hides=hides))


def _not_hidden(table: Table, *, hides: bool) -> list[ColumnElement[bool]]:
    return [table.c.case.not_in(bindparam("hidden", expanding=True))] if hides else []


def _each_once(parts: list[Select[Any]]) -> Select[Any]:
    """The cases in all these parts, each once, in its most urgent section."""
    # SQLite wants an ordered part wrapped.
    all_ = union_all(*(select(part.subquery()) for part in parts)).subquery()
    case, section, due, code, record, *postponed = all_.c
    best = (func.min(section).label("section"), func.min(due).label("due"), func.min(code).label("code"))
    return select(case, *best, func.max(record).label("record"), *postponed).group_by(case, *postponed)


def _overdue(due: ColumnElement[date]) -> ColumnElement[int]:
    """How many rows are past their last day."""
    return func.sum(case_when((due < bindparam("today"), 1), else_=0))


@lru_cache
def promise_counts(hides: bool, is_until: bool) -> Select[int, int]:
    """How many appointments of a school are open, and late: all, or those of cases opened before a moment."""
    counted = select(func.count(), _overdue(appointments.c.day))
    before = appointments.c.case.in_(select(cases.c.id).where(cases.c.opened_at < bindparam("until")))
    until = [before] if is_until else []
    return counted.where(*OPEN_IN_SCHOOL, *_not_hidden(appointments, hides=hides), *until)


@lru_cache
def workloads(hides: bool) -> Select[Any]:
    """How many cases wait for each assignee of a school, the most first."""
    count, needs = func.count(), (work_items.c.section.in_(_NEEDS_SOMETHING), work_items.c.record != "")
    here = (work_items.c.school == bindparam("school"), *needs, *_not_hidden(work_items, hides=hides))
    query = select(work_items.c.assignee, count, _overdue(work_items.c.due)).where(*here)
    ordered = query.group_by(work_items.c.assignee).order_by(count.desc(), work_items.c.assignee)
    return ordered.limit(bindparam("most"))


@lru_cache
def step_counts(hides: bool, is_until: bool) -> Select[Any]:
    """How many open cases a school has at each step: all, or those that were opened before a moment."""
    at = (cases.c.plan, cases.c.plan_version, cases.c.step)
    here = work_items.c.school == bindparam("school")
    last = select(work_items.c.case, func.min(work_items.c.due).label("due")).where(here)
    due = last.group_by(work_items.c.case).subquery()
    query = select(*at, func.count(), func.coalesce(_overdue(due.c.due), 0))
    hidden = [cases.c.id.not_in(bindparam("hidden", expanding=True))] if hides else []
    until = [cases.c.opened_at < bindparam("until")] if is_until else []
    is_open = (cases.c.school == bindparam("school"), cases.c.status == Status.OPEN.value, *hidden, *until)
    return query.outerjoin_from(cases, due, due.c.case == cases.c.id).where(*is_open).group_by(*at).order_by(*at)
