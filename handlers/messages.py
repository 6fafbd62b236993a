"""The messages of the outbox in words: a case code, a step and a button, never personal data (promise 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers import blocks as b
from handlers import texts
from handlers.screens import acute_button, open_button
from handlers.texts import text
from meldcode.case import Status
from meldcode.plan import Plan

ALARM = "alarm"
Words = Mapping[str, str]
Rendered = tuple[str, list[b.Block]]
Plans = Callable[[str, int], Plan]


def message(kind: str, words: Words, plans: Plans) -> Rendered:
    """Return the message: its notification text, and its blocks."""
    return KINDS[kind](words, plans)


def _recorded(words: Words, plans: Plans) -> Rendered:
    plan = plans(words["plan"], int(words["version"]))
    record = plan.records[words["record"]]
    said = record.tell[int(words["tell"])].text if words["tell"] else ""
    lines = [f"*{text('told_title', code=words['code'], what=said or record.title)}*", _where(words, plan)]
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


def _without_holder(words: Words, _plans: Plans) -> Rendered:
    line = text("without_holder", code=words["code"], gap=texts.roles(words["gap"].split(), joined_by="and"))
    blocks = [b.section(line), *b.actions([open_button(words["code"]), acute_button(words["code"])])]
    return text("told_notification", code=words["code"]), blocks


def _deputy(_words: Words, _plans: Plans) -> Rendered:
    return text("deputy"), [b.section(text("deputy"))]


KINDS = {"recorded": _recorded, "alarm": _alarm, "without_holder": _without_holder, "deputy": _deputy}
