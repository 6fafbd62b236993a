"""What the app calls: the Web API, response URLs, uploads, OAuth consent and the sockets of Socket Mode."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import UTC
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from practice.api.arguments import parsed
from practice.api.messages import respond
from practice.api.methods import call
from practice.api.oauth import address_after_consent
from practice.api.uploads import receive_file
from practice.errors import ApiError
from practice.model import Json
from practice.state.manifest import bot_scopes
from practice.state.sockets import Socket, is_dropped
from practice.state.workspace import Workspace
from practice.web.requests import bearer_token, read_arguments, readable

HANG_SECONDS = 60
POLICY_VIOLATION = 1008
_OK, _FOUND, _BAD_REQUEST, _NOT_FOUND, _LIMITED, _UNAVAILABLE = 200, 302, 400, 404, 429, 503


def routes(workspaces: Sequence[Workspace]) -> list[BaseRoute]:
    """Return the routes for the app, which may be installed in several workspaces. Sockets belong to the first."""
    endpoints = [_Endpoints(workspace) for workspace in workspaces]

    async def api(request: Request) -> Response:
        token = bearer_token(request)
        found = (one for one in endpoints if token and token == one.workspace.app.bot_token)
        return await next(found, endpoints[0]).api(request)

    async def authorize(request: Request) -> Response:
        try:
            return RedirectResponse(address_after_consent(workspaces, dict(request.query_params)), _FOUND)
        except ApiError as error:
            return PlainTextResponse(str(error), _BAD_REQUEST)

    return [
        Route("/api/{method}", api, methods=["GET", "POST"]),
        Route("/oauth/v2/authorize", authorize, methods=["GET"]),
        WebSocketRoute("/link/", endpoints[0].link),
        *endpoints[0].own_routes(),
        *(Mount(f"/{one.workspace.app.team_id}", routes=one.own_routes()) for one in endpoints[1:]),
    ]


class _Endpoints:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def own_routes(self) -> list[BaseRoute]:
        """Return the routes for the addresses that this workspace hands out."""
        return [
            Route("/response/{name}", self.response_url, methods=["POST"]),
            Route("/upload/v1/{address}", self.upload, methods=["POST"]),
        ]

    async def api(self, request: Request) -> Response:
        """Answer a Web API call, unless a fault spoils it."""
        start = time.perf_counter()
        method, faults = request.path_params["method"], self.workspace.faults
        await asyncio.sleep(faults.slow_seconds)
        args, status, answer, fault, wait = await self._answered(method, request)
        hangs = status == _OK and faults.taken_then_timeout > 0
        if hangs:
            faults.taken_then_timeout -= 1
            fault = "taken_then_timeout"
        took = 1000 * (time.perf_counter() - start)
        self.workspace.record("from_app", method, readable(args), answer, took, fault=fault)
        if hangs:
            await _hang(request)
        return JSONResponse(answer, status, headers=self._headers(wait))

    async def _answered(self, method: str, request: Request) -> tuple[Json, int, Json, str, int]:
        args: Json = {}
        try:
            token, args = await read_arguments(request)
            if spoiled := self._fault(method, str(args.get("channel", ""))):
                return args, *spoiled
            return args, _OK, call(self.workspace, method, token, args), self._slowness(), 0
        except ApiError as error:
            return args, _OK, error.as_answer(), str(error), 0

    def _fault(self, method: str, channel: str) -> tuple[int, Json, str, int] | None:
        """The status, answer and name of what spoils a call, and how many seconds the app must wait."""
        faults = self.workspace.faults
        if faults.rate_limited > 0:
            faults.rate_limited -= 1
            return _LIMITED, {"ok": False, "error": "ratelimited"}, "rate_limited", faults.retry_after
        rates = self.workspace.rates
        if rates and (wait := rates.wait(method, channel, self.workspace.now())):
            return _LIMITED, {"ok": False, "error": "ratelimited"}, "rate_limited", wait
        if faults.server_error > 0:
            faults.server_error -= 1
            return _UNAVAILABLE, {"ok": False, "error": "service_unavailable"}, "server_error", 0
        if faults.refuses:
            return _OK, {"ok": False, "error": faults.refuses}, faults.refuses, 0
        return None

    def _slowness(self) -> str:
        return "slow" if self.workspace.faults.slow_seconds else ""

    def _headers(self, wait: int) -> dict[str, str]:
        date = format_datetime(self.workspace.now().astimezone(UTC), usegmt=True)
        headers = {"Date": date, "X-OAuth-Scopes": ",".join(bot_scopes(self.workspace.app.manifest))}
        return {**headers, "Retry-After": str(wait)} if wait else headers

    async def response_url(self, request: Request) -> Response:
        """Carry out what the app posts to a response URL."""
        answer: Json = {}
        status, fault = _OK, ""
        try:
            answer = parsed((await request.body()).decode(), "invalid_payload")
            respond(self.workspace, request.path_params["name"], answer)
        except ApiError as error:
            status, fault = _NOT_FOUND if error.error.endswith("_url") else _BAD_REQUEST, str(error)
        self.workspace.record("from_app", "response_url", answer, {"status": status}, fault=fault)
        return PlainTextResponse(fault or "ok", status)

    async def upload(self, request: Request) -> Response:
        """Receive a file that the app announced."""
        file: Json = {}
        status, fault = _OK, ""
        try:
            file = await receive_file(self.workspace.files, request)
        except ApiError as error:
            status, fault = _BAD_REQUEST, str(error)
        self.workspace.record("from_app", "upload", file, {"status": status}, fault=fault)
        return PlainTextResponse(fault or f"OK - {file['size']}", status)

    async def link(self, websocket: WebSocket) -> None:
        """Serve one socket of Socket Mode until it closes."""
        await websocket.accept()
        socket = self.workspace.sockets.enter(websocket.query_params.get("ticket", ""))
        if socket is None:
            await websocket.close(POLICY_VIOLATION)
            return
        socket.outbox.put_nowait(self._hello())
        sending = asyncio.create_task(_send_all(websocket, socket))
        try:
            async for frame in websocket.iter_json():
                self._receive(frame)
        finally:
            self.workspace.sockets.leave(socket)
            sending.cancel()

    def _receive(self, frame: Json) -> None:
        """Accept an acknowledgement. One that is too large is dropped, and the person gets a timeout."""
        payload = frame.get("payload") or {}
        if is_dropped(frame):
            self.workspace.record("to_app", "response", {}, payload, fault="response_too_large")
            return
        late = self.workspace.sockets.acknowledge(frame.get("envelope_id", ""), payload)
        if late:
            what, seconds = late
            self.workspace.record(
                "to_app", f"{what} (acknowledged)", {}, payload, 1000 * seconds, fault="late_acknowledgement"
            )

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.workspace.sockets),
            "debug_info": {"host": "practice", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.workspace.app.app_id},
        }


async def _hang(request: Request) -> None:
    """Keep the app waiting until it gives up."""
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline and not await request.is_disconnected():
        await asyncio.sleep(0.02)


async def _send_all(websocket: WebSocket, socket: Socket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (frame := await socket.outbox.get()) is not None:
            await websocket.send_json(frame)
        await websocket.close()
