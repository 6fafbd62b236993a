"""Drafts: each change in an open form is kept, and its author can go on with it (promise 10).

Slack's notice of a closed form holds nothing of what was typed, so it only updates the Home tab.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.platform.errors import log_error
from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import read_form
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views.blocks import View
from handlers.views.drafts import drafts_modal
from handlers.views.forms import form_modal
from meldcode.application.cases import drafts
from meldcode.domain.errors import Invalid, Refused


async def keep_and_ask(services: Services, request: Request, answered: str = "") -> View | None:
    """Keep what the form holds. Return it with the questions that the answers lead to.

    Returns None when what was just `answered` leads to none.
    """
    ref, command = read_form(request)
    kept = command, inputs_of(request.view), answered
    form = await services.execute_once(drafts.keep_and_refill, request, *kept)
    return form_modal(form, ref) if form else None


async def keep_refused(services: Services, request: Request) -> None:
    """Keep what a refused form holds. Why it is refused is on their screen already."""
    try:
        _, command = read_form(request)
        await services.execute_once(drafts.keep_typed, request, command)
    except (Refused, Invalid):
        """They may not go on with it."""
    except Exception as error:
        log_error(error, "draft")


def inputs_of(view: Mapping[str, Any]) -> set[str]:
    """Return the ids of the questions that a form shows."""
    return {block.get("block_id", "") for block in view.get("blocks", []) if block.get("type") == "input"}


async def form_closed(services: Services, request: Request) -> None:
    """Show on the Home tab that there is a form to go on with."""
    services.home_tabs.form_closed(request.identity)


async def list_drafts(services: Services, request: Request) -> View:
    """Return the forms that they were filling in."""
    return drafts_modal(await services.execute_once(drafts.own_drafts, request))


async def go_on(services: Services, request: Request) -> View:
    """Return one of them, with what was typed in it."""
    draft, form = await services.execute_once(drafts.go_on, request, request.value)
    alarm = draft.form.alarm if not form.case else None
    ref = FormRef(
        form.record.id,
        form.case,
        form.seen,
        form.refers_to,
        school=str(draft.form.school or ""),
        alarm=AlarmRef(alarm.raised_by, alarm.raised_at).dumped() if alarm else "",
        begun_as=draft.key,
    )
    return form_modal(form, ref)


async def throw_away(services: Services, request: Request) -> View:
    """Delete one of them, and return the others."""
    left = await services.execute_once(drafts.throw_away, request, request.value)
    services.home_tabs.changed(request.identity)
    return drafts_modal(left)
