"""Use cases that show a form: the signal form, a form within a case, and a draft (S1.1, S2.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import (
    CaseContext,
    case_context,
    read_case,
    recordable_case,
    schools_to_report_in,
)
from meldcode.application.case_people import plan_of, reads
from meldcode.application.cases.first_answers import at_first, initial_answers, known_pupil
from meldcode.application.cases.pupils.whose_pupil import users_of
from meldcode.application.cases.view_case import CaseView, build_case_view, may_record
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.alarm import AlarmId
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.asked import asked_now, asked_with, owed
from meldcode.domain.case.fold import holds
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.newer import since_weighing
from meldcode.domain.case.state import Answer, Answers, Entry, Status
from meldcode.domain.errors import Refused
from meldcode.domain.forms import form_rules
from meldcode.domain.forms.appointment_rules import ABOUT_ONE, appointment_of, refuse_unless_open
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DECIDES, Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.parts import Outcome
from meldcode.domain.staff import School


@dataclass(frozen=True)
class Consequence:
    """What an answer leads to: choosing `choice` (empty: any answer) leads to the step or the outcome.

    `stays` says that it is the step where the case is already.
    """

    choice: str
    step: Step | None
    outcome: Outcome | None
    stays: bool = False


@dataclass(frozen=True)
class FormView:
    """A form to fill in. Without `case` it opens one, in one of `schools`.

    Above the questions stand the entries of `shown`, those of `newer` (what was added after the weighing, S4.3), the
    whole `logbook`, and the titles of what is still `owed`. `is_asked_further` says that an answer was still missing.
    `appointment` is the one that the form is about (S3.6). `alarm` is the alarm that no case knows of yet, of which it
    records what was done. With `has_draft` its reader was filling in the same form before.
    """

    record: ActionSpec
    plan: Plan
    initial: Answers
    case: str = ""
    seen: int = 0
    refers_to: int = 0
    schools: tuple[School, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    shown: CaseView | None = None
    newer: CaseView | None = None
    logbook: CaseView | None = None
    owed: tuple[ActionSpec, ...] = ()
    is_asked_further: bool = False
    is_asked_whose: bool = False
    alarm: AlarmId | None = None
    appointment: Appointment | None = None
    has_draft: bool = False


@dataclass(frozen=True)
class Begun:
    """A form that somebody is filling in, and what it holds so far."""

    record: str
    case: str = ""
    refers_to: int = 0
    answers: Answers = field(default_factory=dict)


def signal_form(uow: UnitOfWork, actor: Actor, text: str, now: datetime) -> FormView:
    """Return the empty form that opens a case, with the text typed after the command. Raises Refused."""
    person, plan = actor.person, uow.plans.current()
    schools = schools_to_report_in(person, plan)
    if not schools:
        raise Refused("role_may_not", roles=plan.opening.by, named=plan.full_names, rule="G1")
    memberships = [person.memberships[school] for school in schools]
    groups = {group for membership in memberships for group in membership.groups}
    initial = initial_answers(plan.opening, now)
    if len(groups) == 1:
        initial[plan.opening.id_of(Meaning.PUPIL_GROUP)] = groups.pop()
    told = plan.opening.field(plan.opening.id_of(Meaning.WHAT_HAPPENED))
    if text and told:
        initial[told.id] = text[: told.max_length]
    form = FormView(plan.asked_first, plan, initial, schools=tuple(membership.school for membership in memberships))
    return replace(form, has_draft=_has_draft(uow, actor, form, now))


def record_form(uow: UnitOfWork, actor: Actor, code: str, record: str, refers_to: int, now: datetime) -> FormView:
    """Return the form of an action in a case; with `refers_to`, the correction of that entry. Raises Refused."""
    form = refilled(uow, actor, Begun(record, code, refers_to), (), now)
    return replace(form, has_draft=_has_draft(uow, actor, form, now))


def _has_draft(uow: UnitOfWork, actor: Actor, form: FormView, now: datetime) -> bool:
    """Whether this person was filling in this form already (promise 10)."""
    begun = [(one.form.record, one.form.case, one.form.refers_to) for one in uow.drafts.of(actor.person.id, now)]
    return (form.record.id, form.case, form.refers_to) in begun


def refilled(uow: UnitOfWork, actor: Actor, begun: Begun, shown: Collection[str], now: datetime) -> FormView:
    """Return the form with what was filled in so far, and the questions that these answers lead to. Raises Refused.

    The fields that were not `shown` yet hold what they hold at first.
    """
    if not begun.case:
        return _without_case(uow.plans.current(), begun)
    case = recordable_case(uow, actor.person, begun.case, begun.record)
    if not reads(actor.person, case, plan_of(uow, case)):
        return _without_content(case_context(uow, actor.person, case), begun.record, now)
    return _within_case(uow, actor, read_case(uow, actor.person, case, now, "form"), begun, shown, now)


def _within_case(
    uow: UnitOfWork, actor: Actor, context: CaseContext, begun: Begun, shown: Collection[str], now: datetime
) -> FormView:
    plan, case, refers_to = context.plan, context.stored, begun.refers_to
    asked = form_asked(context, begun)
    whole = asked_now(plan, asked, context.state)
    whole = whole.without_pupil() if asked.id == plan.opens else whole
    first = at_first(uow, actor, context, whole, now)
    initial = {**{id_: answer for id_, answer in first.items() if id_ not in shown}, **begun.answers}
    form = asked_with(whole, context.state, initial)
    above, newer, logbook = _to_read_first(uow, context, form, now)
    return FormView(
        form,
        plan,
        initial | _teachers(uow, actor, form, case) | known_pupil(form, context, refers_to),
        case.code,
        case.version,
        refers_to,
        consequences=tuple(_consequences(form, context)),
        owed=tuple(owed(plan, context.state)) if _may_end(plan, form) else (),
        shown=above,
        newer=newer,
        logbook=logbook,
        appointment=appointment_of(context.state, refers_to) if _is_about_one(asked, refers_to) else None,
    )


def _without_case(plan: Plan, begun: Begun) -> FormView:
    """The form that opens a case: a signal, or the fast lane after an alarm (G8)."""
    is_call = plan.fast_lane is not None and begun.record == plan.fast_lane.id
    return FormView(plan.fast_lane_with_pupil if is_call else plan.asked_first, plan, begun.answers)


def form_asked(context: CaseContext, begun: Begun) -> ActionSpec:
    """The action that the form is about. Raises Refused when this person cannot record it now."""
    plan, refers_to = context.plan, begun.refers_to
    asked = plan.records.get(begun.record)
    if refers_to and not _is_about_one(asked, refers_to) and not (asked and asked.effect is Effect.MOVES_SIGNAL):
        asked = plan.record_with(Effect.CORRECTS)
    if asked is None:
        raise Refused("unknown_action")
    if not may_record(context, asked):
        raise Refused("role_may_not", roles=asked.by, named=plan.full_names, rule="G1")
    if asked.effect in form_rules.OF_AN_ENTRY:
        form_rules.refuse_unless_about_an_entry(plan, context.entries, asked, refers_to)
    if _is_about_one(asked, refers_to) or asked.effect in DECIDES:
        refuse_unless_open(context.state, asked, refers_to)
    elif asked.effect in (Effect.POSTPONES, Effect.HOLDS, Effect.EXPORTS):
        form_rules.refuse_unless_possible(plan, context.state, asked)
    return asked


def _is_about_one(asked: ActionSpec | None, refers_to: int) -> bool:
    """Whether the form is about one appointment."""
    return asked is not None and asked.effect in ABOUT_ONE and refers_to > 0


def _without_content(context: CaseContext, record: str, now: datetime) -> FormView:
    """The form for somebody who may not read the case (G12)."""
    form, case = context.plan.records[record], context.stored
    return FormView(form, context.plan, initial_answers(form, now), case.code, case.version)


def further_questions(context: CaseContext, answers: Answers) -> FormView | None:
    """Return the opening form bound to the pupil's case, when that asks more than a first signal does (S4.6).

    What it asks more comes first.
    """
    if context.case is None:
        return None
    plan, case = context.plan, context.case
    form, first = asked_now(plan, plan.opening, context.state).without_teachers(), plan.asked_first.fields
    if all(field in first for field in form.fields):
        return None
    if pupil_in(plan.opening, answers) == context.pupil:
        form = form.without_pupil()
    form = form.model_copy(update={"fields": tuple(sorted(form.fields, key=lambda field: field in first))})
    consequences = tuple(_consequences(form, context))
    return FormView(form, plan, answers, case.code, case.version, consequences=consequences, is_asked_further=True)


def _teachers(uow: UnitOfWork, actor: Actor, form: ActionSpec, case: CaseHeader) -> dict[str, Answer]:
    """The case's teachers, in the form that changes them (S1.6)."""
    field = form.id_of(Meaning.TEACHERS)
    return {field: users_of(uow, actor, case.teachers)} if field else {}


def whose_pupil(context: CaseContext, answers: Answers, users: tuple[str, ...]) -> FormView:
    """Return the opening form with the question whose pupil it is, above what was typed (S1.6)."""
    plan = context.plan
    form, field = plan.asked_of_others, plan.opening.id_of(Meaning.PUPIL_TEACHERS)
    form = form.model_copy(update={"fields": tuple(sorted(form.fields, key=lambda one: one.id != field))})
    initial = {**answers, **({field: users} if users else {})}
    return FormView(form, plan, initial, is_asked_whose=True)


def _to_read_first(
    uow: UnitOfWork, context: CaseContext, form: ActionSpec, now: datetime
) -> tuple[CaseView | None, CaseView | None, CaseView | None]:
    """What stands above the questions: what the form agrees with (S4.3) or shows, and all else there is (S4.1)."""
    state = context.state
    first = dict.fromkeys((form.agrees_with or "", *form.shows))
    shown = [state.standing[id_] for id_ in first if id_ in state.standing]
    newer = since_weighing(context.plan, state, context.entries) if _uses_weighing(context.plan, form) else []
    newer = [entry for entry in newer if entry not in shown]
    if not (form.logbook or shown or newer):
        return None, None, None
    view = build_case_view(uow, context, now)
    above = [line for part in (_only(view, shown), _only(view, newer)) if part for line in part.lines]
    rest = replace(view, lines=tuple(line for line in view.lines if line not in above))
    return _only(view, shown), _only(view, newer), rest if form.logbook and rest.lines else None


