"""A message that somebody typed to the bot. It is not read, stored or logged, and gets a kind answer."""

from __future__ import annotations

from datetime import datetime

from handlers.i18n.texts import text
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views import blocks as b
from handlers.views.actions import acute_button, signal_button
from meldcode.application.ports.unit_of_work import UnitOfWork

MINUTES = 10
"""A person gets one answer in this time, however much they type."""


async def answer_direct_message(services: Services, request: Request) -> None:
    """Point to the form: once for a redelivered event, and once in some minutes for a person."""
    event = request.event
    if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype") or not event.get("user"):
        return
    if await services.executor.execute(_is_first, request):
        buttons = b.actions([signal_button(), acute_button()])
        blocks = [b.section(text("typed")), *buttons]
        said = services.client.chat_postMessage(channel=request.identity.user, text=text("typed"), blocks=blocks)
        services.later(said)


def _is_first(uow: UnitOfWork, request: Request, now: datetime) -> bool:
    period = int(now.timestamp()) // (MINUTES * 60)
    who = request.identity
    return uow.processed_requests.claim(request.id, now) and uow.processed_requests.claim(
        f"typed/{who.workspace}/{who.user}/{period}", now
    )
