"""The screen that searches cases, and lists them with the names of pupils (G11)."""

from __future__ import annotations

from handlers.i18n.days import day
from handlers.i18n.texts import steps_in, text
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import HISTORY, MY_NAMES, OPEN_FOUND, SEARCH, SEARCH_PAGE
from handlers.views.paging import turned
from handlers.views.pupils.names import pupil_name
from meldcode.application.finding.search import Found, NamedCase
from meldcode.domain.case.state import Answers, Status

NAME, GROUP, STATUS, YEAR = "search_name", "search_group", "search_status", "search_year"
STATUSES = {Status.OPEN: "search_open", Status.CLOSED: "search_closed"}


def search_modal(typed: Answers, found: Found | None = None) -> b.View:
    """Return the form with what was typed, and below it the page of cases that were found."""
    inputs = [
        _input(NAME, _text(typed.get(NAME))),
        _input(GROUP, _text(typed.get(GROUP))),
        _input(STATUS, _status(typed.get(STATUS))),
        _input(YEAR, _text(typed.get(YEAR))),
    ]
    results = [b.divider(), *_results(found, SEARCH_PAGE)] if found else []
    return b.modal(
        text("search_title"),
        [b.context(text("search_explain")), *inputs, *results, b.context(text("search_private"))],
        close=text("close"),
        submit=b.plain(text("search_button")),
        callback_id=SEARCH,
    )


def names_modal(found: Found) -> b.View:
    """Return a page of somebody's open cases, with names."""
    blocks = [*_results(found, MY_NAMES), b.context(text("search_private"))]
    return b.modal(text("my_names_title"), blocks, close=text("close"))


def _input(name: str, element: b.Block) -> b.Block:
    label = b.plain(text(name))
    return {"type": "input", "block_id": name, "label": label, "element": element, "optional": True}


def _text(typed: object) -> b.Block:
    element: b.Block = {"type": "plain_text_input", "action_id": ANSWER, "max_length": 100}
    return element | {"initial_value": str(typed)} if typed else element


def _status(typed: object) -> b.Block:
    options = {status: b.option(text(words), status) for status, words in STATUSES.items()}
    element: b.Block = {"type": "static_select", "action_id": ANSWER, "options": list(options.values())}
    return element | {"initial_option": options[Status(str(typed))]} if typed else element


def _results(found: Found, turn: str) -> list[b.Block]:
    if not found.cases:
        return [b.section(text("search_none"))]
    blocks = [b.section(text("search_found", count=str(found.total)))]
    for one in found.cases:
        blocks += [{"type": "section", "text": b.plain("\n".join(case_lines(one)))}, *b.actions(_buttons(one))]
    return blocks + turned(turn, found.page, found.pages)


def case_lines(one: NamedCase) -> list[str]:
    """Return the lines about a case: the pupil, the code, and where it stands."""
    return [pupil_name(one.pupil), f"{text('case', code=one.case.code)} · {_standing(one)}"]


def _standing(one: NamedCase) -> str:
    case, plan = one.case, one.plan
    if case.status is Status.CLOSED:
        outcome = plan.outcome(case.outcome)
        kept = {"outcome": outcome.title if outcome else "", "day": day(case.destroy_at) if case.destroy_at else "?"}
        return text("search_row_closed", **kept)
    step = plan.step(case.step)
    return text("search_row_open", number=str(step.number), total=steps_in(plan), title=step.title)


def _buttons(one: NamedCase) -> list[b.Block]:
    code = one.case.code
    return [
        b.button(text("open_case"), f"{OPEN_FOUND}.{code}", code),
        b.button(text("history_button"), f"{HISTORY}.{code}", code),
    ]
