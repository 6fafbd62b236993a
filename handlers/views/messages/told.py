"""All messages but reminders and alarms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import singledispatch

from handlers.i18n import texts
from handlers.i18n.days import day, on_day
from handlers.i18n.texts import text
from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.views import blocks as b
from handlers.views.actions import acute_button, open_button, record_button
from handlers.views.alarm import alarm_button
from handlers.views.messages.asked import (
    Rendered,
    deny_buttons,
    in_case,
    named_line,
    what_is_asked,
    what_to_do,
    where_it_stands,
)
from handlers.views.readers import unusual_button
from handlers.views.staff.roles import roles_button
from meldcode.application.messages.alarms import Alarm, AlarmUndelivered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import (
    AppointmentsMade,
    CallSchool,
    CaseEnding,
    CaseWithoutHolder,
    CaseWithoutResponsible,
    Named,
    NoLongerTeacher,
    OwnEntry,
    Recorded,
    RoleEmpty,
    RoleTaken,
    SignalRead,
    TakenOver,
    TaskEnded,
    Undelivered,
)
from meldcode.application.messages.staff import (
    DeputyArranged,
    DeputyPeriod,
    NewPlan,
    RolesChanged,
    RoleVacant,
    WeeklyOverview,
)
from meldcode.domain.case.state import Status
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.effects import DENIALS, Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Person, School


@dataclass(frozen=True)
class Lookup:
    """What the ids in a message stand for, the plan of new cases, and the day on which it is sent."""

    plan: Callable[[str, int], Plan]
    person: Callable[[PersonId], Person]
    school: Callable[[SchoolId], School]
    current: Plan
    today: date


@singledispatch
def render(message: Payload, _known: Lookup) -> Rendered:
    """Return the notification text of a message, and its blocks."""
    raise NotImplementedError(message.kind)


@render.register
def _signal_read(message: SignalRead, known: Lookup) -> Rendered:
    who = texts.role(message.by, known.plan(message.plan, message.plan_version))
    said = text("signal_read", code=message.code, who=who)
    buttons = [open_button(message.code)] if message.may_open else []
    return said, [b.section(said), *b.actions([*buttons, acute_button(asks=True)])]


@render.register
def _recorded(message: Recorded, known: Lookup) -> Rendered:
    plan, code = known.plan(message.plan, message.plan_version), message.code
    asked = [what_is_asked(plan, message.asked, message.asked_as, message.due, known.today)] if message.asked else []
    said = [_news(message, plan), *asked, _where(message, plan)]
    said += [named_line(plan, message.record)] if message.named_in else []
    title, *lines = [line for line in said if line]
    if message.missing_roles:
        lines.append(text("told_gap", gap=texts.roles(message.missing_roles, plan)))
    title = f"*{text('told_title', code=code, what=title)}*"
    more = [effect for effect, may in _later(message).items() if may]
    buttons = [record_button(code, plan.record_with(effect)) for effect in more]
    buttons += deny_buttons(plan, code, message.record, message.named_in)
    return in_case(code, "\n".join([title, *lines]), buttons, may_open=message.may_open)


def _later(message: Recorded) -> dict[Effect, bool]:
    return {Effect.POSTPONES: message.may_postpone, Effect.HANDS_OVER: message.may_hand_over}


@render.register
def _named(message: Named, known: Lookup) -> Rendered:
    plan = known.plan(message.plan, message.plan_version)
    title = b.escape(text("told_title", code=message.code, what=text("named_by", name=known.person(message.by).name)))
    denies = deny_buttons(plan, message.code, message.record, message.entry)
    return in_case(message.code, f"*{title}*\n{named_line(plan, message.record)}", denies, may_open=message.may_open)


@render.register
def _own_entry(message: OwnEntry, known: Lookup) -> Rendered:
    plan, name = known.plan(message.plan, message.plan_version), known.person(message.by).name
    what = text(f"own_{plan.records[message.record].effect}", name=name)
    title = b.escape(text("told_title", code=message.code, what=what))
    about = b.escape(text("own_about", record=plan.records[message.own].title))
    return in_case(message.code, f"*{title}*\n{about}", may_open=message.may_open)


def _news(message: Recorded, plan: Plan) -> str:
    if message.rule is None:
        return ""
    record = plan.records[message.record]
    return record.tell[message.rule].text or record.title


def _where(message: Recorded, plan: Plan) -> str:
    if message.status is Status.OPEN:
        return " ".join(where_it_stands(plan, plan.step(message.step), message.assignees, message.needed))
    outcome = plan.outcome(message.outcome)
    return " ".join(filter(None, [text("told_closed"), outcome.told if outcome else ""]))


@render.register
def _task_ended(message: TaskEnded, known: Lookup) -> Rendered:
    plan = known.plan(message.plan, message.plan_version)
    record = plan.records[message.asked]
    is_decision = record.effect in (Effect.SETTLES, Effect.DROPS, Effect.MOVES, *DENIALS)
    what = b.escape(record.title) if is_decision else what_to_do(plan, message.asked, message.asked_as)
    how = text("told_later") if message.comes_later else text("told_lapsed")
    if message.by:
        how = text("told_done", name=known.person(message.by).name)
    line = f"*{b.escape(text('told_title', code=message.code, what=how))}*\n{what}."
    return in_case(message.code, line, may_open=message.may_open)


@render.register
def _appointments_made(message: AppointmentsMade, known: Lookup) -> Rendered:
    title = texts.counted("appointments_yours", len(message.days), code=message.code)
    days = [text("reminder_on_day", day=on_day(one, known.today)) for one in message.days]
    by = text("appointments_yours_by", name=known.person(message.by).name)
    blocks = [b.section("\n".join([f"*{title}*", *days, b.escape(by)]))]
    return title, [*blocks, *b.actions([open_button(message.code), acute_button(message.code, asks=True)])]


@render.register
def _call_school(message: CallSchool, known: Lookup) -> Rendered:
    tell = known.plan(message.plan, message.plan_version).records[message.record].tell[message.rule]
    people = [_contact(known, known.person(person), message.school) for person in message.contacts]
    call = text("call_people", people=texts.listed(people, joined_by="or")) if people else text("call_somebody")
    about = text("call_about", code=message.code)
    lines = [f"*{known.school(message.school).name}*", tell.text, f"{call} {about}"]
    return in_case(message.code, b.escape("\n".join(lines)), may_open=False)


def _contact(known: Lookup, person: Person, school: SchoolId) -> str:
    roles = texts.roles(sorted(person.roles_in(school)), known.current, joined_by="and")
    return text("call_contact", name=person.name, roles=roles)


@render.register
def _alarm(message: Alarm, _known: Lookup) -> Rendered:
    button = alarm_button(AlarmRef(message.raised_by, message.raised_at))
    return text("alarm_notification"), [b.section(text("alarm")), *b.actions([button])]


@render.register
def _weekly_overview(message: WeeklyOverview, known: Lookup) -> Rendered:
    lines = [text("week", school=b.escape(message.school_name))]
    for count in message.steps:
        title = known.plan(count.plan, count.plan_version).step(count.step).title
        line = "week_line_overdue" if count.overdue else "week_line"
        lines.append(text(line, title=title, open=str(count.open), overdue=str(count.overdue)))
    if kept := message.appointments:
        words = "week_promises_overdue" if kept.overdue else "week_promises"
        lines.append(text(words, open=str(kept.open), overdue=str(kept.overdue)))
    blocks = [b.section("\n".join(lines))]
    if unusual := message.unusual:
        blocks.append(b.section(texts.counted("week_unusual", unusual.count)))
        blocks += b.actions([unusual_button(str(unusual.school), unusual.monday.isoformat())])
    return text("week_notification", school=message.school_name), blocks


@render.register
def _ending(message: CaseEnding, known: Lookup) -> Rendered:
    """A case whose term ends: open it, or keep it for longer where the plan lets one (promise 8)."""
    code, records = message.code, [record for record in (message.hold_record, message.left_record) if record]
    plan = known.plan(message.plan, message.plan_version)
    buttons = [open_button(code), *(record_button(code, plan.records[record]) for record in records)]
    lines = [text("ending", code=code, day=day(message.day))]
    lines += [text("ending_left", button=plan.records[message.left_record].button)] if message.left_record else []
    return text("ending_notification", code=code), [b.section("\n".join(lines)), *b.actions(buttons)]


@render.register
def _undelivered(message: Undelivered, _known: Lookup) -> Rendered:
    return in_case(message.code, text("undelivered", code=message.code))


@render.register
def _without_holder(message: CaseWithoutHolder, known: Lookup) -> Rendered:
    plan = known.plan(message.plan, message.plan_version) if message.plan else None
    missing = texts.roles(message.missing_roles, plan, joined_by="and")
    return in_case(message.code, text("without_holder", code=message.code, gap=missing))


@render.register
def _no_longer_teacher(message: NoLongerTeacher, _known: Lookup) -> Rendered:
    return text("no_longer_teacher_notification"), [b.section(text("no_longer_teacher", code=message.code))]


@render.register
def _role_empty(message: RoleEmpty, known: Lookup) -> Rendered:
    plan = known.plan(message.plan, message.plan_version)
    buttons = [record_button(message.code, plan.take_over)] if plan.take_over else []
    line = text("role_empty", code=message.code, role=texts.role(message.role, plan))
    return text("role_empty_notification"), [b.section(line), *b.actions([*buttons, acute_button()])]


@render.register
def _role_taken(message: RoleTaken, known: Lookup) -> Rendered:
    line = text("role_taken", code=message.code, role=texts.role(message.role, known.current))
    buttons = [open_button(message.code), acute_button(message.code, asks=True)]
    return text("role_taken_notification"), [b.section(line), *b.actions(buttons)]


@render.register
def _without_responsible(message: CaseWithoutResponsible, _known: Lookup) -> Rendered:
    return in_case(message.code, text("without_responsible", code=message.code))


@render.register
def _taken_over(message: TakenOver, known: Lookup) -> Rendered:
    name = b.escape(known.person(message.by).name)
    return in_case(message.code, text("taken_over", code=message.code, name=name))


@render.register
def _alarm_undelivered(_message: AlarmUndelivered, _known: Lookup) -> Rendered:
    return text("alarm_undelivered_notification"), [b.section(text("alarm_undelivered"))]


@render.register
def _roles(message: RolesChanged, _known: Lookup) -> Rendered:
    buttons = b.actions([roles_button(str(message.school))])
    return text("roles_changed"), [b.section(text("roles_changed")), *buttons]


@render.register
def _deputy_period(message: DeputyPeriod, known: Lookup) -> Rendered:
    code = "deputy_for" if message.to_deputy else "deputy_you"
    words = text(
        f"{code}_ended" if message.is_ended else code,
        deputy=known.person(message.deputy).name,
        person=known.person(message.person).name,
        first=day(message.first_day),
        last=day(message.last_day),
    )
    return text("deputy"), [b.section(b.escape(words))]


@render.register
def _new_plan(message: NewPlan, known: Lookup) -> Rendered:
    plan, school = known.plan(message.plan, message.plan_version), b.escape(known.school(message.school).name)
    words = text("new_plan", school=school, title=b.escape(plan.title), version=str(plan.version))
    return text("new_plan_notification"), [b.section(words), *b.actions([roles_button(str(message.school))])]


@render.register
def _role_vacant(message: RoleVacant, known: Lookup) -> Rendered:
    school = b.escape(known.school(message.school).name)
    words = text("role_vacant", school=school, roles=texts.roles(message.roles, known.current))
    return text("roles_changed"), [b.section(words), *b.actions([roles_button(str(message.school))])]


@render.register
def _deputy(_message: DeputyArranged, _known: Lookup) -> Rendered:
    return text("deputy"), [b.section(text("deputy"))]
