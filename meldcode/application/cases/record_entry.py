"""Use case: record a form that was filled in. A signal opens a case, any other form adds an entry to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from meldcode import hints
from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context
from meldcode.application.case_people import reads
from meldcode.application.cases.open_form import FormView, further_questions, whose_pupil
from meldcode.application.cases.pupils.same_pupil import WhichPupil, ask_which_pupil
from meldcode.application.cases.pupils.whose_pupil import suggested
from meldcode.application.cases.store_form import digest, store_form
from meldcode.application.cases.submission import (
    FilledForm,
    RecordEntry,
    check_form,
    context_of,
    form_of,
    is_call,
    spec_of,
)
from meldcode.application.cases.telling.notifications import Notified
from meldcode.application.ports.cases import Submission
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, may
from meldcode.domain.case.asked import needed, offered
from meldcode.domain.case.state import Answers, State
from meldcode.domain.errors import Refused
from meldcode.domain.forms import form_rules
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.forms import FieldSpec
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person
from meldcode.hints import Found


@dataclass(frozen=True)
class Saved:
    """The form is stored. `notified` get a message; `missing_roles` should have, but nobody has them.

    `is_repeat`: it was stored before, and nobody is notified again. `author` is who stored it; they can open the case
    if they `may_open`. `following` is what the case waits for and they can do themselves, `offered` what the
    plan asks about after this record.
    """

    code: str
    plan: Plan
    record: ActionSpec
    state: State
    notified: tuple[Person, ...] = ()
    missing_roles: tuple[Role, ...] = ()
    is_repeat: bool = False
    author: PersonId | None = None
    may_open: bool = True
    following: ActionSpec | None = None
    offered: ActionSpec | None = None


@dataclass(frozen=True)
class NeedsReview:
    """Not stored yet: the author should look at these hints first, by field."""

    record: ActionSpec
    answers: Answers
    found: Mapping[str, Sequence[Found]]


Outcome = Saved | NeedsReview | FormView | WhichPupil


def record_entry(uow: UnitOfWork, actor: Actor, command: RecordEntry, now: datetime) -> Outcome:
    """Append an entry to a case; the opening form also opens the case (S1.1, S1.2).

    1. A submission that was stored before returns its first result.
    2. The case is opened, once. One that the actor may not read does not exist for them (G3).
    3. Access (G1) and plan rules: a violation raises Refused or Invalid, and nothing is stored.
    4. A case that may be about another pupil of that name is asked about first (G10).
    5. A case that asks more than a first signal does, or a new one of which somebody else must say whose pupil it is
       about: that form is shown, with what was typed (S4.6, S1.6).
    6. Hints, unless the author has already seen them (S1.4, S1.5): the form is kept as a draft and shown again.
    7. Append the entry with the state it leads to, notify through the outbox, schedule the next reminder.
    """
    if stored := uow.cases.find_submission(command.key):
        return _saved_before(uow, actor, command, stored)
    context = context_of(uow, actor, command)
    form = check_form(uow, actor, context, command, now)
    if asked := _asked_first(uow, actor, context, form, command, now):
        return asked
    context, notified = store_form(uow, context, form, command, now)
    return _saved(context, form.spec, notified)


def _asked_first(
    uow: UnitOfWork, actor: Actor, context: CaseContext, form: FilledForm, command: RecordEntry, now: datetime
) -> NeedsReview | FormView | WhichPupil | None:
    """What the author is asked before the form is stored, if anything."""
    if context.perhaps:
        _keep_draft(uow, context, form, command, now)
        return ask_which_pupil(uow, context, form.spec, now)
    is_first = not command.case and not is_call(context.plan, command)
    if is_first and (further := further_questions(context, form.typed)):
        return further
    if is_first and context.case is None and not context.teachers:
        return whose_pupil(context, form.typed, suggested(uow, actor, context))
    if not command.reviewed and (found := _hints_in(uow, context, form)):
        _keep_draft(uow, context, form, command, now)
        return NeedsReview(form.spec, form.typed, found)
    return None


def _next(context: CaseContext, state: State, made: ActionSpec) -> tuple[ActionSpec | None, ActionSpec | None]:
    """What this person can do now: what the case waits for, and what the plan asks about after this record.

    Nobody agrees with themselves (S4.3).
    """
    plan, waiting = context.plan, needed(context.plan, state)
    own = {id_ for id_, entry in state.standing.items() if entry.author == context.person.id}
    asked = plan.records.get(made.offers.record) if made.offers else None
    wanted = [r for r in (*waiting, asked) if r and may(Permission.RECORD, context.relation, plan, r)]
    can = [r for r in offered(plan, state) if r in wanted] if wanted else []
    following = next((record for record in waiting if record in can and record.agrees_with not in own), None)
    return following, asked if asked in can else None


def record_draft(uow: UnitOfWork, actor: Actor, command: RecordEntry, now: datetime) -> Outcome:
    """Store the draft that was shown for review ("Toch opslaan"). Raises Refused when it is gone."""
    return record_for_pupil(uow, actor, replace(command, reviewed=True), now)


def record_for_pupil(uow: UnitOfWork, actor: Actor, command: RecordEntry, now: datetime) -> Outcome:
    """Go on with a draft after the answer to which pupil it is about. Raises Refused when it is gone."""
    answers = uow.drafts.find(command.key, actor.person.id, now)
    if answers is None and uow.cases.find_submission(command.key) is None:
        raise Refused("draft_gone")
    return record_entry(uow, actor, replace(command, answers=answers or {}), now)


def _saved(context: CaseContext, made: ActionSpec, notified: Notified) -> Saved:
    following, also = _next(context, notified.state, made)
    return Saved(
        context.stored.code,
        context.plan,
        made,
        notified.state,
        notified.people,
        notified.missing_roles,
        author=context.person.id,
        may_open=reads(context.person, context.stored, context.plan),
        following=following,
        offered=also,
    )


def _saved_before(uow: UnitOfWork, actor: Actor, command: RecordEntry, stored: Submission) -> Saved:
    case = uow.cases.get(stored.case)
    code, context = case.code, case_context(uow, actor.person, case)
    if actor.person.id not in {entry.author for entry in context.entries if entry.seq == stored.seq}:
        raise Refused("no_such_case")
    spec = spec_of(context.plan, command)
    if not (command.reviewed or command.same_as) and stored.digest != digest(
        form_rules.with_defaults(spec, command.answers, uow.plans.current().opening)
    ):
        raise Refused("stored_before", case=code)
    return replace(_saved(context, spec, Notified(context.state)), is_repeat=True, author=None)


def _hints_in(uow: UnitOfWork, context: CaseContext, form: FilledForm) -> dict[str, list[Found]]:
    """The hints for the author, by field; empty if there are none."""
    names = [colleague.name for colleague in uow.staff.of_school(context.school)]
    found = {field.id: _spots(field, form, context, names) for field in form.spec.fields}
    return {field: spots for field, spots in found.items() if spots}


def _spots(field: FieldSpec, form: FilledForm, context: CaseContext, names: Sequence[str]) -> list[Found]:
    text, spots = str(form.typed.get(field.id, "")), []
    if not text:
        return []
    pupil = (context.pupil.first_name, context.pupil.last_name)
    if "names" in field.hints:
        spots += hints.third_persons(text, pupil=pupil, known_names=names)
    if form_rules.is_anonymous(field, context.state, form.typed):
        spots += hints.own_name(text, pupil=pupil)
    if "facts" in field.hints:
        spots += hints.hedges(text)
    return sorted(spots, key=lambda spot: spot.start)


def _keep_draft(uow: UnitOfWork, context: CaseContext, form: FilledForm, command: RecordEntry, now: datetime) -> None:
    author, case = context.person.id, context.case.id if context.case else None
    uow.drafts.save(command.key, author, form.typed, now, case, form_of(command))
