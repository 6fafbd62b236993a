"""Requests about the change of school year (G10)."""

from __future__ import annotations

import json
import secrets
from typing import Any

from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.errors import log_error
from handlers.platform.forms.form_state import answers_of
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views.blocks import notice_modal
from handlers.views.pupils.school_year import moved_up_modal, school_year_modal, waiting_modal
from meldcode.application.school_year import MovedUp, PageFilledIn, SchoolYear, fill_in_page, see_school_year
from meldcode.domain.errors import Refused


async def open_school_year(services: Services, request: Request) -> None:
    """Show the first page of the open cases."""
    year = await services.execute_once(see_school_year, request, request.value, 0, limits.SCHOOL_YEAR)
    await services.client.views_open(trigger_id=request.trigger_id, view=school_year_modal(year))


async def submit_school_year(services: Services, request: Request) -> dict[str, Any]:
    """Show the next page. The last one is checked and kept; all cases are then changed, and the modal waits for it."""
    school, page, is_last = _shown(request)
    shown = await _filled_in(services, request, school, page if is_last else page + 1)
    if is_last:
        shown = waiting_modal() | {"external_id": secrets.token_hex(12)}
        services.later(_apply(services, request, school, shown["external_id"]))
    return {"response_action": "update", "view": shown}


async def _apply(services: Services, request: Request, school: str, external_id: str) -> None:
    command = PageFilledIn(request.submission_key, school, {}, None)
    failed = notice_modal(text("school_year_failed"))
    try:
        done = await services.execute_later(fill_in_page, request, command, limits.SCHOOL_YEAR)
        shown = moved_up_modal(done) if isinstance(done, MovedUp) else failed
    except Exception as error:
        log_error(error, "school year")
        shown = failed
    services.wake()
    services.show_instead(external_id, shown, failed)


async def turn_school_year_page(services: Services, request: Request) -> None:
    """Show an earlier page; what was filled in stays."""
    school, page, _ = _shown(request)
    view = await _filled_in(services, request, school, max(page - 1, 0))
    await services.client.views_update(view_id=request.view["id"], view=view)


async def _filled_in(services: Services, request: Request, school: str, goes_to: int) -> dict[str, Any]:
    asked = {block["block_id"]: "" for block in request.view.get("blocks", []) if block.get("type") == "input"}
    typed = answers_of((request.view.get("state") or {}).get("values") or {})
    command = PageFilledIn(request.submission_key, school, {**asked, **typed}, goes_to)
    kept = await services.execute_once(fill_in_page, request, command, limits.SCHOOL_YEAR)
    return school_year_modal(kept) if isinstance(kept, SchoolYear) else moved_up_modal(kept)


def _shown(request: Request) -> tuple[str, int, bool]:
    """The school and the page that the form shows, and whether that is the last one. Raises Refused."""
    try:
        found = json.loads(request.view.get("private_metadata", ""))
        return str(found["school"]), int(found["page"]), bool(found["is_last"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused("unknown_action") from error
