"""Stops the program in good order at SIGTERM or Ctrl+C: every `finally` and `async with` comes to its end.

uvicorn's own handlers would raise the signal again after serving, and end the program there and then.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from typing_extensions import override

from bot.settings import ConfigError

SIGNALS = (signal.SIGTERM, signal.SIGINT)
REQUEST_SECONDS = 5
"""What a request that is under way gets to end; Slack waits 3 s for an answer."""


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


async def listen(app: object, host: str, port: int) -> None:
    """Serve an ASGI application until cancelled; requests under way are answered then. Raises ConfigError."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=REQUEST_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers."""

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    @override
    async def startup(self, sockets: Any = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit as error:
            where = f"{self.config.host}, port {self.config.port}"
            why = "another program has it, or it is not this machine's"
            raise ConfigError(f"{where} (HOST, PORT) cannot be used: {why}.") from error
