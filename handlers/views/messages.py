"""The messages of the outbox in words: a case code, a step and a button, never personal data (promise 4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.case import MAKE_RECORD, acute_button, open_button
from handlers.views.days import day, last_day
from handlers.views.readers import unusual_button
from handlers.views.roles import roles_button
from meldcode.domain.case.state import Status
from meldcode.domain.deadlines.reminders import ReminderKind
from meldcode.domain.plan.model import Effect, Plan

ALARM, REMINDER = "alarm", "reminder"
MOST_IN_OVERVIEW = 40
NO_COUNT = ("school", "unusual", "of", "week")
"""What stands in the week's overview beside the counts of each step."""
Words = Mapping[str, str]
Rendered = tuple[str, list[b.Block]]
Plans = Callable[[str, int], Plan]


def message(kind: str, words: Words, plans: Plans) -> Rendered:
    """Return the message: its notification text, and its blocks."""
    return KINDS[kind](words, plans)


def _recorded(words: Words, plans: Plans) -> Rendered:
    plan = plans(words["plan"], int(words["version"]))
    record = plan.records[words["record"]]
    said = record.tell[int(words["tell"])].text or record.title if words["tell"] else text("told_moved")
    lines = [f"*{text('told_title', code=words['code'], what=said)}*", _where(words, plan)]
    if words["gap"]:
        lines.append(text("told_gap", gap=texts.roles(words["gap"].split())))
    buttons = [open_button(words["code"]), acute_button(words["code"])] if words.get("may_open") else [acute_button()]
    return text("told_notification", code=words["code"]), [b.section("\n".join(lines)), *b.actions(buttons)]


def _where(words: Words, plan: Plan) -> str:
    if words["status"] != Status.OPEN:
        return text("told_closed")
    step = plan.step(words["step"])
    total = str(max(step.number for step in plan.steps))
    who = texts.roles(words["who"].split())
    return text("told_step", number=str(step.number), total=total, title=step.title, who=who)


def _alarm(words: Words, _plans: Plans) -> Rendered:
    value = f"{words['raised_by']} {words['raised_at']}"
    button = b.button(text("alarm_button"), ALARM, value, style="danger")
    return text("alarm_notification"), [b.section(text("alarm")), *b.actions([button])]


def overview(several: Sequence[Words], plans: Plans) -> Rendered:
    """Return one message for several reminders to the same person: a morning overview instead of ten pings (G2)."""
    count = str(len(several))
    shown = sorted(several, key=lambda words: (not _cannot_wait(words), words["since"]))[:MOST_IN_OVERVIEW]
    cases = [
        b.section("\n".join(_reminder_lines(words, plans)), accessory=open_button(words["code"])) for words in shown
    ]
    left = len(several) - len(shown)
    more = [b.context(text("home_more", count=str(left)))] if left else []
    intro = "\n".join([text("reminders_intro", count=count), *_before_vacation(several)])
    blocks = [b.section(intro), *cases, *more, *b.actions([acute_button()])]
    return text("reminders_notification", count=count), blocks


def _reminder(words: Words, plans: Plans) -> Rendered:
    plan, code = plans(words["plan"], int(words["version"])), words["code"]
    records = _record_buttons(plan, code, may_hand_over=bool(words["may_hand_over"]))
    buttons = [open_button(code, style="primary"), *records, acute_button(code)]
    lines = "\n".join([*_reminder_lines(words, plans), *_before_vacation([words])])
    return text("reminder_notification", code=code), [b.section(lines), *b.actions(buttons)]


def _record_buttons(plan: Plan, code: str, *, may_hand_over: bool) -> list[b.Block]:
    labels = {Effect.POSTPONES: text("later")} | ({Effect.HANDS_OVER: text("hand_over")} if may_hand_over else {})
    found = {label: plan.record_with(effect).id for effect, label in labels.items()}
    return [
        b.button(label, f"{MAKE_RECORD}.{record}", json.dumps({"case": code, "record": record}))
        for label, record in found.items()
    ]


def _before_vacation(reminders: Sequence[Words]) -> list[str]:
    """What is to be arranged before the vacation that some of the reminders are about (G6)."""
    days = {words["day"] for words in reminders if words["kind"] == ReminderKind.VACATION}
    return [text("reminder_vacation_line", day=day(date.fromisoformat(min(days))))] if days else []


