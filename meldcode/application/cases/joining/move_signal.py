"""Moves a signal out of a case that it does not belong to, into the case of its own pupil (G10).

The case that it leaves keeps a link of its chain where the signal was, and no content. The signal keeps its author,
day and text in the other case, under that case's key. Its corrections go with it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from meldcode.application.case_context import CaseContext, case_context
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.parts import inherit_exclusions
from meldcode.application.cases.pupils.same_pupil import known_cases
from meldcode.application.cases.pupils.whose_pupil import teachers_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, acting_role, in_school, may, relation_to
from meldcode.domain.case.asked import asked_now
from meldcode.domain.case.names import same_name
from meldcode.domain.case.state import Answer, Entry, Pupil, Status
from meldcode.domain.errors import Refused
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.retention import ends_otherwise, term_of
from meldcode.domain.typed_text import same_group


def move_signal(
    uow: UnitOfWork, context: CaseContext, seq: int, pupil: Pupil, key: str, now: datetime
) -> tuple[CaseContext, str]:
    """Move the signal with this number. Return the case without it, and the code of the case that has it now."""
    moved = _with_corrections(context, seq)
    target = _put_in(uow, _case_of(uow, context, pupil, moved[0], now), context, moved, key, now)
    uow.cases.take_out(context.stored.id, [entry.seq for entry in moved])
    left = replace(context, entries=tuple(entry for entry in context.entries if entry not in moved))
    if ends_otherwise(context.state, left.state):
        uow.retention.set_term(left.stored.id, term_of(left.plan, left.state, uow.staff.school(left.school)))
    return left, target.stored.code


def _with_corrections(context: CaseContext, seq: int) -> list[Entry]:
    """The signal with its corrections, and those of its corrections."""
    moved = [entry for entry in context.entries if entry.seq == seq]
    for entry in context.entries:
        if entry.refers_to in {one.seq for one in moved}:
            moved.append(entry)
    return moved


def _case_of(uow: UnitOfWork, context: CaseContext, pupil: Pupil, signal: Entry, now: datetime) -> CaseContext:
    """The open case of this pupil that the person knows of, or else a new one."""
    person, school = context.person, context.school
    for case in known_cases(uow, person, school, pupil):
        other, is_open = uow.cases.pupil(case.id), case.status is Status.OPEN
        if is_open and same_name(pupil, other) and same_group(pupil.group, other.group):
            return case_context(uow, person, case)
    plan = uow.plans.current()
    same = [case for case in uow.cases.find_by_pupil(school, pupil) if same_name(pupil, uow.cases.pupil(case.id))]
    teacher, *others = teachers_of(uow, school, pupil.group) or [_owner(uow, context, signal)]
    opened = uow.cases.open(school, plan, pupil, teacher, now, others)
    opened = inherit_exclusions(uow, opened, [case for case in same if case.id != context.stored.id])
    return CaseContext(person, school, plan, pupil, relation_to(person, opened), opened)


def _owner(uow: UnitOfWork, context: CaseContext, signal: Entry) -> PersonId:
    """Who wrote the signal; if they may have no case any more, who moves it."""
    author, plan = uow.staff.get(signal.author), uow.plans.current()
    return author.id if may(Permission.OPEN, in_school(author, context.school), plan) else context.person.id


def _put_in(
    uow: UnitOfWork, target: CaseContext, source: CaseContext, moved: list[Entry], key: str, now: datetime
) -> CaseContext:
    """Note in the other case that it receives the signal, which notifies its readers, and append what was moved."""
    receives = target.plan.record_with(Effect.RECEIVES)
    role = acting_role(receives, target.relation)
    if role is None:
        raise Refused("role_may_not", roles=receives.by, rule="G1")
    number = target.stored.version + 1
    note = Entry(number, receives.id, target.person.id, role, now, {"case": source.stored.code})
    target, _ = append_entry(uow, target, note, f"{key}/received")
    numbers = {entry.seq: target.stored.version + place for place, entry in enumerate(moved, start=1)}
    for entry in moved:
        there = replace(entry, seq=numbers[entry.seq], refers_to=numbers.get(entry.refers_to, 0))
        there = replace(there, answers=_asked_there(target, entry))
        target, _ = append_entry(uow, target, there, f"{key}/{entry.seq}", is_told=False)
    return target


def _asked_there(target: CaseContext, entry: Entry) -> dict[str, Answer]:
    """The answers to what the other case asks too: whether the wrong pupil does worse says nothing there (S4.6)."""
    asked = asked_now(target.plan, target.plan.records[entry.record], target.state)
    return {field.id: entry.answers[field.id] for field in asked.fields if field.id in entry.answers}
