"""Who read a case, and unusual reading, for the people in charge (promise 6)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from handlers.i18n import texts
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from handlers.views.actions import READERS, UNUSUAL
from meldcode.application.cases.readers import ReadersView, ReadLine, Unusual, UnusualView
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import LISTED

WHERE = {"form": "readers_where_form", LISTED: "readers_where_list"}


def readers_button(code: str) -> b.Block:
    """The button that shows who read the case."""
    return b.button(text("readers_button"), READERS, json.dumps({"case": code, "page": 0}))


def unusual_button(school: str, first_day: str) -> b.Block:
    """The button beside the count in the weekly overview."""
    return b.button(text("unusual_button"), UNUSUAL, json.dumps({"school": school, "week": first_day}))


def readers_modal(view: ReadersView) -> b.View:
    """Return who read the case: name, role at that time, when, and on which screen."""
    lines = [_line(line, view) for line in view.lines]
    blocks = [b.section(text("readers_intro", code=view.code))]
    blocks += [b.section("\n".join(lines[start : start + 10])) for start in range(0, len(lines), 10)]
    blocks += b.actions(list(_page_buttons(view))) or []
    return b.modal(text("readers_title"), [*blocks, b.context(text("readers_private"))], close=text("close"))


def unusual_modal(view: UnusualView) -> b.View:
    """Return who read unusually often, with a button for each case that shows who read it."""
    blocks = [b.section(text("unusual_intro", day=day(view.first_day)))]
    for number, one in enumerate(view.found[: limits.UNUSUAL_PEOPLE]):
        blocks.append(b.section(_unusual_line(view, one)))
        shown = [case for case in one.cases if case.id in view.readable]
        blocks += b.actions([_case_button(case.code, number) for case in shown[: limits.UNUSUAL_CASES]])
        if len(shown) < len(one.cases):
            blocks.append(b.context(texts.counted("unusual_others", len(one.cases) - len(shown))))
    if not view.found:
        blocks.append(b.section(text("unusual_none")))
    return b.modal(text("readers_title"), [*blocks, b.context(text("unusual_private"))], close=text("close"))


def _line(line: ReadLine, view: ReadersView) -> str:
    at = line.at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")
    roles = text("readers_roles_unknown") if line.roles is None else texts.roles(line.roles, view.plan, joined_by="and")
    where = text(WHERE.get(line.where, "readers_where_case"))
    other = "" if line.code == view.code else f" · {text('case', code=line.code)}"
    return b.escape(text("readers_line", at=at, name=line.name, roles=roles, where=where)) + other


def _page_buttons(view: ReadersView) -> Iterator[b.Block]:
    for label, page, is_there in (
        ("readers_newer", view.page - 1, view.page > 0),
        ("readers_older", view.page + 1, view.has_more),
    ):
        if is_there:
            value = json.dumps({"case": view.code, "page": page, "turn": True})
            yield b.button(text(label), f"{READERS}.{label}", value)


def _unusual_line(view: UnusualView, one: Unusual) -> str:
    person = view.people[one.reader]
    roles = texts.roles(sorted(person.roles_in(view.school)), view.plan, joined_by="and") or text("readers_no_role")
    words = text(f"unusual_{one.kind}", count=str(len(one.cases)))
    return f"*{b.escape(person.name)}* ({roles}): {words}"


def _case_button(code: str, number: int) -> b.Block:
    return b.button(code, f"{READERS}.{number}{code}", json.dumps({"case": code, "page": 0}))