def _reminder_lines(words: Words, plans: Plans) -> list[str]:
    plan = plans(words["plan"], int(words["version"]))
    step = plan.step(words["step"])
    where = text(
        "reminder",
        number=str(step.number),
        total=str(max(step.number for step in plan.steps)),
        title=step.title,
        who=texts.roles(words["who"].split()),
        since=_since(words),
    )
    needed = [text("now_needed", record=plan.records[words["record"]].title)] if words["record"] else []
    about = day(date.fromisoformat(words["day"])) if words["day"] else ""
    title = TITLES[ReminderKind(words["kind"]), bool(words["instead"])]
    return [f"*{text(title, code=words['code'], day=about)}*", *_cannot_wait(words), *needed, where]


def _since(words: Words) -> str:
    """Since when and for how many school days a case stands at its step; beyond the calendar nobody can count them."""
    count = words.get("days", "")
    sentence = {"": "since", "0": "since", "1": "since_one"}.get(count, "since_more")
    return text(sentence, day=day(datetime.fromisoformat(words["since"])), count=count)


def _cannot_wait(words: Words) -> list[str]:
    """That a step must be done before the vacation begins, or should have been (G6)."""
    until = words.get("until")
    if words["kind"] != ReminderKind.VACATION or not until or until >= words["day"]:
        return []
    until_when = last_day(date.fromisoformat(until), date.fromisoformat(words["today"]))
    return [text("reminder_cannot_wait", until=until_when)]


def _week(words: Words, plans: Plans) -> Rendered:
    counts = [(key.split(), value.split()) for key, value in words.items() if key not in NO_COUNT]
    lines = [text("week", school=b.escape(words["school"]))]
    for (plan, version, step), (open_, overdue) in counts:
        title = plans(plan, int(version)).step(step).title
        line = "week_line_overdue" if int(overdue) else "week_line"
        lines.append(text(line, title=title, open=open_, overdue=overdue))
    blocks = [b.section("\n".join(lines))]
    if words.get("unusual"):
        blocks.append(b.section(text("week_unusual", count=words["unusual"])))
        blocks += b.actions([unusual_button(words["of"], words["week"])])
    return text("week_notification", school=words["school"]), blocks


def _ending(words: Words, plans: Plans) -> Rendered:
    """A case whose term ends: open it, or keep it for longer where the plan lets one (promise 8)."""
    code, record = words["code"], words["record"]
    buttons = [open_button(code)]
    if record:
        label = plans(words["plan"], int(words["version"])).records[record].button
        buttons.append(b.button(label, f"{MAKE_RECORD}.{record}", json.dumps({"case": code, "record": record})))
    line = text("ending", code=code, day=day(date.fromisoformat(words["day"])))
    return text("ending_notification", code=code), [b.section(line), *b.actions(buttons)]


def _undelivered(words: Words, _plans: Plans) -> Rendered:
    buttons = [open_button(words["code"]), acute_button(words["code"])]
    blocks = [b.section(text("undelivered", code=words["code"])), *b.actions(buttons)]
    return text("told_notification", code=words["code"]), blocks


def _alarm_undelivered(_words: Words, _plans: Plans) -> Rendered:
    return text("alarm_undelivered_notification"), [b.section(text("alarm_undelivered"))]


def _without_holder(words: Words, _plans: Plans) -> Rendered:
    line = text("without_holder", code=words["code"], gap=texts.roles(words["gap"].split(), joined_by="and"))
    blocks = [b.section(line), *b.actions([open_button(words["code"]), acute_button(words["code"])])]
    return text("told_notification", code=words["code"]), blocks


def _roles(words: Words, _plans: Plans) -> Rendered:
    return text("roles_changed"), [b.section(text("roles_changed")), *b.actions([roles_button(words["school"])])]


def _deputy(_words: Words, _plans: Plans) -> Rendered:
    return text("deputy"), [b.section(text("deputy"))]


TITLES = {
    (ReminderKind.RUNG, False): "reminder_title",
    (ReminderKind.VACATION, False): "reminder_vacation",
    (ReminderKind.FOLLOW_UP, False): "reminder_follow_up",
    (ReminderKind.FOLLOW_UP, True): "reminder_follow_up_instead",
}
KINDS = {
    "recorded": _recorded,
    REMINDER: _reminder,
    "week": _week,
    "alarm": _alarm,
    "alarm_in_case": _recorded,
    "alarm_undelivered": _alarm_undelivered,
    "without_holder": _without_holder,
    "undelivered": _undelivered,
    "ending": _ending,
    "deputy": _deputy,
    "roles": _roles,
}
