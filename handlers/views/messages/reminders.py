"""Reminders: of one case, or an overview of several (G2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.i18n import texts
from handlers.i18n.days import day, in_full, last_day, on_day
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.actions import acute_button, open_button, record_button
from handlers.views.messages.asked import Rendered, by_when, what_to_do, where_it_stands
from handlers.views.paging import in_a_message, listing
from meldcode.application.jobs.current import CurrentReminder
from meldcode.application.messages.reminders import AppointmentReminder, UrgentReminder, VacationReminder
from meldcode.domain.plan.effects import Effect
from meldcode.domain.staff import WithDeputies


def render_reminders(reminders: Sequence[CurrentReminder]) -> Rendered:
    """Return one message for all reminders to the same person (G2): what a case waits for, and its appointments."""
    ordered = sorted(reminders, key=lambda one: (not _cannot_wait(one), one.since, bool(one.appointments)))
    cases: dict[str, list[CurrentReminder]] = {}
    for one in ordered:
        cases.setdefault(one.payload.code, []).append(one)
    return _reminder(ordered) if len(cases) == 1 else _reminders(list(cases.values()))


def _reminders(cases: Sequence[Sequence[CurrentReminder]]) -> Rendered:
    """A morning overview instead of ten pings, with as many cases as a message holds."""
    count = str(len(cases))
    intro = "\n".join(
        [text("reminders_intro", count=count), *_before_vacation([one for case in cases for one in case])]
    )
    shown = [[b.section(_all_lines(one), accessory=open_button(one[0].payload.code))] for one in cases]

    def message(shown: list[b.Block], left: int) -> list[b.Block]:
        more = [b.context(texts.counted("home_more", left))] if left else []
        return [b.section(intro), *shown, *more, *b.actions([acute_button(asks=True)])]

    return text("reminders_notification", count=count), in_a_message(shown, message)


def _reminder(case: Sequence[CurrentReminder]) -> Rendered:
    """All about one case, with the buttons of what is said first."""
    first = case[0]
    code, is_urgent = first.payload.code, any(isinstance(one.payload, UrgentReminder) for one in case)
    records = [] if is_urgent else _buttons_about(first)
    buttons = [open_button(code, style="primary"), *records, acute_button(code, asks=True)]
    lines = "\n".join([_all_lines(case), *_before_vacation(case)])
    return _notification(first, is_urgent=is_urgent), [b.section(lines), *b.actions(buttons)]


def _notification(first: CurrentReminder, *, is_urgent: bool) -> str:
    if first.appointments and not is_urgent and _owners(first):
        return _title(first)
    said = "reminder_appointment" if first.appointments else "reminder_notification"
    return text("reminder_urgent" if is_urgent else said, code=first.payload.code)


def _all_lines(case: Sequence[CurrentReminder]) -> str:
    return listing([line for one in case for line in _lines(one)])


def _buttons_about(reminder: CurrentReminder) -> list[b.Block]:
    """To postpone and to hand over the case; of one appointment that it is done or moved, or to postpone it (S3.6)."""
    code, effects = reminder.payload.code, [Effect.POSTPONES]
    number = reminder.appointments[0].number if reminder.appointments else 0
    if len(reminder.appointments) > 1:
        return []
    if number:
        effects = [Effect.SETTLES, Effect.MOVES, Effect.POSTPONES]
    buttons = [record_button(code, reminder.plan.record_with(effect), appointment=number) for effect in effects]
    over = [record_button(code, reminder.plan.record_with(Effect.HANDS_OVER))]
    return [*buttons, *(over if reminder.payload.may_hand_over and not number else [])]


def _before_vacation(reminders: Sequence[CurrentReminder]) -> list[str]:
    """What is to be arranged before the vacation that some of the reminders are about (G6)."""
    days = {one.payload.first_day for one in reminders if isinstance(one.payload, VacationReminder)}
    return [text("reminder_vacation_line", day=day(min(days)))] if days else []


def _lines(reminder: CurrentReminder) -> list[str]:
    plan, record = reminder.plan, reminder.record
    if reminder.appointments:
        return [f"*{_title(reminder)}*", *_promised(reminder)]
    where = " ".join([*where_it_stands(plan, reminder.step, reminder.assignees, record), _since(reminder)])
    lines = [f"*{_title(reminder)}*"]
    if late := _cannot_wait(reminder):
        lines += [*late, f"{_what_to_do(reminder)}."] if record else late
    elif record:
        lines.append(by_when(_what_to_do(reminder), reminder.until, reminder.today))
    return [*lines, where, b.escape(_who_minds(reminder))]


def _what_to_do(reminder: CurrentReminder) -> str:
    """What is asked of the reader, or else of whom it is asked."""
    plan, record = reminder.plan, reminder.record
    if not reminder.asked_of:
        return what_to_do(plan, record, reminder.asked_as)
    asked = what_to_do(plan, record, next(iter(reminder.assignees), None))
    return text("asked_of", who=b.escape(texts.people(reminder.asked_of)), what=asked)


def _who_minds(reminder: CurrentReminder) -> str:
    """Who is responsible; before a vacation who minds the case, by name (G6)."""
    if not isinstance(reminder.payload, VacationReminder):
        return texts.responsible(reminder.responsible)
    names = texts.people(reminder.minders)
    return text("reminder_minds", names=names) if names else text("reminder_minds_nobody")


def _title(reminder: CurrentReminder) -> str:
    match reminder.payload:
        case VacationReminder(code=code, first_day=first_day):
            return text("reminder_vacation", code=code, day=day(first_day))
        case AppointmentReminder(code=code, instead_of_owner=instead):
            owners = texts.people(_owners(reminder))
            title = "reminder_follow_up_other" if owners else "reminder_follow_up"
            return text("reminder_follow_up_instead" if instead else title, code=code, owner=b.escape(owners))
        case UrgentReminder(code=code):
            return text("reminder_urgent", code=code)
        case payload:
            return text("reminder_title", code=payload.code)


def _owners(reminder: CurrentReminder) -> list[WithDeputies]:
    """Who sees to the appointments, if the reader sees to none of them."""
    if not all(one.owners for one in reminder.appointments):
        return []
    return list({owner.person.id: owner for one in reminder.appointments for owner in one.owners}.values())


def _promised(reminder: CurrentReminder) -> Iterator[str]:
    """A line for each appointment; what it is, is only in the case (promise 4)."""
    for one in reminder.appointments:
        if one.late:
            yield text("reminder_late", day=in_full(one.day), late=texts.counted("late", one.late))
        else:
            past = one.day < reminder.today
            when = in_full(one.day) if past else on_day(one.day, reminder.today)
            yield text("reminder_day_over" if past else "reminder_on_day", day=when)


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
