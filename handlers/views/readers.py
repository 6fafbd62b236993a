"""Who read a case, and unusual reading, for the people in charge (promise 6)."""

from __future__ import annotations

import json
from collections.abc import Callable

from handlers.i18n import texts
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from handlers.views.actions import READERS, UNUSUAL
from handlers.views.paging import turn_buttons, turned
from meldcode.application.cases.readers import ReadersView, ReadLine, Unusual, UnusualView
from meldcode.domain.access.rules import ALERTED
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import LISTED
from meldcode.domain.paging import page_of

LATER_AND_EARLIER = ("readers_newer", "readers_older")
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
    pages = view.page + 1 + view.has_more
    blocks += b.actions([*turn_buttons(READERS, view.page, pages, _page_of(view), LATER_AND_EARLIER)])
    private = text("readers_private", roles=texts.roles(ALERTED, view.plan, joined_by="and"))
    return b.modal(text("readers_title"), [*blocks, b.context(private)], close=text("close"))


def unusual_modal(view: UnusualView, page: int = 0) -> b.View:
    """Return who read unusually often, with a button for each case that shows who read it."""
    blocks = [b.section(text("unusual_intro", day=day(view.first_day)))]
    shown = page_of(view.found, page, limits.UNUSUAL_PEOPLE)
    for number, one in enumerate(shown.items):
        blocks.append(b.section(_unusual_line(view, one)))
        cases = [case for case in one.cases if case.id in view.readable]
        blocks += b.actions([_case_button(case.code, number) for case in cases[: limits.UNUSUAL_CASES]])
        blocks += _more_cases(len(cases) - limits.UNUSUAL_CASES, len(one.cases) - len(cases))
    if not view.found:
        blocks.append(b.section(text("unusual_none")))
    week = {"school": str(view.school), "week": view.first_day.isoformat()}
    blocks += turned(UNUSUAL, shown.number, shown.pages, lambda number: json.dumps({**week, "page": number}))
    return b.modal(text("readers_title"), [*blocks, b.context(text("unusual_private"))], close=text("close"))


def _more_cases(left: int, unread: int) -> list[b.Block]:
    lines = [texts.counted("and_more", left)] if left > 0 else []
    lines += [texts.counted("unusual_others", unread)] if unread else []
    return [b.context("\n".join(lines))] if lines else []


def _line(line: ReadLine, view: ReadersView) -> str:
    at = line.at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")
    roles = text("readers_roles_unknown") if line.roles is None else texts.roles(line.roles, view.plan, joined_by="and")
    where = text(WHERE.get(line.where, "readers_where_case"))
    other = "" if line.code == view.code else f" · {text('case', code=line.code)}"
    return b.escape(text("readers_line", at=at, name=line.name, roles=roles, where=where)) + other


def _page_of(view: ReadersView) -> Callable[[int], str]:
    return lambda page: json.dumps({"case": view.code, "page": page, "turn": True})


def _unusual_line(view: UnusualView, one: Unusual) -> str:
    person = view.people[one.reader]
    roles = texts.roles(sorted(person.roles_in(view.school)), view.plan, joined_by="and") or text("readers_no_role")
    words = text(f"unusual_{one.kind}", count=str(len(one.cases)))
    return f"*{b.escape(person.name)}* ({roles}): {words}"


def _case_button(code: str, number: int) -> b.Block:
    return b.button(code, f"{READERS}.{number}{code}", json.dumps({"case": code, "page": 0}))
