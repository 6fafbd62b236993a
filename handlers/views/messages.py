"""The messages of the outbox in words: a case code, a step and a button, never personal data (promise 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import singledispatch

from handlers.i18n import texts
from handlers.i18n.days import day, in_full, last_day, on_day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.alarm_reference import AlarmRef
from handlers.views import blocks as b
from handlers.views.actions import acute_button, open_button, record_button
from handlers.views.alarm import alarm_button
from handlers.views.readers import unusual_button
from handlers.views.roles import roles_button
from meldcode.application.jobs.reminders import CurrentReminder
from meldcode.application.messages import (
    Alarm,
    AlarmUndelivered,
    AppointmentReminder,
    CallSchool,
    CaseEnding,
    CaseWithoutHolder,
    CaseWithoutResponsible,
    DeputyArranged,
    Payload,
    Recorded,
    RoleEmpty,
    RolesChanged,
    RoleTaken,
    TakenOver,
    TaskEnded,
    Undelivered,
    UrgentReminder,
    VacationReminder,
    WeeklyOverview,
)
from meldcode.domain.case.state import Status
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.model import Effect, Plan, Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person, School

Rendered = tuple[str, list[b.Block]]


@dataclass(frozen=True)
class Lookup:
    """What the ids in a message stand for, and the day on which it is sent."""

    plan: Callable[[str, int], Plan]
    person: Callable[[PersonId], Person]
    school: Callable[[SchoolId], School]
    today: date


@singledispatch
def render(message: Payload, _known: Lookup) -> Rendered:
    """Return the notification text of a message, and its blocks."""
    raise NotImplementedError(message.kind)


@render.register
def _recorded(message: Recorded, known: Lookup) -> Rendered:
    plan, code = known.plan(message.plan, message.plan_version), message.code
    asked = [_asked(plan, message.asked, message.asked_as, message.due, known.today)] if message.asked else []
    said = [_news(message, plan), *asked, _where(message, plan)]
    title, *lines = [line for line in said if line]
    if message.missing_roles:
        lines.append(text("told_gap", gap=texts.roles(message.missing_roles, plan)))
    title = f"*{text('told_title', code=code, what=title)}*"
    return _in_case(code, "\n".join([title, *lines]), may_open=message.may_open)


def _in_case(code: str, line: str, *, may_open: bool = True) -> Rendered:
    buttons = [open_button(code), acute_button(code, asks=True)] if may_open else [acute_button()]
    return text("told_notification", code=code), [b.section(line), *b.actions(buttons)]


def _news(message: Recorded, plan: Plan) -> str:
    if message.rule is None:
        return ""
    record = plan.records[message.record]
    return record.tell[message.rule].text or record.title


def _asked(plan: Plan, record: str, role: Role | None, due: date | None, today: date) -> str:
    """What is asked of the reader, and by when; of others if they have no role in it."""
    what = _what(plan, record, role)
    if due is None:
        return text("asked_soon", what=what)
    sentence = "asked_today" if due == today else "asked_late" if due < today else "asked_by"
    return text(sentence, what=what, day=in_full(due))


def _what(plan: Plan, record: str, role: Role | None) -> str:
    asked = plan.records[record]
    return (role and asked.ask_of(role)) or text("asked_needed", record=asked.title)


def _where(message: Recorded, plan: Plan) -> str:
    if message.status is Status.OPEN:
        return " ".join(_step(plan, plan.step(message.step), message.assignees, message.needed))
    outcome = plan.outcome(message.outcome)
    return " ".join(filter(None, [text("told_closed"), outcome.told if outcome else ""]))


def _step(plan: Plan, step: Step, assignees: Sequence[Role], needed: str) -> tuple[str, str]:
    """Where a case stands, and who acts now."""
    here = text("step_of", number=str(step.number), total=texts.steps_in(plan), title=step.title)
    turn = text("turn", who=texts.whose_turn(plan, assignees, plan.records.get(needed)))
    return f"{here}.", turn if assignees else text("case_watch")


@render.register
def _task_ended(message: TaskEnded, known: Lookup) -> Rendered:
    what = _what(known.plan(message.plan, message.plan_version), message.asked, message.asked_as)
    how = text("told_done", name=known.person(message.by).name) if message.by else text("told_lapsed")
    line = f"*{b.escape(text('told_title', code=message.code, what=how))}*\n{what}."
    return _in_case(message.code, line, may_open=message.may_open)


@render.register
def _call_school(message: CallSchool, known: Lookup) -> Rendered:
    tell = known.plan(message.plan, message.plan_version).records[message.record].tell[message.rule]
    people = [_contact(known.person(person), message.school) for person in message.contacts]
    call = text("call_people", people=texts.listed(people, joined_by="or")) if people else text("call_somebody")
    about = text("call_about", code=message.code)
    lines = [f"*{known.school(message.school).name}*", tell.text, f"{call} {about}"]
    return _in_case(message.code, b.escape("\n".join(lines)), may_open=False)


def _contact(person: Person, school: SchoolId) -> str:
    return text("call_contact", name=person.name, roles=texts.roles(sorted(person.roles_in(school)), joined_by="and"))


@render.register
def _alarm(message: Alarm, _known: Lookup) -> Rendered:
    button = alarm_button(AlarmRef(message.raised_by, message.raised_at))
    return text("alarm_notification"), [b.section(text("alarm")), *b.actions([button])]


def render_reminders(reminders: Sequence[CurrentReminder]) -> Rendered:
    """Return one message for all reminders to the same person (G2): what a case waits for, and its appointments."""
    ordered = sorted(reminders, key=lambda one: (not _cannot_wait(one), one.since, bool(one.appointments)))
    cases: dict[str, list[CurrentReminder]] = {}
    for one in ordered:
        cases.setdefault(one.payload.code, []).append(one)
    return _reminder(ordered) if len(cases) == 1 else _reminders(list(cases.values()))


def _reminders(cases: Sequence[Sequence[CurrentReminder]]) -> Rendered:
    """A morning overview instead of ten pings."""
    count = str(len(cases))
    shown = [
        b.section(_all_lines(one), accessory=open_button(one[0].payload.code)) for one in cases[: limits.REMINDERS]
    ]
    left = len(cases) - len(shown)
    more = [b.context(texts.counted("home_more", left))] if left else []
    intro = "\n".join(
        [text("reminders_intro", count=count), *_before_vacation([one for case in cases for one in case])]
    )
    blocks = [b.section(intro), *shown, *more, *b.actions([acute_button(asks=True)])]
    return text("reminders_notification", count=count), blocks


def _reminder(case: Sequence[CurrentReminder]) -> Rendered:
    """All about one case, with the buttons of what is said first."""
    first = case[0]
    code, is_urgent = first.payload.code, any(isinstance(one.payload, UrgentReminder) for one in case)
    records = [] if is_urgent else _buttons_about(first)
    buttons = [open_button(code, style="primary"), *records, acute_button(code, asks=True)]
    lines = "\n".join([_all_lines(case), *_before_vacation(case)])
    said = "reminder_appointment" if first.appointments else "reminder_notification"
    return text("reminder_urgent" if is_urgent else said, code=code), [b.section(lines), *b.actions(buttons)]


def _all_lines(case: Sequence[CurrentReminder]) -> str:
    return "\n".join(line for one in case for line in _lines(one))


def _buttons_about(reminder: CurrentReminder) -> list[b.Block]:
    """To postpone and to hand over the case; of one appointment also that it is done or moved (S3.6)."""
    code, effects = reminder.payload.code, [Effect.POSTPONES]
    number = reminder.appointments[0].number if reminder.appointments else 0
    if len(reminder.appointments) > 1:
        return []
    if number:
        effects = [Effect.SETTLES, Effect.MOVES, Effect.POSTPONES]
    buttons = [record_button(code, reminder.plan.record_with(effect), appointment=number) for effect in effects]
    over = [record_button(code, reminder.plan.record_with(Effect.HANDS_OVER))]
    return [*buttons, *(over if reminder.payload.may_hand_over else [])]


def _before_vacation(reminders: Sequence[CurrentReminder]) -> list[str]:
    """What is to be arranged before the vacation that some of the reminders are about (G6)."""
    days = {one.payload.first_day for one in reminders if isinstance(one.payload, VacationReminder)}
    return [text("reminder_vacation_line", day=day(min(days)))] if days else []


def _lines(reminder: CurrentReminder) -> list[str]:
    plan, record = reminder.plan, reminder.record
    if reminder.appointments:
        return [f"*{_title(reminder)}*", *_promised(reminder)]
    where = " ".join([*_step(plan, reminder.step, reminder.assignees, record), _since(reminder)])
    lines = [f"*{_title(reminder)}*"]
    if late := _cannot_wait(reminder):
        lines += [*late, f"{_what(plan, record, reminder.asked_as)}."] if record else late
    elif record:
        lines.append(_asked(plan, record, reminder.asked_as, reminder.until, reminder.today))
    return [*lines, where, b.escape(_who_minds(reminder))]


def _who_minds(reminder: CurrentReminder) -> str:
    """Who is responsible; before a vacation who minds the case, by name (G6)."""
    if not isinstance(reminder.payload, VacationReminder):
        return texts.responsible(reminder.responsible)
    names = texts.listed(list(reminder.minders))
    return text("reminder_minds", names=names) if names else text("reminder_minds_nobody")


def _title(reminder: CurrentReminder) -> str:
    match reminder.payload:
        case VacationReminder(code=code, first_day=first_day):
            return text("reminder_vacation", code=code, day=day(first_day))
        case AppointmentReminder(code=code, instead_of_owner=instead):
            return text("reminder_follow_up_instead" if instead else "reminder_follow_up", code=code)
        case UrgentReminder(code=code):
            return text("reminder_urgent", code=code)
        case payload:
            return text("reminder_title", code=payload.code)


def _promised(reminder: CurrentReminder) -> Iterator[str]:
    """A line for each appointment; what it is, is only in the case (promise 4)."""
    for one in reminder.appointments:
        if one.late:
            yield text("reminder_late", day=in_full(one.day), late=texts.counted("late", one.late))
        else:
            yield text("reminder_on_day", day=on_day(max(one.day, reminder.today), reminder.today))


def _since(reminder: CurrentReminder) -> str:
    """Since when and for how many school days a case stands at its step; beyond the calendar nobody can count them."""
    count = reminder.school_days
    sentence = {None: "since", 0: "since", 1: "since_one"}.get(count, "since_more")
    return text(sentence, day=day(reminder.since), count=str(count))


def _cannot_wait(reminder: CurrentReminder) -> list[str]:
    """That a step must be done before the vacation begins, or should have been (G6)."""
    payload, until = reminder.payload, reminder.until
    if not isinstance(payload, VacationReminder) or until is None or until >= payload.first_day:
        return []
    return [text("reminder_cannot_wait", until=last_day(until, reminder.today))]


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
    code, record = message.code, message.hold_record
    buttons = [open_button(code)]
    if record:
        buttons.append(record_button(code, known.plan(message.plan, message.plan_version).records[record]))
    line = text("ending", code=code, day=day(message.day))
    return text("ending_notification", code=code), [b.section(line), *b.actions(buttons)]


@render.register
def _undelivered(message: Undelivered, _known: Lookup) -> Rendered:
    return _in_case(message.code, text("undelivered", code=message.code))


@render.register
def _without_holder(message: CaseWithoutHolder, known: Lookup) -> Rendered:
    plan = known.plan(message.plan, message.plan_version) if message.plan else None
    missing = texts.roles(message.missing_roles, plan, joined_by="and")
    return _in_case(message.code, text("without_holder", code=message.code, gap=missing))


@render.register
def _role_empty(message: RoleEmpty, known: Lookup) -> Rendered:
    plan = known.plan(message.plan, message.plan_version)
    buttons = [record_button(message.code, plan.take_over)] if plan.take_over else []
    line = text("role_empty", code=message.code, role=texts.role(message.role, plan))
    return text("role_empty_notification"), [b.section(line), *b.actions([*buttons, acute_button()])]


@render.register
def _role_taken(message: RoleTaken, _known: Lookup) -> Rendered:
    line = text("role_taken", code=message.code, role=texts.role(message.role))
    buttons = [open_button(message.code), acute_button(message.code, asks=True)]
    return text("role_taken_notification"), [b.section(line), *b.actions(buttons)]


@render.register
def _without_responsible(message: CaseWithoutResponsible, _known: Lookup) -> Rendered:
    return _in_case(message.code, text("without_responsible", code=message.code))


@render.register
def _taken_over(message: TakenOver, known: Lookup) -> Rendered:
    name = b.escape(known.person(message.by).name)
    return _in_case(message.code, text("taken_over", code=message.code, name=name))


@render.register
def _alarm_undelivered(_message: AlarmUndelivered, _known: Lookup) -> Rendered:
    return text("alarm_undelivered_notification"), [b.section(text("alarm_undelivered"))]


@render.register
def _roles(message: RolesChanged, _known: Lookup) -> Rendered:
    buttons = b.actions([roles_button(str(message.school))])
    return text("roles_changed"), [b.section(text("roles_changed")), *buttons]


@render.register
def _deputy(_message: DeputyArranged, _known: Lookup) -> Rendered:
    return text("deputy"), [b.section(text("deputy"))]
