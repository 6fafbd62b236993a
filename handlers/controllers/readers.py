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
    is_turned = page or asked.get("turn")
    await (services.open_in_place if is_turned else services.open_beside)(request, readers_modal(view))


async def show_unusual_readers(services: Services, request: Request) -> None:
    """Show the unusual reading that the weekly overview counted."""
    asked = request.values()
    school, week = str(asked.get("school", "")), str(asked.get("week", ""))
    view = await services.query(see_unusual, request, school, week)
    await services.open_in_place(request, unusual_modal(view, request.number("page")))
