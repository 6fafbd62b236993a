"""Use cases of the change of school year: all open cases of a school get their new groups and teachers at once (G10).

The cases are shown in pages. What was filled in is a draft of the author's until the last page is submitted; only then
are all cases changed, in one transaction, each with a trace of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context
from meldcode.application.case_people import plan_of
from meldcode.application.cases.pupils.whose_pupil import teachers_of, users_of
from meldcode.application.cases.store_form import store_form
from meldcode.application.cases.submission import FilledForm, RecordEntry, check_form
from meldcode.application.finding.search import NamedCase, note_listed
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import in_school, may_move_up, relation_to
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.school_year import next_group
from meldcode.domain.case.state import Answer, Pupil, Status
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.paging import page_of
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person, School

REASON = "reason"
"""The field that says why, in the logbook of each case."""


@dataclass(frozen=True)
class MovingCase:
    """An open case in the list: its pupil and teachers now, and the group and the user ids that are filled in."""

    named: NamedCase
    teachers: tuple[str, ...]
    group: str
    users: tuple[str, ...]


@dataclass(frozen=True)
class SchoolYear:
    """A page (counted from 0) of the open cases of a school, and why they change, as it was filled in so far."""

    school: School
    cases: tuple[MovingCase, ...]
    total: int
    page: int
    pages: int
    reason: str = ""


@dataclass(frozen=True)
class MovedUp:
    """All cases were changed: so many of them, of so many that were shown."""

    school: School
    changed: int
    total: int


@dataclass(frozen=True)
class PageFilledIn:
    """What was filled in on a page, by field (see `fields_of`). `goes_to` is the page to show; None: apply it all."""

    key: str
    school: str
    answers: Mapping[str, Answer]
    goes_to: int | None


def fields_of(code: str) -> tuple[str, str]:
    """Return the fields of a case: its new group, and its new teachers."""
    return f"group {code}", f"teachers {code}"


def see_school_year(uow: UnitOfWork, actor: Actor, school: str, page: int, size: int, now: datetime) -> SchoolYear:
    """Return a page of the open cases that this person may change; those on it get a trace. Raises Refused."""
    where = _school(uow, actor, school)
    found = _cases(uow, actor.person, where.id)
    shown = page_of(found, page, size)
    note_listed(uow, actor.person, shown.items, now)
    typed = _typed(uow, actor, where, now)
    rows = tuple(_row(uow, actor, one, typed) for one in shown.items)
    return SchoolYear(where, rows, len(found), shown.number, shown.pages, str(typed.get(REASON, "")))


def fill_in_page(uow: UnitOfWork, actor: Actor, filled: PageFilledIn, size: int, now: datetime) -> SchoolYear | MovedUp:
    """Keep what was filled in and show another page, or change all cases. Raises Refused or Invalid.

    A case that came since is not changed: nobody saw it in the list.
    """
    where = _school(uow, actor, filled.school)
    typed = {**_typed(uow, actor, where, now), **filled.answers}
    seen = filled.answers if filled.goes_to is not None else typed
    changes = [_changes(uow, actor, one, typed, filled.key, now) for one in _seen(uow, actor, where, seen)]
    if wrong := [problem for change in changes for problem in change.wrong]:
        raise Invalid(wrong)
    if filled.goes_to is not None:
        uow.drafts.save(_draft(actor, where), actor.person.id, typed, now)
        return see_school_year(uow, actor, filled.school, filled.goes_to, size, now)
    changed = [_apply(uow, change, now) for change in changes]
    uow.drafts.delete(_draft(actor, where), actor.person.id)
    return MovedUp(where, sum(changed), len(changes))


@dataclass(frozen=True)
class _Changes:
    """What changes in a case, and what is wrong with what was filled in for it."""

    context: CaseContext
    forms: Sequence[tuple[RecordEntry, FilledForm]]
    wrong: Sequence[Problem]


def _changes(
    uow: UnitOfWork, actor: Actor, one: NamedCase, typed: Mapping[str, Answer], key: str, now: datetime
) -> _Changes:
    context, forms, wrong = case_context(uow, actor.person, one.case), [], []
    for effect, field in zip((Effect.CORRECTS_PUPIL, Effect.SHARES), fields_of(one.case.code), strict=True):
        spec = context.plan.record_with(effect)
        answers = _answers(spec, one.pupil, typed.get(field, ""), str(typed.get(REASON, "")))
        command = RecordEntry(f"{key}/{one.case.code}/{effect}", spec.id, answers, one.case.code, reviewed=True)
        try:
            form = check_form(uow, actor, context, command, now)
        except Invalid as invalid:
            reason = spec.id_of(Meaning.REASON)
            wrong += [replace(why, field=REASON if why.field == reason else field) for why in invalid.problems]
            continue
        forms += [(command, form)] if _is_news(context, form) else []
    return _Changes(context, forms, wrong)


def _answers(spec: ActionSpec, pupil: Pupil, said: Answer, reason: str) -> dict[str, Answer]:
    """The form with the pupil's name, and with what was filled in: the group, or the teachers."""
    known = {
        Meaning.PUPIL_FIRST_NAME: pupil.first_name,
        Meaning.PUPIL_LAST_NAME: pupil.last_name,
        Meaning.PUPIL_GROUP: said,
        Meaning.TEACHERS: said,
        Meaning.REASON: reason,
    }
    return {field.id: known[field.meaning] for field in spec.fields if field.meaning in known}


