"""Two cases that a reader of both brings together: one pupil's, whatever was typed, or those of siblings (G10, G11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_code, case_context, readable_case
from meldcode.application.case_people import plan_of
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.joining.merge import TwoCases
from meldcode.application.cases.view_case import may_record
from meldcode.application.finding.search import NamedCase, Query, find_cases, note_listed
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import acting_role
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Entry, Status
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.plan.effects import Effect

TYPED = "other_case"
"""The field in which the code or the name is typed."""


@dataclass(frozen=True)
class Candidates:
    """The cases that a code or a name may mean, beside the case where it was typed; `is_all` unless there are more."""

    code: str
    found: tuple[NamedCase, ...]
    is_all: bool


def find_other_case(uow: UnitOfWork, actor: Actor, code: str, typed: str, size: int, now: datetime) -> Candidates:
    """Return the cases that `typed` means: a code, or a name or a part of it. Raises Refused, or Invalid when none."""
    context = case_context(uow, actor.person, readable_case(uow, actor.person, code))
    possible = [record for record in context.plan.always if record.effect in (Effect.JOINS, Effect.LINKS)]
    if not any(may_record(context, record) for record in possible):
        raise Refused("role_may_not", roles=possible[0].by, rule="G1")
    if case_code(typed):
        found = _with_code(uow, actor, typed, now)
    else:
        found = find_cases(uow, actor, Query(typed), 0, size + 2, now).cases
    others = tuple(one for one in found if _is_other(one.case, context.stored))
    if not others:
        raise Invalid([Problem(TYPED, "nothing_found")])
    return Candidates(context.stored.code, others[:size], len(others) <= size)


def link_siblings(uow: UnitOfWork, actor: Actor, command: TwoCases, now: datetime) -> str:
    """Note in both cases that their pupils are siblings, or are not after all; return the first one's code."""
    person, codes = actor.person, (command.case, command.other)
    first, second = (case_context(uow, person, readable_case(uow, person, code)) for code in codes)
    if not _is_other(first.stored, second.stored):
        raise Refused("no_such_case")
    for one, other in ((first, second), (second, first)):
        _note(uow, one, other.stored.code, f"{command.key}/{one.stored.code}", now)
    return first.stored.code


def _with_code(uow: UnitOfWork, actor: Actor, typed: str, now: datetime) -> tuple[NamedCase, ...]:
    case = readable_case(uow, actor.person, typed)
    found = (NamedCase(case, uow.cases.pupil(case.id), plan_of(uow, case)),)
    note_listed(uow, actor.person, found, now)
    return found


def _is_other(case: CaseHeader, than: CaseHeader) -> bool:
    return case.id != than.id and case.school == than.school and case.status is not Status.JOINED


def _note(uow: UnitOfWork, context: CaseContext, other: str, key: str, now: datetime) -> None:
    record = context.plan.find_record(Effect.LINKS)
    if record is None:
        raise Refused("older_plan")
    role = acting_role(record, context.relation)
    if role is None:
        raise Refused("role_may_not", roles=record.by, rule="G1")
    if not uow.cases.find_submission(key):
        entry = Entry(context.stored.version + 1, record.id, context.person.id, role, now, {"case": other})
        append_entry(uow, context, entry, key)
