"""Slash commands and the global shortcut."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from slack_sdk.errors import SlackApiError

from handlers.controllers import roles
from handlers.controllers.alarm import acute_command
from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.reply import reply
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.platform.slack_errors import SECOND_CLICK, code_of
from handlers.views import blocks as b
from handlers.views.actions import acute_button, signal_button
from handlers.views.case import case_modal
from handlers.views.forms import form_modal
from handlers.views.home import case_list, waiting_list
from handlers.views.paging import in_a_message
from handlers.views.staff.deputies import deputy_modal
from meldcode.application.case_context import case_code
from meldcode.application.cases import open_form, view_case
from meldcode.application.home import overview as overview_of
from meldcode.domain.errors import Invalid, Refused

Answer = dict[str, Any] | None
NEAR = 0.5
"""How similar a typed word must be to a known one to be taken for it."""


async def run_command(services: Services, request: Request) -> Answer:
    """Answer `/signaal` and `/meldcode`."""
    typed = str(request.body.get("text") or "").strip()
    if request.body.get("command") == "/signaal":
        return await open_signal_form(services, request, typed)
    word, _, rest = typed.partition(" ")
    if known := WORDS.get(word.lower()):
        return await known(services, request, rest.strip())
    if case_code(typed):
        return await _open(services, request, typed)
    return _said(_unknown(word, is_more=bool(rest)))


async def open_signal_form(services: Services, request: Request, typed: str = "") -> Answer:
    """Open the form that passes on a signal, with what was typed after the command in it."""
    form = await services.execute(open_form.signal_form, request, typed)
    view = form_modal(form, is_typed_before=bool(typed))
    await services.client.views_open(trigger_id=request.trigger_id, view=view)
    return None


async def open_shortcut(services: Services, request: Request) -> Answer:
    """Open the form from the global shortcut "Signaal doorgeven"."""
    return await open_signal_form(services, request)


async def show_command_problem(services: Services, request: Request, problem: Refused | Invalid | str) -> Answer:
    """Explain in a reply that only they see why it did not work, and what to do next."""
    words = in_words(problem, services.administrator)
    if "command" in request.body:
        return _said(words)
    await explain(services, request, words)
    return None


async def explain(services: Services, request: Request, words: str) -> None:
    """Say it in a modal; in a message when Slack opens none now, for who sees nothing trusts what they saw before."""
    try:
        await services.open_beside(request, b.notice_modal(words))
    except SlackApiError as error:
        if code_of(error) in SECOND_CLICK:
            raise
        services.later(reply(services, request, _said(words)))


def in_words(problem: Refused | Invalid | str, administrator: str, trouble: str = "trouble") -> str:
    """Return the problem as a sentence; a text is the reference code of what went wrong here."""
    if isinstance(problem, Refused):
        return texts.refusal(problem)
    if isinstance(problem, Invalid):
        return " ".join(texts.problem(found) for found in problem.problems)
    then = text("trouble_ask" if administrator else "trouble_later", administrator=administrator, reference=problem)
    return text(trouble, then=then)


def _said(words: str) -> dict[str, Any]:
    """An answer in words, with "Acuut gevaar" below it as everywhere (G4)."""
    return {"text": words, "blocks": [b.section(words), *b.actions([acute_button()])]}


def _unknown(word: str, *, is_more: bool) -> str:
    """Help, with the word that was probably meant. What was typed is not repeated."""
    nearest = get_close_matches(word.lower(), WORDS, n=1, cutoff=NEAR)
    meant = text("unknown_word_near", word=nearest[0]) if nearest else text("unknown_word")
    return "\n".join([*([text("unknown_words")] if is_more else []), meant, text("help")])


async def _summary(services: Services, request: Request, _rest: str) -> Answer:
    """What waits for the asker and what they can do; somebody without a role learns where to go (Refusal)."""
    overview = await services.execute(overview_of, request, limits.HOME)
    report = [signal_button()] if overview.may_report else []
    can = text("can_do" if overview.counts else "can_do_first")
    blocks = [*waiting_list(overview), *b.actions([*report, acute_button()]), b.context(can)]
    return {"text": text("summary"), "blocks": blocks}


async def _help(_services: Services, _request: Request, _rest: str) -> Answer:
    return _said(text("help"))


async def _list(services: Services, request: Request, rest: str) -> Answer:
    if rest:
        return await _open(services, request, rest)
    overview = await services.execute(overview_of, request, limits.HOME)

    def message(shown: list[b.Block], left: int) -> list[b.Block]:
        more = [b.context(text("list_more"))] if left or overview.pages > 1 else []
        return [*shown, *more, *b.actions([acute_button()])]

    return {"text": text("summary"), "blocks": in_a_message([*case_list(overview)], message)}


async def _open(services: Services, request: Request, rest: str) -> Answer:
    await services.client.views_open(trigger_id=request.trigger_id, view=await last_page(services, request, rest))
    return None


async def last_page(services: Services, request: Request, code: str, appointments: int = 0) -> b.View:
    """Return the modal of a case; no more of its logbook is read than the last page holds."""
    view = await services.execute_once(view_case.open_newest, request, code, limits.LOGBOOK_ENTRIES)
    return case_modal(view, appointments=appointments)


async def _deputy(services: Services, request: Request, _rest: str) -> Answer:
    await services.client.views_open(trigger_id=request.trigger_id, view=deputy_modal())
    return None


WORDS = {
    "": _summary,
    "help": _help,
    "dossiers": _list,
    "dossier": _open,
    "rollen": roles.show_roles_for_command,
    "vervanging": _deputy,
    "acuut": acute_command,
}
