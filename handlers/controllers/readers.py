"""Requests about who read a case."""

from __future__ import annotations

from handlers.platform import limits
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views.readers import readers_modal, unusual_modal
from meldcode.application.cases.readers import see_unusual, who_read


async def show_readers(services: Services, request: Request) -> None:
    """Show who read a case on top of its modal; another page replaces it."""
    asked = request.values()
    code, page = str(asked.get("case", "")), request.number("page")
    view = await services.query(who_read, request, code, page, limits.READERS)
    if page or asked.get("turn"):
        await services.client.views_update(view_id=request.view["id"], view=readers_modal(view))
        return
    open_view = services.client.views_push if request.is_in_modal else services.client.views_open
    await open_view(trigger_id=request.trigger_id, view=readers_modal(view))


async def show_unusual_readers(services: Services, request: Request) -> None:
    """Show the unusual reading that the weekly overview counted."""
    asked = request.values()
    school, week = str(asked.get("school", "")), str(asked.get("week", ""))
    view = await services.query(see_unusual, request, school, week)
    if "page" in asked:
        modal = unusual_modal(view, request.number("page"))
        await services.client.views_update(view_id=request.view["id"], view=modal)
        return
    await services.client.views_open(trigger_id=request.trigger_id, view=unusual_modal(view))
