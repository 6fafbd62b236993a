"""Appends an entry to a case, with everything that follows from it: notifications, worklists and dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from meldcode.application.about_people import AboutPeople
from meldcode.application.case_context import CaseContext, case_context
from meldcode.application.case_people import call_in, keep_named, staff_of
from meldcode.application.cases.parts import change_parts, inherit_exclusions
from meldcode.application.cases.pupils.whose_pupil import for_teachers, note_former_teachers, share
from meldcode.application.cases.telling.notifications import Notified, notify
from meldcode.application.cases.telling.recipients import recipients
from meldcode.application.ports.cases import NewEntry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.worklists import update_worklist
from meldcode.domain.access.rules import relation_to
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.long_logbook import followed_by
from meldcode.domain.case.state import Answer, Entry, State, Status
from meldcode.domain.deadlines.schedule import next_moment
from meldcode.domain.plan.effects import DENIALS, Effect
from meldcode.domain.plan.forms import FieldKind, Meaning
from meldcode.domain.retention import ends_otherwise, term_of
from meldcode.domain.staff import Person

KEPT_TO_ITSELF = (
    Effect.ALARMS,
    Effect.CORRECTS,
    *DENIALS,
    Effect.NOTES,
    Effect.SEPARATES,
    Effect.MOVES_SIGNAL,
    Effect.LINKS,
)
"""Effects that a merged case does not pass on: an alarm notifies by itself, and the others are no new signal."""


def append_entry(
    uow: UnitOfWork, context: CaseContext, entry: Entry, key: str, digest: str = "", *, is_told: bool = True
) -> tuple[CaseContext, Notified]:
    """Append the entry and notify the people concerned. Return the case with the entry, and who was notified.

    `key` makes a repeated submission one entry; `digest` tells a repeated submission from a changed one. The first
    entry opens its case. A case that was merged into another passes its entry on to that one. Without `is_told` nobody
    is notified.
    """
    effect = context.plan.records[entry.record].effect
    after = fold(context.plan, [entry], context.state)
    stored = _stored_case(uow, context, NewEntry(entry, after, _due(uow, context, after, entry), key, digest))
    context, case = _with_its_people(uow, context, stored, entry)
    entries = followed_by(context.entries, entry)
    case = change_parts(uow, context, case, entry, after)
    case = call_in(uow, case, context.plan, _takes_part(uow, context, case, entry))
    case = keep_named(uow, case, AboutPeople(context, entry).named)
    passed_on = context.state.status is Status.JOINED and effect not in KEPT_TO_ITSELF
    told = replace(context, case=case)
    to_notify = recipients(uow, told, after, entry) if is_told and not passed_on else None
    case = call_in(uow, case, context.plan, to_notify.called_in if to_notify else ())
    update_worklist(uow, case, context.plan, after)
    extended = replace(context, case=case, relation=relation_to(context.person, case), entries=entries)
    if to_notify:
        return extended, notify(uow, replace(told, case=case), after, entry, to_notify)
    if case.joined_to is None or not is_told:
        return extended, Notified(after)
    return extended, _notified_through(uow, context, case.joined_to, entry, key, after)


def _with_its_people(
    uow: UnitOfWork, context: CaseContext, case: CaseHeader, entry: Entry
) -> tuple[CaseContext, CaseHeader]:
    """Exclude from a new case who is excluded from another of this pupil, and give it to the teachers of the entry."""
    if context.case is None:
        case = inherit_exclusions(uow, case, context.same_pupil)
        context = replace(context, case=case, relation=relation_to(context.person, case))
    if context.plan.records[entry.record].effect in (Effect.HANDS_OVER, Effect.SHARES):
        case = _with_other_teachers(uow, context, case, entry)
        context = replace(context, case=case)
    return context, case


def _with_other_teachers(uow: UnitOfWork, context: CaseContext, case: CaseHeader, entry: Entry) -> CaseHeader:
    """Give the case to the teachers whom the entry names, and tell who is none of them any more (S1.6, G5)."""
    record, before = context.plan.records[entry.record], context.stored
    if record.effect is Effect.HANDS_OVER:
        new_teacher = entry.answers[record.id_of(Meaning.NEW_TEACHER)]
        case = uow.cases.hand_over(case.id, UUID(str(new_teacher)))
    else:
        case = share(uow, context, case, entry)
    return note_former_teachers(uow, before, case, entry)


def _takes_part(uow: UnitOfWork, context: CaseContext, case: CaseHeader, entry: Entry) -> list[Person]:
    """The author of the entry, and the colleagues whom it names as having taken part (G3)."""
    kinds = (FieldKind.PEOPLE, FieldKind.PERSON)
    named_by = (None, Meaning.NEW_OWNER)
    fields = [f for f in context.plan.records[entry.record].fields if f.kind in kinds and f.meaning in named_by]
    named = {str(entry.author), *(id_ for field in fields for id_ in _values(entry.answers.get(field.id, ())))}
    return [person for person in staff_of(uow, case) if str(person.id) in named]


def _values(answer: Answer) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def append_quietly(uow: UnitOfWork, context: CaseContext, entry: Entry, key: str) -> CaseContext:
    """Append an entry that notifies nobody and leaves what is to be done as it is. Return the case with it."""
    after = fold(context.plan, [entry], context.state)
    case = _stored_case(uow, context, NewEntry(entry, after, _due(uow, context, after, entry), key))
    return replace(context, case=case, entries=followed_by(context.entries, entry))


def _due(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry) -> datetime | None:
    return next_moment(context.plan, after, uow.staff.school(context.school), entry.written_at)


def _stored_case(uow: UnitOfWork, context: CaseContext, new: NewEntry) -> CaseHeader:
    """Store the entry, with its case if there is none yet, and the retention term if the entry closes it."""
    if context.case is None:
        teacher, *others = for_teachers(context) or [context.person.id]
        now = new.entry.written_at
        return uow.cases.open(context.school, context.plan, context.pupil, teacher, now, others, new)
    case = uow.cases.append(context.case, new)
    uow.cases.keep_state(case, context.plan, followed_by(context.entries, new.entry))
    if ends_otherwise(context.state, new.state):
        uow.retention.set_term(case.id, term_of(context.plan, new.state, uow.staff.school(context.school)))
    return case


def _notified_through(
    uow: UnitOfWork, context: CaseContext, root: UUID, entry: Entry, key: str, after: State
) -> Notified:
    """Record the entry in the case that this one was merged into. Only readers of that case are returned."""
    receiving = case_context(uow, context.person, uow.cases.get(root))
    receives = receiving.plan.record_with(Effect.RECEIVES)
    answers = {"case": context.stored.code}
    number = receiving.stored.version + 1
    received = replace(entry, seq=number, record=receives.id, answers=answers, refers_to=0)
    _, notified = append_entry(uow, receiving, received, f"{key}/received")
    readers = set(context.plan.reader_roles)
    people = tuple(person for person in notified.people if relation_to(person, receiving.stored).roles & readers)
    return replace(notified, state=after, people=people)
