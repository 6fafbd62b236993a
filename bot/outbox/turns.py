"""When a message may be sent or changed, by how urgent it is (see `handlers/platform/call_budget.py`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from handlers.platform.call_budget import POST, Call, CallBudget, Urgency
from meldcode.application.messages.registry import REMINDERS, URGENT_KINDS
from storage.repositories.messages.send_queue import Claimed

LONGEST_TURN = 30.0
"""Seconds after which a message goes back to the queue; far less than a lease."""


def turn_of(message: Claimed, budget: CallBudget) -> Callable[[str], Awaitable[None]]:
    """Return what waits until the message may make a call of a method. It raises TimeoutError."""

    async def turn(method: str) -> None:
        if to := message.identity:
            call = Call(method, to.workspace, to.user if method == POST else "")
            async with asyncio.timeout(LONGEST_TURN):
                await budget.turn(call, _urgency(message.kind))

    return turn


def _urgency(kind: str) -> Urgency:
    if kind in URGENT_KINDS:
        return Urgency.ALARM
    return Urgency.REMINDER if kind in REMINDERS else Urgency.PERSON
