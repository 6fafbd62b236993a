"""What is measured, each in a process of its own: the bot, the bare apps beside it, and the Slack that they talk to."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, cast

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.types import ASGIApp

from bench.school import SECRET, TEAM
from bench.slack_stub import SlackStub
from bot.program import listen, run
from bot.settings import Settings
from bot.web import EVENTS
from handlers.app import quiet_logger
from handlers.forms import FORM, answers_of
from handlers.texts import text

HOST = "127.0.0.1"
START_SECONDS = 20
PROCESSES = multiprocessing.get_context("spawn")


def bot(_port: int, settings: Settings) -> None:
    """The whole program, as `meldwijzer run` runs it."""
    asyncio.run(run(settings))


def stub(port: int) -> None:
    """Slack's Web API, or what the program sees of it."""
    asyncio.run(listen(SlackStub(), HOST, port))


def bare_form(port: int) -> None:
    """The reference for a submission: Bolt verifies and parses, the form is read, and acknowledged."""
    app = _bare_app()

    @app.view(FORM)
    async def form(ack: AsyncAck, body: dict[str, Any]) -> None:
        answers_of(body["view"]["state"]["values"])
        await ack()

    _serve(app, port)


def bare_command(port: int) -> None:
    """The reference for a request that does nothing: one listener, the same answer."""
    app = _bare_app()

    @app.command("/meldcode")
    async def command(ack: AsyncAck) -> None:
        await ack(text=text("help"))

    _serve(app, port)


@contextmanager
def child(target: Callable[..., None], *args: Any, port: int = 0) -> Iterator[str]:
    """Run this server in a process of its own until the end of the block, and give its URL."""
    port = port or free_port()
    process = PROCESSES.Process(target=target, args=(port, *args), daemon=True)
    process.start()
    try:
        _wait_until_open(port, process)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.join(10)
        process.kill()


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server((HOST, 0)) as door:
        return int(door.getsockname()[1])


def _bare_app() -> AsyncApp:
    identity = AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-bench", bot_id="B0", bot_user_id="U0")

    async def authorize() -> AuthorizeResult:
        return identity

    logger = quiet_logger()
    return AsyncApp(signing_secret=SECRET, authorize=authorize, logger=logger, process_before_response=True)


def _serve(app: AsyncApp, port: int) -> None:
    asyncio.run(listen(cast(ASGIApp, AsyncSlackRequestHandler(app, path=EVENTS)), HOST, port))


def _wait_until_open(port: int, process: BaseProcess) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if time.monotonic() > until or not process.is_alive():
                raise
            time.sleep(0.05)
        else:
            return
