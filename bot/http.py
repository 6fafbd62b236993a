"""The HTTP surface: Slack's requests, health and readiness.

Slack's requests pass a gate before Bolt sees them: what is too large, has no readable timestamp or is no UTF-8 gets a
short answer. Bolt itself would raise on these, and log whole bodies (docs/CONTRIBUTING.md, Traps).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers.controllers.install import INSTALL, REDIRECT, trouble_page
from handlers.platform.errors import log_error

EVENTS = "/slack/events"
MOST_DIGITS = 12
"""The most digits of a timestamp in seconds. Bolt fails on larger numbers."""
LARGEST = 1_000_000
"""Bytes of a request. Slack's largest view is 250 KB before form encoding."""


def web_app(slack: AsyncApp | None, is_healthy: Callable[[], bool], is_ready: Callable[[], bool]) -> ASGIApp:
    """Return the ASGI application; without `slack` (Socket Mode, a worker) only health and readiness."""

    async def healthz(_request: Request) -> Response:
        return _state(await run_in_threadpool(is_healthy))

    async def readyz(_request: Request) -> Response:
        return _state(await run_in_threadpool(is_ready))

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if slack is None:
        return Starlette(routes=routes)
    handler = cast(ASGIApp, AsyncSlackRequestHandler(slack, path=EVENTS))
    pages = (INSTALL, REDIRECT) if slack.oauth_flow else ()
    routes += [Route(page, Entrance(handler), methods=["GET"]) for page in pages]
    return Starlette(routes=[*routes, Route(EVENTS, Gate(handler), methods=["POST"])])


def _state(is_well: bool) -> Response:
    return JSONResponse({"ok": is_well}, status_code=200 if is_well else 503)


class Gate:
    """Passes on what Bolt can read, and refuses the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on."""
        request = Request(scope, receive)
        body = await _body(request)
        if refusal := _refusal(request, body):
            await refusal(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, _replayed(body or b""), answer)
        except Exception as error:
            log_error(error, "request")
            if not answer.has_begun:
                await Response(status_code=400)(scope, receive, send)


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

    async def __call__(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is too large."""
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _refusal(request: Request, body: bytes | None) -> Response | None:
    if body is None:
        return Response(status_code=413)
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    is_moment = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MOST_DIGITS
    if not is_moment or "x-slack-signature" not in request.headers:
        return Response(status_code=401)
    try:
        body.decode()
    except UnicodeDecodeError:
        return Response(status_code=400)
    return None


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
