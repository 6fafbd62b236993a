"""Forms that were filled in. The acknowledgement is the answer, and it comes after the commit (promise 1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from handlers import roles, screens, texts
from handlers.commands import in_words
from handlers.forms import FORM, REVIEW, SCHOOL, FormRef, answers_of, first_input
from handlers.request import Request, Services
from handlers.staff import DEPUTY_FORM, appoint
from handlers.texts import text
from meldcode.errors import Invalid, Refusal
from meldcode.recording import Saved, Submit, submit, submit_draft

Answer = dict[str, Any]
OF_STAFF = {DEPUTY_FORM: appoint, roles.ROLES_FORM: roles.change}


async def answer(services: Services, request: Request) -> Answer:
    """Store a form, or the draft that was shown for review, and show what happened."""
    if own := OF_STAFF.get(request.view.get("callback_id", "")):
        return await own(services, request)
    store = {FORM: submit, REVIEW: submit_draft}.get(request.view.get("callback_id", ""))
    if store is None:
        raise Refusal("unknown_action")
    ref, command = _read(request)
    outcome = await services.office.run(lambda tx, now: store(tx, command, now))
    if isinstance(outcome, Saved):
        services.wake()
        services.home_changed(request.identity)
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


def _read(request: Request) -> tuple[FormRef, Submit]:
    """Which form it is, and what was filled in. Raises Refusal when it is no form of ours."""
    try:
        ref = FormRef.loaded(request.view.get("private_metadata", ""))
        answers = answers_of((request.view.get("state") or {}).get("values") or {})
        school = str(answers.pop(SCHOOL, "") or ref.school)
        command = Submit(
            who=request.identity,
            key=ref.key(request),
            record=ref.record,
            answers=answers,
            case=ref.case,
            school=UUID(school) if school else None,
            seen=ref.seen,
            refers_to=ref.refers_to,
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise Refusal("unknown_action") from error
    return FormRef(ref.record, ref.case, ref.seen, ref.refers_to, school), command
