"""Slash commands and the global shortcut."""

from __future__ import annotations

from typing import Any

from handlers import blocks as b
from handlers import home, screens, texts
from handlers.forms import form_modal
from handlers.request import Request, Services
from handlers.staff import deputy_modal
from handlers.texts import text
from handlers.trouble import note
from meldcode import reading
from meldcode.danger import Alarm, raise_alarm
from meldcode.errors import Invalid, Refusal

Answer = dict[str, Any] | None


async def answer(services: Services, request: Request) -> Answer:
    """Answer `/signaal` and `/meldcode`."""
    typed = str(request.body.get("text") or "").strip()
    if request.body.get("command") == "/signaal":
        return await open_signal_form(services, request, typed)
    word, _, rest = typed.partition(" ")
    known = WORDS.get(word.lower() or "help")
    if known is None:
        return {"text": f"{text('unknown_word')}\n{text('help')}"}
    return await known(services, request, rest.strip())


async def open_signal_form(services: Services, request: Request, typed: str = "") -> Answer:
    """Open the form that reports a signal, with what was typed behind the command in it."""
    form = await services.office.run(lambda tx, now: reading.signal_form(tx, request.identity, typed, now))
    await services.client.views_open(trigger_id=request.trigger_id, view=form_modal(form))
    return None


async def open_shortcut(services: Services, request: Request) -> Answer:
    """Open the form from the global shortcut "Signaal melden"."""
    return await open_signal_form(services, request)


async def alarmed(services: Services, request: Request, case: str = "") -> b.View:
    """Raise the alarm (G4) and return what to do now. When even that fails, the numbers to call are shown."""
    alarm = Alarm(request.identity, f"{request.source}/acute", case)
    try:
        raised = await services.office.run(lambda tx, now: raise_alarm(tx, alarm, now))
    except Exception as error:
        note(error, "alarm")
        return screens.acute_modal(())
    services.wake()
    return screens.acute_modal(raised.people)


async def show_problem(services: Services, request: Request, problem: Refusal | Invalid | str) -> Answer:
    """Say in an answer that only they see why it did not work, and what to do next."""
    words = in_words(problem)
    if "command" in request.body:
        return {"text": words}
    await services.client.views_open(trigger_id=request.trigger_id, view=screens.message_modal(words))
    return None


def in_words(problem: Refusal | Invalid | str) -> str:
    """Return the problem as a sentence; a text is the reference code of what went wrong here."""
    if isinstance(problem, Refusal):
        return texts.refusal(problem)
    if isinstance(problem, Invalid):
        return " ".join(texts.problem(found) for found in problem.problems)
    return text("trouble", reference=problem)


async def _help(_services: Services, _request: Request, _rest: str) -> Answer:
    return {"text": text("help")}


async def _list(services: Services, request: Request, _rest: str) -> Answer:
    overview = await services.office.run(lambda tx, now: reading.overview(tx, request.identity, now))
    blocks = home.case_list(overview)
    return {"text": text("home_waiting"), "blocks": blocks}


async def _open(services: Services, request: Request, rest: str) -> Answer:
    view = await services.office.run(lambda tx, now: reading.open_case(tx, request.identity, rest, now))
    await services.client.views_open(trigger_id=request.trigger_id, view=screens.case_modal(view))
    return None


async def _acute(services: Services, request: Request, _rest: str) -> Answer:
    await services.client.views_open(trigger_id=request.trigger_id, view=await alarmed(services, request))
    return None


async def _deputy(services: Services, request: Request, _rest: str) -> Answer:
    await services.client.views_open(trigger_id=request.trigger_id, view=deputy_modal())
    return None


WORDS = {"help": _help, "dossiers": _list, "dossier": _open, "acuut": _acute, "vervanging": _deputy}
