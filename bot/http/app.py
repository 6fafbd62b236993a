"""The HTTP surface: Slack's requests, which pass the gate, the pages of an installation, health and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.http.gate import Gate
from bot.jobs.component_log import ComponentLog
from handlers.controllers.install import INSTALL, REDIRECT, trouble_page

EVENTS = "/slack/events"
STARTING = "It is starting. If this lasts, its log and `meldwijzer doctor` say what it waits for."


class Front:
    """Passes requests on to the program; until that has started everything is answered with 503."""

    def __init__(self) -> None:
        self.app: ASGIApp = JSONResponse({"ok": False, "failing": ["start"], "reason": STARTING}, status_code=503)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await self.app(scope, receive, send)


def web_app(
    gate: Gate | None,
    is_healthy: Callable[[], bool],
    is_ready: Callable[[], bool],
    components: ComponentLog,
    metrics: Callable[[], Awaitable[bytes]] | None = None,
) -> ASGIApp:
    """Return the ASGI application; without `gate` (Socket Mode, a worker) only health, readiness and metrics."""

    async def healthz(_request: Request) -> Response:
        return _state(await run_in_threadpool(is_healthy), components)

    async def readyz(_request: Request) -> Response:
        return _state(await run_in_threadpool(is_ready), components)

    async def measured(_request: Request) -> Response:
        return Response(await metrics() if metrics else b"", media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if metrics:
        routes.append(Route("/metrics", measured))
    if gate is None:
        return Starlette(routes=routes)
    handler = cast(ASGIApp, AsyncSlackRequestHandler(gate.slack, path=EVENTS))
    pages = (INSTALL, REDIRECT) if gate.slack.oauth_flow else ()
    routes += [Route(page, Entrance(handler), methods=["GET"]) for page in pages]
    return Starlette(routes=[*routes, Route(EVENTS, gate, methods=["POST"])])


def _state(is_well: bool, components: ComponentLog) -> Response:
    return JSONResponse({"ok": is_well, "failing": components.failing}, status_code=200 if is_well else 503)


class Entrance:
    """The pages of an installation. Errors become a kind page, and nothing of the address is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, also after an error."""
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            page = trouble_page(error)
            if not answer.has_begun:
                await Response(page.body, page.status, page.first_headers())(scope, receive, send)


class _Answer:
    """Passes a response on, and remembers whether it has started."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        self.has_begun = True
        self.status = message.get("status", self.status)
        await self._send(message)
