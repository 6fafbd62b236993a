"""Cases that may be about one pupil: which one a new signal belongs to, and who may know of the others (G3, G10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.case_context import (
    CaseContext,
    case_context,
    may_read,
    may_report_again,
    read_case,
    told_apart,
)
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import pupil_in, same_name
from meldcode.domain.case.state import Pupil, Status
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.staff import Person
from meldcode.domain.typed_text import same_group

ANOTHER = "another"
"""The answer that a signal is about another pupil than those of the cases that were shown."""


@dataclass(frozen=True)
class WhichPupil:
    """Not stored yet: the author should say first whether it is the pupil of one of these cases, or another."""

    record: ActionSpec
    cases: tuple[CaseContext, ...]


def known_cases(uow: UnitOfWork, person: Person, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
    """Return the cases about a pupil of this name, or one like it, that this person may know of."""
    return known_of(uow, person, uow.cases.find_by_pupil(school, pupil))


def known_of(uow: UnitOfWork, person: Person, found: Iterable[CaseHeader]) -> list[CaseHeader]:
    """Return those that this person may know of; one that was joined only as the other, but to its own teacher."""
    readable = [case for case in found if may_read(uow, person, case)]
    return [case for case in readable if case.status is not Status.JOINED or person.id in case.teachers]


def other_cases(uow: UnitOfWork, context: CaseContext) -> list[CaseHeader]:
    """Return the other cases that may be about this pupil, without those that somebody said are about another."""
    apart, own = told_apart(context), context.stored
    known = known_cases(uow, context.person, context.school, context.pupil)
    others = [case for case in known if case.id != own.id and case.code not in apart]
    return [case for case in others if own.code not in told_apart(case_context(uow, context.person, case))]


def certain_case(
    uow: UnitOfWork, teachers: Collection[PersonId], pupil: Pupil, known: Sequence[CaseHeader]
) -> CaseHeader | None:
    """Return the case of one of these teachers about this pupil: of the same name and group, and not closed."""
    for case in known:
        other = uow.cases.pupil(case.id)
        is_same = same_name(pupil, other) and same_group(pupil.group, other.group)
        if is_same and not case.teachers.isdisjoint(teachers) and case.status is not Status.CLOSED:
            return case
    return None


def case_before(uow: UnitOfWork, person: Person, pupil: Pupil, found: Iterable[CaseHeader]) -> CaseHeader | None:
    """Return the case about this pupil that this person had before, if it is not closed (S1.6).

    A former teacher may type the group that the pupil was in then.
    """
    for case in found:
        is_theirs = may_report_again(person, case) and case.status is not Status.CLOSED
        if is_theirs and same_name(pupil, uow.cases.pupil(case.id)) and _was_in(uow, person, case, pupil.group):
            return case
    return None


def _was_in(uow: UnitOfWork, person: Person, case: CaseHeader, group: str) -> bool:
    context = case_context(uow, person, case)
    typed = (pupil_in(context.plan.records[entry.record], entry.answers).group for entry in context.entries)
    return any(same_group(group, known) for known in (context.pupil.group, *typed))


def ask_which_pupil(uow: UnitOfWork, context: CaseContext, record: ActionSpec, now: datetime) -> WhichPupil:
    """Return the question, with the cases to choose from; that they are shown leaves a trace (promise 6)."""
    return WhichPupil(record, tuple(read_case(uow, context.person, case, now, "form") for case in context.perhaps))
