"""A small school, an app with everything switched on, and a real Bolt app that answers over loopback."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
import uvicorn
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practice.client.actor import Actor
from practice.model import AppConfig, Json, Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.clock import Clock, until

SANNE, KARIN = "U0SANNE", "U0KARIN"
SCOPES = ("commands", "chat:write", "users:read", "im:write", "im:history", "files:write")


def manifest() -> Json:
    return {
        "display_information": {"name": "Proef"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "proef"},
            "slash_commands": [{"command": "/signaal", "description": "Signaal doorgeven"}],
            "shortcuts": [{"name": "Melden", "type": "global", "callback_id": "report", "description": "Melden"}],
        },
        "oauth_config": {
            "scopes": {"bot": ["commands", "chat:write", "users:read", "im:write", "im:history", "files:write"]}
        },
        "settings": {
            "event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def config(**changes: Any) -> AppConfig:
    secrets = {"bot_token": "xoxb-test", "app_token": "xapp-test", "signing_secret": "shh"}
    return AppConfig(**{"manifest": manifest(), **secrets, **changes})


PEOPLE = [Person(SANNE, "Sanne de Boer", "Leerkracht"), Person(KARIN, "Karin Visser", "IB-er")]


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 9, 1, 9, 0, tzinfo=UTC), stands_still=True)


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return Workspace(config(), PEOPLE, now=clock)


@pytest.fixture
async def server(workspace: Workspace) -> Any:
    async with PracticeServer(workspace) as running:
        yield running


@pytest.fixture
def client(server: PracticeServer) -> AsyncWebClient:
    return AsyncWebClient("xoxb-test", base_url=server.api_url, timeout=5)


@pytest.fixture
def sanne(workspace: Workspace) -> Actor:
    return Actor(workspace, SANNE)


def bolt(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(token="xoxb-test", signing_secret="shh", client=client, process_before_response=True)


@asynccontextmanager
async def over_socket(app: AsyncApp, workspace: Workspace, links: int = 1) -> Any:
    """Run a Bolt app by Socket Mode, with this many connections."""
    handlers = [AsyncSocketModeHandler(app, "xapp-test", ping_interval=0.2) for _ in range(links)]
    try:
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]
        await until(lambda: len(workspace.sockets) == links)
        yield handlers
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(app: AsyncApp) -> Any:
    """Run a Bolt app behind a request url, and yield that url."""
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    async with serving(Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])) as url:
        yield f"{url}/slack/events"


@asynccontextmanager
async def serving(app: Starlette) -> Any:
    """Serve any ASGI app on a free loopback port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class Scripted:
    """An app behind a request URL that records requests and gives scripted answers. `replies` holds (status, body)."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.replies: list[tuple[int, str]] = []
        self.delay = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(({name.lower(): value for name, value in request.headers.items()}, await request.text()))
        await asyncio.sleep(self.delay)
        status, body = self.replies.pop(0) if self.replies else (200, "")
        return web.Response(text=body, status=status, content_type="application/json")

    def answers(self, body: Json | str, status: int = 200) -> None:
        self.replies.append((status, body if isinstance(body, str) else json.dumps(body)))

    @property
    def payload(self) -> Json:
        """What came last: the form of a command, the payload of an interaction, the JSON of an event."""
        headers, body = self.requests[-1]
        if headers["content-type"] == "application/json":
            return dict(json.loads(body))
        form = dict(parse_qsl(body, keep_blank_values=True))
        return dict(json.loads(form["payload"])) if "payload" in form else form


@pytest.fixture
async def scripted(workspace: Workspace) -> Any:
    scripted = Scripted()
    app = web.Application()
    app.router.add_post("/", scripted.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    workspace.app = replace(workspace.app, request_url=f"http://127.0.0.1:{runner.addresses[0][1]}/")
    workspace.timeouts.redeliveries = (0.0, 0.01, 0.02)
    yield scripted
    await runner.cleanup()
