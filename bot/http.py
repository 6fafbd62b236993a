"""The HTTP surface: Slack's requests, health and readiness.

Slack's requests pass a gate before Bolt sees them: what is too large or slow, is not fresh or is no UTF-8 gets a short
answer, if possible before its body is read. Bolt itself would raise on these, and log whole bodies
(docs/CONTRIBUTING.md, Traps).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import cast

from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.jobs.component_log import ComponentLog
from handlers.controllers.install import INSTALL, REDIRECT, trouble_page
from handlers.platform.errors import log_error

EVENTS = "/slack/events"
MOST_DIGITS = 12
"""The most digits of a timestamp in seconds. Bolt fails on larger numbers."""
LARGEST = 1_000_000
"""Bytes of a request. Slack's largest view is 250 KB before form encoding."""
MOST_HELD = 32_000_000
"""Bytes of all requests that are being read. Anybody can send what looks signed."""
BODY_SECONDS = 3.0
"""What a request gets to arrive. Slack has given up by then."""
FRESH_SECONDS = 300
"""How old a request may be; Bolt says the same, after it has read it."""


def web_app(
    slack: AsyncApp | None,
    is_healthy: Callable[[], bool],
    is_ready: Callable[[], bool],
    components: ComponentLog,
    metrics: Callable[[], Awaitable[bytes]] | None = None,
) -> ASGIApp:
    """Return the ASGI application; without `slack` (Socket Mode, a worker) only health, readiness and metrics."""

    async def healthz(_request: Request) -> Response:
        return _state(await run_in_threadpool(is_healthy), components)

    async def readyz(_request: Request) -> Response:
        return _state(await run_in_threadpool(is_ready), components)

    async def measured(_request: Request) -> Response:
        return Response(await metrics() if metrics else b"", media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if metrics:
        routes.append(Route("/metrics", measured))
    if slack is None:
        return Starlette(routes=routes)
    handler = cast(ASGIApp, AsyncSlackRequestHandler(slack, path=EVENTS))
    pages = (INSTALL, REDIRECT) if slack.oauth_flow else ()
    routes += [Route(page, Entrance(handler), methods=["GET"]) for page in pages]
    return Starlette(routes=[*routes, Route(EVENTS, Gate(handler, components), methods=["POST"])])


def _state(is_well: bool, components: ComponentLog) -> Response:
    return JSONResponse({"ok": is_well, "failing": components.failing}, status_code=200 if is_well else 503)


class Gate:
    """Passes on what Bolt can read, and refuses the rest."""

    def __init__(self, app: ASGIApp, components: ComponentLog) -> None:
        self._app = app
        self._components = components
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on."""
        request = Request(scope, receive)
        try:
            body = _checked(request) or await self._body(request)
        except ClientDisconnect:
            return
        if isinstance(body, Response):
            self._components.requests["refused"] += 1
            await body(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, _replayed(body), answer)
            self._components.answered(answer.status)
        except Exception as error:
            log_error(error, "request")
            self._components.requests["failed"] += 1
            if not answer.has_begun:
                await Response(status_code=400)(scope, receive, send)

    async def _body(self, request: Request) -> bytes | Response:
        """The body, or an answer when it is too large, too slow, too much beside the others, or no text."""
        parts = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    parts += part
                    self._held += len(part)
                    if len(parts) > LARGEST or self._held > MOST_HELD:
                        return _refused(413 if len(parts) > LARGEST else 503)
            parts.decode()
        except TimeoutError:
            return _refused(408)
        except UnicodeDecodeError:
            return _refused(400)
        finally:
            self._held -= len(parts)
        return bytes(parts)


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


def _checked(request: Request) -> Response | None:
    """What the headers alone tell: an answer when they cannot be Slack's."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    is_moment = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MOST_DIGITS
    if not is_moment or abs(time.time() - int(timestamp)) > FRESH_SECONDS:
        return _refused(401)
    if not request.headers.get("x-slack-signature", "").startswith("v0="):
        return _refused(401)
    length = request.headers.get("content-length", "0")
    return _refused(413) if not length.isdigit() or int(length) > LARGEST else None


def _refused(status: int) -> Response:
    """Closes the connection, so that the rest of a body is not waited for."""
    return Response(status_code=status, headers={"Connection": "close"})


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
