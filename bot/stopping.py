"""Stops the program in good order at SIGTERM or Ctrl+C: every `finally` and `async with` comes to its end.

uvicorn's own handlers would raise the signal again after serving, and end the program there and then.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Args = TypeVarTuple("Args")
SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def until_stopped(work: Coroutine[Any, Any, None]) -> bool:
    """Do the work until it ends by itself or a signal cancels it; return whether a signal did.

    Further signals change nothing: what is being sent is finished and marked, or it would be sent twice. A program
    that was started with SIGINT ignored, as a shell does in the background, listens to it all the same.
    """
    loop, task, is_stopping = asyncio.get_running_loop(), asyncio.ensure_future(work), False

    def stop() -> None:
        nonlocal is_stopping
        if not is_stopping:
            is_stopping = task.cancel()

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not is_stopping:
            raise
    return is_stopping


async def in_thread(work: Callable[[*Args], T], *args: *Args) -> T:
    """Do the work in a thread. A cancelled caller first waits for the thread, which may still use the database."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *args))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise
