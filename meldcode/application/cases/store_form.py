"""Stores a checked form as an entry of its case, with what its effect changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from meldcode.application.case_context import CaseContext
from meldcode.application.cases.alarms.form import bind_alarm
from meldcode.application.cases.alarms.view import answer_by_record
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.joining.merge import separate
from meldcode.application.cases.joining.move_signal import move_signal
from meldcode.application.cases.parts import is_agreed, names_excluded, names_stand_in, share_names
from meldcode.application.cases.submission import FilledForm, RecordEntry
from meldcode.application.cases.telling.notifications import Notified
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import acting_role
from meldcode.domain.case.appointments import AppointmentState
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.state import Answers, Entry, State
from meldcode.domain.errors import Refused
from meldcode.domain.forms import form_rules
from meldcode.domain.forms.appointment_rules import ABOUT_ONE
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import decision_ids
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.roles import Role


def store_form(
    uow: UnitOfWork,
    context: CaseContext,
    form: FilledForm,
    command: RecordEntry,
    now: datetime,
    *,
    is_told: bool = True,
) -> tuple[CaseContext, Notified]:
    """Store a checked form, and open its case if there is none. Return the case with the new entry.

    Without `is_told` nobody is notified.
    """
    role = acting_role(form.spec, context.relation, beside=_role_to_agree_with(form.spec, context.state))
    assert role is not None  # noqa: S101 - refused before
    uow.drafts.delete(command.key, context.person.id)
    if command.alarm:
        context = bind_alarm(uow, context, command.alarm, now)
    context = _decide(uow, context, form, command, now)
    context, answers = _with_effect(uow, context, form, command, now)
    entry = _entry(context, form, command, answers, role, now)
    form_rules.refuse_unless_agreeing(form.spec, context.state, entry)
    _refuse_about_oneself(context, form.spec)
    if form.spec.effect is Effect.FAST_LANE and context.case:
        answer_by_record(uow, context.person.id, context.case.id, now)
    before, typed = context.state, digest(_without_decisions(context, form.typed))
    context, notified = append_entry(uow, context, entry, command.key, typed, is_told=is_told)
    if is_agreed(context.plan, before, entry, Effect.SEPARATES):
        separate(uow, context, command.key, now)
    return context, notified


def _entry(
    context: CaseContext, form: FilledForm, command: RecordEntry, answers: Answers, role: Role, now: datetime
) -> Entry:
    number = context.case.version + 1 if context.case else 1
    refers_to = command.refers_to if form.spec.effect in (*form_rules.OF_AN_ENTRY, *ABOUT_ONE) else 0
    kept = _without_decisions(context, answers)
    return Entry(number, form.spec.id, context.person.id, role, now, kept, refers_to)


def _decide(
    uow: UnitOfWork, context: CaseContext, form: FilledForm, command: RecordEntry, now: datetime
) -> CaseContext:
    """Append first what the form says about open appointments, each as an entry of its own (S3.6)."""
    for one in context.state.appointments:
        decision, line = decision_ids(one.number)
        if decision in form.answers:
            effect = Effect.SETTLES if form.answers[decision] == AppointmentState.DONE else Effect.DROPS
            spec = context.plan.record_with(effect)
            role = acting_role(spec, context.relation)
            assert role is not None  # noqa: S101 - refused before
            answers = {spec.id_of(Meaning.REASON): form.answers[line]}
            entry = Entry(
                context.stored.version + 1, spec.id, context.person.id, role, now, answers, refers_to=one.number
            )
            context, _ = append_entry(uow, context, entry, f"{command.key}/appointment-{one.number}")
    return context


def _without_decisions(context: CaseContext, answers: Answers) -> Answers:
    """The answers without those about appointments, each of which has an entry of its own (S3.6)."""
    decisions = {field for one in context.state.appointments for field in decision_ids(one.number)}
    return {field: answer for field, answer in answers.items() if field not in decisions}


def _refuse_about_oneself(context: CaseContext, spec: ActionSpec) -> None:
    proposal, person = context.state.standing.get(spec.agrees_with or ""), context.person.id
    if proposal and (names_excluded(context, proposal) or names_stand_in(context.plan, proposal, person)):
        raise Refused("not_about_yourself", rule="G12")


def _with_effect(
    uow: UnitOfWork, context: CaseContext, form: FilledForm, command: RecordEntry, now: datetime
) -> tuple[CaseContext, Answers]:
    """Change the pupil of the case, or move a signal, if that is what the form does. Return what is kept of it."""
    if form.spec.effect is Effect.CORRECTS_PUPIL:
        pupil = pupil_in(form.spec, form.answers)
        uow.cases.set_pupil(context.stored, pupil)
        context = replace(context, pupil=pupil)
        return replace(context, case=share_names(uow, context)), form.answers
    if form.spec.effect is not Effect.MOVES_SIGNAL:
        asked = context.plan.records[form.spec.id]  # the form of an alarm asks for the pupil too
        return context, {id_: said for id_, said in form.answers.items() if asked.field(id_)}
    context, code = move_signal(
        uow, context, command.refers_to, pupil_in(form.spec, form.answers), f"{command.key}/moved", now
    )
    pupil_fields = {field.id for field in form.spec.fields if field.pupil}
    return context, {"case": code} | {id_: said for id_, said in form.answers.items() if id_ not in pupil_fields}


def digest(answers: Answers) -> str:
    """Return a digest of what was typed, to tell a repeated submission from a changed one."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


def _role_to_agree_with(spec: ActionSpec, state: State) -> Role | None:
    proposal = state.standing.get(spec.agrees_with or "")
    return proposal.role if proposal else None