def _is_news(context: CaseContext, form: FilledForm) -> bool:
    if form.spec.effect is Effect.CORRECTS_PUPIL:
        return pupil_in(form.spec, form.answers) != context.pupil
    return {UUID(person) for person in form.answers[form.spec.id_of(Meaning.TEACHERS)]} != context.stored.teachers


def _apply(uow: UnitOfWork, change: _Changes, now: datetime) -> bool:
    """Store what changes, and tell the teachers: those who are new once, whatever else is corrected."""
    context = change.context
    for command, form in change.forms:
        context, _ = store_form(uow, context, form, command, now, is_told=form.spec.effect is Effect.SHARES)
    return bool(change.forms)


def _school(uow: UnitOfWork, actor: Actor, school: str) -> School:
    found = next((id_ for id_ in actor.person.memberships if str(id_) == school), None)
    if found is None:
        raise Refused("not_your_school")
    if not may_move_up(in_school(actor.person, found), uow.plans.current()):
        raise Refused("role_may_not", roles=(Role.CARE_COORDINATOR,), rule="G10")
    return uow.staff.school(found)


def _cases(uow: UnitOfWork, person: Person, school: SchoolId) -> list[NamedCase]:
    """The open cases that this person may change, by group and name."""
    found = [case for case in uow.cases.of_schools([school]) if case.status is Status.OPEN]
    named = [
        NamedCase(case, uow.cases.pupil(case.id), plan_of(uow, case)) for case in found if _is_theirs(uow, person, case)
    ]
    return sorted(named, key=lambda one: (one.pupil.group, one.pupil.last_name, one.pupil.first_name, one.case.code))


def _is_theirs(uow: UnitOfWork, person: Person, case: CaseHeader) -> bool:
    return may_move_up(relation_to(person, case), plan_of(uow, case))


def _seen(uow: UnitOfWork, actor: Actor, school: School, typed: Mapping[str, Answer]) -> list[NamedCase]:
    """The cases for which something was filled in."""
    return [
        one for one in _cases(uow, actor.person, school.id) if not typed.keys().isdisjoint(fields_of(one.case.code))
    ]


def _row(uow: UnitOfWork, actor: Actor, one: NamedCase, typed: Mapping[str, Answer]) -> MovingCase:
    group, users = fields_of(one.case.code)
    suggested, teachers = _suggested(uow, one)
    names = tuple(sorted(uow.staff.get(teacher).name for teacher in one.case.teachers))
    chosen = typed.get(users, ()) if users in typed else users_of(uow, actor, teachers)
    return MovingCase(one, names, str(typed.get(group, suggested)), tuple(chosen))


def _suggested(uow: UnitOfWork, one: NamedCase) -> tuple[str, Collection[PersonId]]:
    """The next group and its teachers; as they are now if that is not known."""
    group = next_group(one.pupil.group)
    of_group = set(teachers_of(uow, one.case.school, group)) - one.case.excluded if group != one.pupil.group else set()
    return group, of_group or one.case.teachers


def _typed(uow: UnitOfWork, actor: Actor, school: School, now: datetime) -> Mapping[str, Answer]:
    return uow.drafts.find(_draft(actor, school), actor.person.id, now) or {}


def _draft(actor: Actor, school: School) -> str:
    """The key of this person's draft, so that a window that was closed goes on where it was (promise 10)."""
    return f"school-year/{school.id}/{actor.person.id}"
