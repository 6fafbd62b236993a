"""A submitted form: which case it belongs to, and whether it can be stored there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meldcode.application.actor import Actor
from meldcode.application.case_context import (
    CaseContext,
    case_context,
    readable_case,
    recordable_case,
    reporting_context,
    schools_to_report_in,
)
from meldcode.application.case_people import plan_of
from meldcode.application.cases.alarms.form import context_of_call
from meldcode.application.cases.pupils.same_pupil import ANOTHER, case_before, certain_case, known_of
from meldcode.application.cases.pupils.whose_pupil import pupil_teachers
from meldcode.application.ports.drafts import DraftForm
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, Relation, may
from meldcode.domain.alarm import AlarmId
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.appointments import AppointmentState
from meldcode.domain.case.asked import asked_now, asked_with
from meldcode.domain.case.names import pupil_in, same_name
from meldcode.domain.case.state import Answer, Answers, Entry
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.forms import form_rules, special_rules
from meldcode.domain.forms.appointment_rules import ABOUT_ONE, appointment_problems, refuse_unless_open, undecided
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import decision_ids
from meldcode.domain.plan.effects import DECIDES, DENIALS, Effect
from meldcode.domain.plan.forms import FieldKind, Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Person
from meldcode.hints import ordinary_words

NO_FORM = (Effect.JOINS, Effect.RECEIVES, Effect.DIFFERS, Effect.LINKS, *DENIALS)
"""Effects of actions that no form stores: they are about two cases, or about being named in an entry."""


@dataclass(frozen=True)
class RecordEntry:
    """A filled-in form. `key` makes a repeated submission one entry; `seen` is the case's version when it was opened.

    Without `case` it opens one, in `school` (needed only from members of several): by the opening form, or by that of
    the fast lane, perhaps with an `alarm`, of which it records what was done. `reviewed`: the author saw the hints
    and chose to save. `refers_to` is the entry that it corrects. `exports`: it is stored by an export, which is the
    only way to store such a form. `same_as` answers which pupil it is: the code of a case, or ANOTHER.
    """

    key: str
    record: str
    answers: Answers
    case: str = ""
    school: SchoolId | None = None
    seen: int = 0
    refers_to: int = 0
    reviewed: bool = False
    exports: bool = False
    alarm: AlarmId | None = None
    same_as: str = ""


def form_of(command: RecordEntry) -> DraftForm:
    """Return which form it is, for its draft."""
    return DraftForm(command.record, command.case, command.refers_to, command.school, command.alarm)


@dataclass(frozen=True)
class FilledForm:
    """A form that can be stored. `typed` has the platform's ids of people, `answers` our own.

    `answers` are those to the questions of `spec`; an answer to one that is not asked any more is only in `typed`.
    """

    spec: ActionSpec
    typed: Answers
    answers: Answers


def context_of(uow: UnitOfWork, actor: Actor, command: RecordEntry) -> CaseContext:
    """Return the case of the form: the one it names, the actor's own about this pupil, or one still to open.

    A case that this person may not read is neither used nor mentioned (G3). A reader of both may merge them.
    """
    person = actor.person
    if command.case:
        return _in_case(uow, person, command)
    if is_call(uow.plans.current(), command):
        return context_of_call(uow, actor, command.alarm, command.answers, command.school)
    if code := command.same_as.removeprefix(ANOTHER):
        return case_context(uow, person, readable_case(uow, person, code))
    plan = uow.plans.current()
    school = _school_of(command, actor, plan)
    pupil = pupil_in(plan.opening, command.answers)
    found, teachers = uow.cases.find_by_pupil(school, pupil), pupil_teachers(uow, actor, plan, school, command.answers)
    known = [] if command.same_as else known_of(uow, person, found)
    if theirs := certain_case(uow, {person.id, *teachers}, pupil, known):
        return case_context(uow, person, theirs)
    if was_theirs := case_before(uow, person, pupil, found):
        return reporting_context(uow, person, was_theirs)
    relation = Relation(person.roles_in(school), is_own=True)
    same_pupil = tuple(case for case in found if same_name(pupil, uow.cases.pupil(case.id)))
    return CaseContext(
        person, school, plan, pupil, relation, same_pupil=same_pupil, teachers=teachers, perhaps=tuple(known)
    )


def _in_case(uow: UnitOfWork, person: Person, command: RecordEntry) -> CaseContext:
    case = recordable_case(uow, person, command.case, command.record)
    is_signal = command.record == plan_of(uow, case).opens
    return (reporting_context if is_signal else case_context)(uow, person, case)


def is_call(plan: Plan, command: RecordEntry) -> bool:
    """Tell whether it is the form of the fast lane that asks for the pupil, after an alarm or not (G8)."""
    return (
        plan.fast_lane is not None and not command.case and (bool(command.alarm) or command.record == plan.fast_lane.id)
    )


def spec_of(plan: Plan, command: RecordEntry) -> ActionSpec:
    """Return the definition of the form. Raises Refused if there is none, or if it is stored another way."""
    if is_call(plan, command):
        return plan.fast_lane_with_pupil
    spec = plan.records.get(command.record or plan.opens)
    if spec is not None and (spec.effect is Effect.EXPORTS) is not command.exports:
        raise Refused("unknown_action")
    if spec is None or spec.effect in NO_FORM or (not command.case and spec.id != plan.opens):
        raise Refused("unknown_action")
    if not command.case or spec.id != plan.opens:
        return spec
    return spec.without_teachers() if _names_pupil(spec, command) else spec.without_pupil()


def _names_pupil(spec: ActionSpec, command: RecordEntry) -> bool:
    return any(field.pupil and command.answers.get(field.id) for field in spec.fields)


def check_form(uow: UnitOfWork, actor: Actor, context: CaseContext, command: RecordEntry, now: datetime) -> FilledForm:
    """Return the form with defaults filled in. Raises Refused or Invalid when it cannot be stored in this case."""
    spec = spec_of(context.plan, command)
    is_known = bool(command.case) or is_call(context.plan, command)
    spec = _asked_or_answered(context, spec, command) if is_known else _first_form(context.plan, command)
    typed = form_rules.with_defaults(spec, command.answers, uow.plans.current().opening)
    spec = asked_with(spec, context.state, typed)
    asked = {field.id: typed[field.id] for field in spec.fields if field.id in typed}
    form = FilledForm(spec, typed, _with_people(uow, actor, spec, asked))
    _refuse_impossible(context, spec, command)
    _refuse_problems(uow, context, form, now)
    return form


def _asked_or_answered(context: CaseContext, spec: ActionSpec, command: RecordEntry) -> ActionSpec:
    """The form as it is asked now; what was asked when it was opened, in another step, is kept too if answered."""
    return spec.answered_before(asked_now(context.plan, spec, context.state), command.answers)


def _first_form(plan: Plan, command: RecordEntry) -> ActionSpec:
    """The form that opens a case: with whose pupil it is, once that was asked (S1.6)."""
    is_asked = bool(command.answers.get(plan.opening.id_of(Meaning.PUPIL_TEACHERS)))
    return plan.asked_of_others if is_asked else plan.asked_first


def _school_of(command: RecordEntry, actor: Actor, plan: Plan) -> SchoolId:
    possible = schools_to_report_in(actor.person, plan)
    if not possible:
        raise Refused("role_may_not", roles=plan.opening.by, named=plan.full_names, rule="G1")
    if command.school is None and len(possible) > 1:
        raise Invalid([Problem("school", "required")])
    if command.school is not None and command.school not in possible:
        raise Refused("not_your_school")
    return command.school or possible[0]


def _refuse_impossible(context: CaseContext, spec: ActionSpec, command: RecordEntry) -> None:
    if not may(Permission.RECORD, context.relation, context.plan, spec):
        raise Refused("role_may_not", roles=spec.by, named=context.plan.full_names, rule="G1")
    if spec.effect in form_rules.OF_AN_ENTRY:
        form_rules.refuse_unless_about_an_entry(context.plan, context.entries, spec, command.refers_to)
        return None
    if spec.effect in ABOUT_ONE and (command.refers_to or spec.effect in DECIDES):
        refuse_unless_open(context.state, spec, command.refers_to)
        return None
    if _changed_since(command.seen, context, spec):
        raise Refused("done_meanwhile")
    return form_rules.refuse_unless_possible(context.plan, context.state, spec)


def _changed_since(seen: int, context: CaseContext, spec: ActionSpec) -> bool:
    """Whether a colleague recorded this action of a step, or any proposal that it confirms, after it was shown."""
    own = spec.id if context.plan.step_of(spec.id) else ""
    made = [context.state.standing.get(id_) for id_ in (own, spec.agrees_with or "")]
    return any(entry is not None and entry.seq > seen for entry in made)


def _with_people(uow: UnitOfWork, actor: Actor, spec: ActionSpec, typed: Answers) -> dict[str, Answer]:
    """The answers with our own ids of people. An unknown id stays, and the rules refuse it."""
    fields = {field.id for field in spec.fields if field.kind in (FieldKind.PEOPLE, FieldKind.PERSON)}
    named = [user for field in fields for user in _values(typed.get(field, ()))]
    known = uow.staff.by_identities(actor.colleague(user) for user in named) if named else {}
    ids = {identity.user: str(person.id) for identity, person in known.items()}

    def translated(answer: Answer) -> Answer:
        return ids.get(answer, answer) if isinstance(answer, str) else tuple(ids.get(user, user) for user in answer)

    return {id_: translated(answer) if id_ in fields else answer for id_, answer in typed.items()}


def _stand_in(uow: UnitOfWork, form: FilledForm) -> list[Person]:
    """Who would take over a role: of this school or another, if the platform's id is known here."""
    named = form.answers.get(form.spec.id_of(Meaning.STAND_IN), "")
    try:
        return [uow.staff.get(UUID(str(named)))] if named else []
    except (ValueError, KeyError):
        return []