def _only(view: CaseView, entries: Sequence[Entry]) -> CaseView | None:
    """The case with these entries of its logbook alone, in their order."""
    here = {line.entry.seq: line for line in view.lines if line.code == view.context.stored.code}
    lines = [here[entry.seq] for entry in entries if entry.seq in here]
    return replace(view, lines=tuple(lines)) if lines else None


def _uses_weighing(plan: Plan, form: ActionSpec) -> bool:
    return any(plan.records[shown].logbook for shown in form.shows)


def _may_end(plan: Plan, form: ActionSpec) -> bool:
    """Whether this form closes the case, or is the proposal to."""
    leads = [
        lead for record in plan.records.values() if form.id in (record.id, record.agrees_with) for lead in record.leads
    ]
    return any(lead.close for lead in leads)


def find_draft(
    uow: UnitOfWork, actor: Actor, key: str, record: str, code: str, refers_to: int, now: datetime
) -> FormView:
    """Return the form of a draft, with the typed answers ("Aanpassen"). Raises Refused if the draft is gone."""
    answers = uow.drafts.find(key, actor.person.id, now)
    if answers is None:
        raise Refused("draft_gone")
    return replace(refilled(uow, actor, Begun(record, code, refers_to, answers), (), now), initial=answers)


def _consequences(record: ActionSpec, context: CaseContext) -> Iterator[Consequence]:
    """What each answer leads to, as far as the current entries decide it."""
    plan, standing = context.plan, context.state.standing
    is_open = context.state.status is Status.OPEN
    here = context.state.step if is_open else plan.steps[0].id
    for lead in (lead for lead in record.leads if not lead.at or here in lead.at):
        own = {field.id: values for field in record.fields if (values := lead.when.get(field.id))}
        if not holds({path: v for path, v in lead.when.items() if path not in own}, standing, {}):
            continue
        step, outcome = plan.step(lead.to) if lead.to else None, plan.outcome(lead.close or "")
        choices = [c.text for f in record.fields for c in f.choices if c.id in own.get(f.id, ())]
        for choice in choices or [""]:
            yield Consequence(choice, step, outcome, stays=is_open and lead.to == here)
