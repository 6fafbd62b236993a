"""Replaces threads, sockets and the system's chance: requests pass from the program to Slack and back in one thread."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp_asgi_connector import ASGIApplicationConnector
from starlette.types import Receive, Scope, Send

from bot.jobs.clock_guard import ClockGuard
from handlers.platform.call_budget import CallBudget
from storage.db.engine import PRAGMAS
from tests.year.running.clock import VirtualTime
from tests.year.running.executor import InlineExecutor
from tests.year.running.machine import Machine

PRAGMAS_HERE = (*PRAGMAS, "synchronous = OFF", "busy_timeout = 0")
"""Only the process is killed here, never the computer; so nothing waits for the disk. Nor for who has a lock: SQLite
would wait in real time."""


@contextmanager
def in_one_thread(time: VirtualTime, chance: random.Random) -> Iterator[Callable[[Machine], None]]:
    """Replace threads, sockets and the system's randomness; the machine that is passed to the result gets requests."""
    machines: list[Machine] = []

    async def take(scope: Scope, receive: Receive, send: Send) -> None:
        await machines[-1].take(scope, receive, send)

    def session(real: type[aiohttp.ClientSession], **given: Any) -> aiohttp.ClientSession:
        return real(**{**given, "connector": ASGIApplicationConnector(take)})

    fakes: dict[str, Any] = {
        "aiohttp.ClientSession": partial(session, aiohttp.ClientSession),
        "asyncio.to_thread": _at_once,
        "bot.app.CallBudget": partial(CallBudget, time.monotonic),
        "bot.app.Executor": InlineExecutor,
        "bot.http.app.run_in_threadpool": _at_once,
        "bot.app.ClockGuard": partial(ClockGuard, steady=time.monotonic),
        "random._urandom": chance.randbytes,
        "os.urandom": chance.randbytes,
        "practice.web.endpoints._hang": _hang,
        "slack_sdk.http_retry.jitter.random": chance,
        "sqlalchemy.sql.selectable.os": SimpleNamespace(urandom=random.Random(0).randbytes),
        "storage.db.engine.PRAGMAS": PRAGMAS_HERE,
        "storage.integrity.wipe.WAIT_MS": 0,
    }
    with ExitStack() as stack:
        for place, fake in fakes.items():
            stack.enter_context(patch(place, fake))
        yield machines.append


async def _at_once(work: Callable[..., Any], *args: Any, **more: Any) -> Any:
    return work(*args, **more)


async def _hang(_request: object) -> None:
    """Longer than the program waits for Slack."""
    await asyncio.sleep(60)