def _values(answer: Answer) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def _refuse_problems(uow: UnitOfWork, context: CaseContext, form: FilledForm, now: datetime) -> None:
    known = (*uow.staff.of_school(context.school), *context.staff(uow), *_stand_in(uow, form))
    colleagues = context.colleagues(list({person.id: person for person in known}.values()))
    local = now.astimezone(AMSTERDAM)
    today = local.date()
    ordinary = ordinary_words((context.pupil.first_name, context.pupil.last_name))
    author = context.person.id
    circumstances = form_rules.Circumstances(
        context.state, colleagues, context.pupil, today, author, ordinary, local.time()
    )
    problems = form_rules.problems(form.spec, form.answers, circumstances)
    problems = problems or special_rules.teacher_problems(form.spec, form.answers, colleagues)
    if not problems and form.spec.effect is Effect.TAKES_OVER:
        problems = special_rules.stand_in_problems(form.spec, form.answers, colleagues)
    if not problems and form.spec.effect is Effect.MOVES_SIGNAL:
        problems = special_rules.move_problems(form.spec, form.answers, context.pupil)
    if not problems and form.spec.effect is Effect.HANDS_OVER:
        problems = special_rules.handover_problems(form.spec, form.answers, colleagues)
    if not problems and form.spec.effect in (Effect.POSTPONES, Effect.HOLDS):
        school = uow.staff.school(context.school)
        problems = special_rules.day_problems(context.plan, form.spec, form.answers, school, circumstances)
    problems = problems or [
        *appointment_problems(form.spec, form.answers, circumstances),
        *_decision_problems(context, form, now),
    ]
    if problems:
        raise Invalid(problems)


def _decision_problems(context: CaseContext, form: FilledForm, now: datetime) -> list[Problem]:
    """The open appointments over which the form would close the case, or that this person may not drop (S3.6)."""
    drops = context.plan.record_with(Effect.DROPS)
    if not may(Permission.RECORD, context.relation, context.plan, drops):
        for one in context.state.appointments:
            if form.answers.get(decision_ids(one.number)[0]) == AppointmentState.DROPPED:
                return [Problem(decision_ids(one.number)[0], "appointment_not_yours_to_drop", rule="S3.6")]
    number = context.case.version + 1 if context.case else 1
    candidate = Entry(number, form.spec.id, context.person.id, form.spec.by[0], now, form.answers)
    return undecided(context.plan, context.state, form.spec, candidate)
