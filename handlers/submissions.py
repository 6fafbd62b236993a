"""Forms that were filled in. The acknowledgement is the answer, and it comes after the commit (promise 1)."""

from __future__ import annotations

from typing import Any

from handlers import export, roles, screens, texts
from handlers.commands import in_words
from handlers.forms import EXPORT, FORM, REVIEW, first_input, read_form
from handlers.request import Request, Services
from handlers.staff import DEPUTY_FORM, appoint
from handlers.texts import text
from meldcode.errors import Invalid, Refusal
from meldcode.recording import Saved, submit, submit_draft

Answer = dict[str, Any]


async def answer(services: Services, request: Request) -> Answer:
    """Store a form, or the draft that was shown for review, and show what happened."""
    callback = request.view.get("callback_id", "")
    if callback in OTHERS:
        return await OTHERS[callback](services, request)
    store = {FORM: submit, REVIEW: submit_draft}.get(callback)
    if store is None:
        raise Refusal("unknown_action")
    ref, command = read_form(request)
    outcome = await services.office.run(lambda tx, now: store(tx, command, now))
    if isinstance(outcome, Saved):
        services.wake()
        return {"response_action": "update", "view": screens.saved_modal(outcome)}
    return {"response_action": "update", "view": screens.review_modal(outcome, ref)}


async def show_problem(_services: Services, request: Request, problem: Refusal | Invalid | str) -> Answer:
    """Say at the field what is wrong; what is not about a field stands at the text. What was typed stays."""
    if isinstance(problem, Invalid):
        errors = {found.field: texts.problem(found) for found in reversed(problem.problems)}
    else:
        words = text("trouble_form", reference=problem) if isinstance(problem, str) else in_words(problem)
        errors = {first_input(request.view): words}
    inputs = {block.get("block_id") for block in request.view.get("blocks", []) if block.get("type") == "input"}
    if errors.keys() <= inputs:
        return {"response_action": "errors", "errors": errors}
    return {"response_action": "push", "view": screens.message_modal(" ".join(errors.values()))}


OTHERS = {DEPUTY_FORM: appoint, roles.ROLES_FORM: roles.change, EXPORT: export.begin, export.READ_OVER: export.turn}
"""Forms that are answered elsewhere, by their callback."""
