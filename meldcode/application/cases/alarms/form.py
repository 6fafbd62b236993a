"""One form between an alarm that no case knows of, or a call, and a recorded report (G4, G8): it names the pupil."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context
from meldcode.application.case_people import plan_of
from meldcode.application.cases.alarms.alarm import alarm_of
from meldcode.application.cases.alarms.trace import write_trace
from meldcode.application.cases.alarms.view import schools_of, show_all
from meldcode.application.cases.first_answers import initial_answers
from meldcode.application.cases.open_form import FormView, record_form
from meldcode.application.cases.parts import inherit_exclusions
from meldcode.application.cases.pupils.whose_pupil import for_teachers, teachers_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, in_school, may, relation_to
from meldcode.domain.alarm import Alarm, AlarmId, Answer, Response
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import pupil_in, same_name
from meldcode.domain.case.state import Answers, Pupil, Status
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.typed_text import same_group


def alarm_form(uow: UnitOfWork, actor: Actor, alarm: AlarmId, now: datetime) -> FormView:
    """Return the form of the fast lane for an alarm; without a case yet, it asks for the pupil. Raises Refused."""
    found, plan = alarm_of(uow, actor, alarm), uow.plans.current()
    if found.case and plan.fast_lane:
        return record_form(uow, actor, uow.cases.get(found.case).code, plan.fast_lane.id, 0, now)
    schools, raiser = _schools(actor, schools_of(uow, found), plan), uow.staff.get(found.raised_by)
    groups = {
        group for school in schools if school in raiser.memberships for group in raiser.memberships[school].groups
    }
    form = _empty_form(uow, plan, schools, now)
    initial = {form.record.id_of(Meaning.PUPIL_GROUP): groups.pop()} if len(groups) == 1 else {}
    return replace(form, initial={**form.initial, **initial}, alarm=alarm)


def call_form(uow: UnitOfWork, actor: Actor, now: datetime) -> FormView:
    """Return the form of the fast lane without an alarm, for a pupil whose case the actor may not read (G8)."""
    plan = uow.plans.current()
    return _empty_form(uow, plan, schools_to_call_in(actor, plan), now)


def schools_to_call_in(actor: Actor, plan: Plan) -> list[SchoolId]:
    """Return the schools in which the actor may record a call. Raises Refused when there is none."""
    return _schools(actor, actor.person.memberships, plan)


def _empty_form(uow: UnitOfWork, plan: Plan, schools: Sequence[SchoolId], now: datetime) -> FormView:
    form = plan.fast_lane_with_pupil
    return FormView(form, plan, initial_answers(form, now), schools=tuple(map(uow.staff.school, schools)))


def alarm_draft(uow: UnitOfWork, actor: Actor, key: str, alarm: AlarmId, now: datetime) -> FormView:
    """Return that form with the typed answers ("Aanpassen"). Raises Refused if the draft is gone."""
    answers = uow.drafts.find(key, actor.person.id, now)
    if answers is None:
        raise Refused("draft_gone")
    return replace(alarm_form(uow, actor, alarm, now), initial=answers)


def context_of_call(
    uow: UnitOfWork, actor: Actor, alarm: AlarmId | None, answers: Answers, school: SchoolId | None
) -> CaseContext:
    """Return the open case about the pupil, or one still to open. Raises Refused or Invalid."""
    found, plan = alarm_of(uow, actor, alarm) if alarm else None, uow.plans.current()
    if found and found.case:
        raise Refused("done_meanwhile")
    schools = _schools(actor, schools_of(uow, found) if found else actor.person.memberships, plan)
    if school is None and len(schools) > 1:
        raise Invalid([Problem("school", "required")])
    if school is not None and school not in schools:
        raise Refused("not_your_school")
    context = _about(uow, actor, school or schools[0], pupil_in(plan.opening, answers))
    teachers = () if alarm or context.case else teachers_of(uow, context.school, context.pupil.group)
    return replace(context, teachers=teachers)


def bind_alarm(uow: UnitOfWork, context: CaseContext, alarm: AlarmId, now: datetime) -> CaseContext:
    """Let the case be the alarm's from now on, and open it if there is none yet.

    The alarm is answered, and what happened with it is in the logbook.
    """
    found = uow.alarms.find_to_change(alarm)
    if found is None:
        raise Refused("alarm_gone")
    context = context if context.case else _opened(uow, context, found, now)
    found = uow.alarms.set_case(found, context.stored.id)
    context = write_trace(uow, context, found, now)
    show_all(uow, uow.alarms.answer(found, Answer(context.person.id, Response.RECORDED, now)), now)
    return context


def _opened(uow: UnitOfWork, context: CaseContext, alarm: Alarm, now: datetime) -> CaseContext:
    """Open a case without entries: the first is the trace of the alarm."""
    teacher, *others = for_teachers(context) or [_teacher_of(uow, context, alarm)]
    case = uow.cases.open(context.school, context.plan, context.pupil, teacher, now, others)
    case = inherit_exclusions(uow, case, context.same_pupil)
    return replace(context, case=case, relation=relation_to(context.person, case))


def _teacher_of(uow: UnitOfWork, context: CaseContext, alarm: Alarm) -> PersonId:
    """Whose case it becomes: of who raised the alarm, if they may have cases, or of who opens it."""
    raiser = uow.staff.get(alarm.raised_by)
    may_open = may(Permission.OPEN, in_school(raiser, context.school), context.plan)
    return raiser.id if may_open else context.person.id


def _schools(actor: Actor, possible: Iterable[SchoolId], plan: Plan) -> list[SchoolId]:
    """The schools of these in which the actor may record what was done."""
    relations = {school: in_school(actor.person, school) for school in possible}
    schools = [s for s, relation in relations.items() if may(Permission.RECORD, relation, plan, plan.fast_lane)]
    if not schools:
        raise Refused(
            "role_may_not", roles=plan.fast_lane.by if plan.fast_lane else (), named=plan.full_names, rule="G1"
        )
    return schools


def _about(uow: UnitOfWork, actor: Actor, school: SchoolId, pupil: Pupil) -> CaseContext:
    person, plan = actor.person, uow.plans.current()
    same_pupil = uow.cases.find_by_pupil(school, pupil)
    for case in same_pupil:
        if _can_go_on(uow, actor, case):
            context = case_context(uow, person, case)
            if same_name(context.pupil, pupil) and same_group(context.pupil.group, pupil.group):
                return context
    return CaseContext(person, school, plan, pupil, in_school(person, school), same_pupil=tuple(same_pupil))


def _can_go_on(uow: UnitOfWork, actor: Actor, case: CaseHeader) -> bool:
    plan, relation = plan_of(uow, case), relation_to(actor.person, case)
    return case.status is Status.OPEN and may(Permission.RECORD, relation, plan, plan.fast_lane)
