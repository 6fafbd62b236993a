"""The measured servers, each in its own process: the bot, the bare apps, and the Slack stub that they call."""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, cast

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp

from bench import traffic
from bench.school import SECRET, TEAM
from bench.slack_stub import SlackStub
from bot.app import run
from bot.home_tabs import publisher
from bot.http.app import EVENTS
from bot.http.server import listen
from bot.settings import Settings
from bot.stopping import until_stopped
from handlers.app import quiet_logger
from handlers.platform import call_budget
from handlers.platform.call_budget import PUBLISH, Limit
from handlers.views.actions import FORM

HOST = "127.0.0.1"
START_SECONDS = 90
PROCESSES = multiprocessing.get_context("spawn")


def bot(port: int, settings: Settings, web: bool = True, worker: bool = True, tabs: int | None = None) -> None:
    """The program, as `meldwijzer run` runs it, or `web` or `worker`.

    With `tabs`, so many Home tabs are published at once in a workspace, as if Slack had no limit for them.
    """
    if tabs is not None:
        publisher.AT_ONCE, call_budget.LIMITS[PUBLISH] = tabs, Limit(10**9, 60, kept=0)
    asyncio.run(until_stopped(run(settings.model_copy(update={"port": port}), web=web, worker=worker)))


def stub(port: int, seconds: float = 0) -> None:
    """The part of Slack's Web API that the program uses. Each call takes the given time."""
    asyncio.run(listen(SlackStub(seconds), HOST, port))


def bare_nothing(port: int) -> None:
    """The reference for a request that does nothing: one listener that acknowledges."""
    app = _bare_app()

    @app.view_closed(FORM)
    async def closed(ack: AsyncAck) -> None:
        await ack()

    _serve(app, port)


def bare_signal(port: int, slack: str) -> None:
    """The reference for opening a form: one listener that calls `views.open` and acknowledges."""
    app, view = _bare_app(f"{slack}/api/"), traffic.form()

    @app.command("/signaal")
    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()

    _serve(app, port)


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    pid: int

    def cpu(self) -> float:
        """The seconds of CPU that its process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def child(target: Callable[..., None], *args: Any, port: int = 0) -> Iterator[Server]:
    """Run this server in its own process until the end of the block."""
    port = port or free_port()
    process = PROCESSES.Process(target=target, args=(port, *args), daemon=True)
    process.start()
    try:
        _wait_until_ready(port, process)
        yield Server(f"http://{HOST}:{port}", process.pid or 0)
    finally:
        process.terminate()
        process.join(10)
        process.kill()


def start(target: Callable[..., None], *args: Any) -> tuple[float, float]:
    """Start this server once; return the seconds until it is ready, and the memory (MB) that it then uses."""
    port, began = free_port(), time.perf_counter()
    process = PROCESSES.Process(target=target, args=(port, *args), daemon=True)
    process.start()
    try:
        _wait_until_ready(port, process)
        seconds = time.perf_counter() - began
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        return seconds, next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    finally:
        process.terminate()
        process.join(10)
        process.kill()


def free_port() -> int:
    """Return a free port."""
    with socket.create_server((HOST, 0)) as door:
        return int(door.getsockname()[1])


def _bare_app(slack: str = "https://127.0.0.1:9/api/") -> AsyncApp:
    identity = AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-bench", bot_id="B0", bot_user_id="U0")

    async def authorize() -> AuthorizeResult:
        return identity

    logger = quiet_logger()
    client = AsyncWebClient(base_url=slack, logger=logger)
    return AsyncApp(
        signing_secret=SECRET, authorize=authorize, client=client, logger=logger, process_before_response=True
    )


def _serve(app: AsyncApp, port: int) -> None:
    asyncio.run(listen(cast(ASGIApp, AsyncSlackRequestHandler(app, path=EVENTS)), HOST, port))


def _wait_until_ready(port: int, process: BaseProcess) -> None:
    """Wait until it says something else than 503, as the program does while it starts."""
    until = time.monotonic() + START_SECONDS
    while not _is_ready(port):
        if time.monotonic() > until or not process.is_alive():
            raise TimeoutError("a measured server did not start")
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    try:
        door = http.client.HTTPConnection(HOST, port, timeout=1)
        door.request("GET", "/readyz")
        return door.getresponse().status != HTTPStatus.SERVICE_UNAVAILABLE
    except OSError:
        return False
