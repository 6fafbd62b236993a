"""Whose pupil it is (S1.6): the teachers of the pupil's group, or those whom somebody else names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext
from meldcode.application.messages.cases import NoLongerTeacher
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.header import FORMER_TEACHER, CaseHeader
from meldcode.domain.case.state import Answers, Entry
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan


def pupil_teachers(
    uow: UnitOfWork, actor: Actor, plan: Plan, school: SchoolId, answers: Answers
) -> tuple[PersonId, ...]:
    """Return whose pupil it is; nobody if this must be asked of who reports.

    A teacher of the group reports about their own pupil, and teachers who share a group share its cases. So does a
    teacher without groups, if no other teacher is known to have the group.
    """
    field, person = plan.opening.id_of(Meaning.PUPIL_TEACHERS), actor.person
    if not field:
        return (person.id,)
    if named := answers.get(field, ()):
        known = uow.staff.by_identities(actor.colleague(user) for user in named)
        return tuple(one.id for one in known.values())
    group = str(answers.get(plan.opening.id_of(Meaning.PUPIL_GROUP), ""))
    of_group = teachers_of(uow, school, group)
    if not person.acts_for(school).isdisjoint(of_group):
        return of_group
    others = any(one.teaches(school) for one in uow.staff.of_school(school))
    knows_groups = bool(of_group or person.memberships[school].groups)
    is_asked = others and (not person.teaches(school) or knows_groups)
    return () if is_asked else (person.id,)


def teachers_of(uow: UnitOfWork, school: SchoolId, group: str) -> tuple[PersonId, ...]:
    """Return the teachers of the group."""
    staff = uow.staff.of_school(school) if group.strip() else []
    return tuple(person.id for person in staff if person.teaches(school, group))


def for_teachers(context: CaseContext) -> tuple[PersonId, ...]:
    """Return whose a new case becomes: not of who is excluded, but of the pupil's other teachers then (G12)."""
    excluded = frozenset[PersonId]().union(*(case.excluded for case in context.same_pupil))
    others = (teacher for case in context.same_pupil for teacher in sorted(case.teachers))
    for teachers in (context.teachers, dict.fromkeys(others)):
        if free := tuple(teacher for teacher in teachers if teacher not in excluded):
            return free
    return context.teachers


def suggested(uow: UnitOfWork, actor: Actor, context: CaseContext) -> tuple[str, ...]:
    """Return the user ids of the teachers of the pupil's group, as the question suggests them."""
    return users_of(uow, actor, teachers_of(uow, context.school, context.pupil.group))


def users_of(uow: UnitOfWork, actor: Actor, people: Collection[PersonId]) -> tuple[str, ...]:
    """Return the user ids that these people have in the actor's workspace."""
    found = uow.identities.of_people(people) if people else []
    return tuple(sorted(one.user for one in found if one.workspace == actor.identity.workspace))


def share(uow: UnitOfWork, context: CaseContext, case: CaseHeader, entry: Entry) -> CaseHeader:
    """Make the named teachers those of the case (S1.6)."""
    field = context.plan.records[entry.record].id_of(Meaning.TEACHERS)
    return uow.cases.set_teachers(case.id, [UUID(person) for person in entry.answers[field]])


def note_former_teachers(uow: UnitOfWork, before: CaseHeader, after: CaseHeader, entry: Entry) -> CaseHeader:
    """Tell who is no teacher of the case any more since this entry, and note that they were (S1.6, G5)."""
    gone = before.teachers - after.teachers
    uow.cases.add_parts(after.id, gone, FORMER_TEACHER)
    for former in sorted(gone - {entry.author} - after.excluded):
        message = OutboxMessage(former, after.id, f"entry {entry.seq}", NoLongerTeacher(after.code))
        uow.outbox.put(message, entry.written_at)
    return replace(after, former_teachers=after.former_teachers | gone)
