"""What somebody typed to the bot as a message: it is not read, kept or logged, and gets a kind answer."""

from __future__ import annotations

from datetime import datetime

from handlers import blocks as b
from handlers import screens
from handlers.request import Request, Services
from handlers.texts import text
from meldcode.ports import Transaction

MINUTES = 10
"""One answer to a person in this time, however much they type."""


async def answer(services: Services, request: Request) -> None:
    """Point to the form, once for a redelivered event and once in some minutes for a person."""
    event = request.event
    if event.get("channel_type") != "im" or event.get("bot_id") or event.get("subtype") or not event.get("user"):
        return
    if await services.office.run(lambda tx, now: _is_first(tx, request, now)):
        buttons = b.actions([screens.signal_button(), screens.acute_button()])
        blocks = [b.section(text("typed")), *buttons]
        said = services.client.chat_postMessage(channel=request.identity.user, text=text("typed"), blocks=blocks)
        services.later(said)


def _is_first(tx: Transaction, request: Request, now: datetime) -> bool:
    period = int(now.timestamp()) // (MINUTES * 60)
    who = request.identity
    return tx.handled.take(request.id, now) and tx.handled.take(f"typed/{who.workspace}/{who.user}/{period}", now)
