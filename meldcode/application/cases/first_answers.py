"""What a form holds at first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from meldcode import hints
from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import AMSTERDAM, BeyondCalendar
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.state import Answer, Pupil
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.forms.taking_part import expected
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import PUPIL_MEANINGS, FieldKind


def at_first(
    uow: UnitOfWork, actor: Actor, context: CaseContext, record: ActionSpec, now: datetime
) -> dict[str, Answer]:
    """What a form holds when it is opened."""
    names = [colleague.name for colleague in uow.staff.of_school(context.school)]
    begun = initial_answers(record, now) | _ahead(uow, context, record, now)
    return begun | _expected(uow, actor, context, record) | _drafted(record, context, names)


def _ahead(uow: UnitOfWork, context: CaseContext, record: ActionSpec, now: datetime) -> dict[str, Answer]:
    """The days that the plan sets so many school days ahead; none beyond the calendar."""
    calendar, today = calendar_of(uow.staff.school(context.school)), now.astimezone(AMSTERDAM).date()
    fields = [field for field in record.fields if field.ahead]
    try:
        return {field.id: calendar.add_school_days(today, field.ahead).isoformat() for field in fields}
    except BeyondCalendar:
        return {}


def _expected(uow: UnitOfWork, actor: Actor, context: CaseContext, record: ActionSpec) -> dict[str, Answer]:
    """Who takes part if things go by the plan, as they are known in the actor's workspace."""
    staff = context.colleagues(uow.staff.of_school(context.school))
    fields = [field for field in record.fields if field.kind is FieldKind.PEOPLE]
    who = {f.id: expected(record, f, actor.person.id, context.state, staff) for f in fields}
    wanted = [PersonId(id_) for ids in who.values() for id_ in ids]
    here = [one for one in uow.identities.of_people(wanted) if one.workspace == actor.identity.workspace]
    users = {str(person.id): one.user for one, person in uow.staff.by_identities(here).items()} if here else {}
    return {field: tuple(users[id_] for id_ in ids if id_ in users) for field, ids in who.items() if ids}


def initial_answers(record: ActionSpec, now: datetime) -> dict[str, Answer]:
    """The initial answers: today for what happened, and the default choices."""
    today = now.astimezone(AMSTERDAM).date().isoformat()
    days = {f.id: today for f in record.fields if f.kind is FieldKind.DATE and f.required and not f.future}
    return {**days, **{field.id: field.default for field in record.fields if field.default}}


def _drafted(record: ActionSpec, context: CaseContext, names: Sequence[str]) -> dict[str, Answer]:
    """The anonymised summary of the logbook, for fields that start with one (S2.2); a person reviews it."""
    fields = [field for field in record.fields if field.draft]
    if not fields:
        return {}
    masks, pupil = hints.Masks(), (context.pupil.first_name, context.pupil.last_name)
    texts = [
        hints.masked(str(entry.answers[field.id]), pupil=pupil, known_names=names, words=masks)
        for entry in context.entries
        for field in context.plan.records[entry.record].fields
        if field.kind is FieldKind.LONG_TEXT and not field.draft and field.id in entry.answers
    ]
    return {field.id: "\n\n".join(texts)[: field.max_length] for field in fields}


def known_pupil(form: ActionSpec, context: CaseContext, refers_to: int) -> dict[str, Answer]:
    """The pupil as far as known: of the case, or what was typed with the signal if that is another pupil."""
    pupil = context.pupil
    if form.effect is Effect.MOVES_SIGNAL:
        signal = next(entry for entry in context.entries if entry.seq == refers_to)
        typed = pupil_in(context.plan.opening, signal.answers)
        pupil = typed if typed != pupil else Pupil("", "", "")
    known = zip(PUPIL_MEANINGS, (pupil.first_name, pupil.last_name, pupil.group), strict=True)
    return {form.id_of(meaning): said for meaning, said in known if form.id_of(meaning) and said}
