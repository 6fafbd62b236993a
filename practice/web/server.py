"""The server of the practice workspace: Web API, sockets, response urls and the pages."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from practice.api.acknowledgements import respond
from practice.api.arguments import parsed
from practice.api.methods import call
from practice.api.oauth import address_after_consent
from practice.api.uploads import uploaded
from practice.model import Json
from practice.refusal import ApiError
from practice.state.manifest import bot_scopes
from practice.state.sockets import Link
from practice.state.workspace import Workspace
from practice.web import pages

HANG_SECONDS = 60
START_SECONDS = 5
POLICY_VIOLATION = 1008


def create_app(workspace: Workspace, others: Sequence[Workspace] = ()) -> Starlette:
    """Return the ASGI application that serves a workspace, and its app in others too; pages are of the first alone."""
    all_of_them = [_Endpoints(one) for one in (workspace, *others)]
    endpoints = all_of_them[0]

    async def api(request: Request) -> Response:
        token = _token_in_header(request)
        found = (one for one in all_of_them if token and token == one.workspace.app.bot_token)
        return await next(found, endpoints).api(request)

    async def authorize(request: Request) -> Response:
        try:
            return RedirectResponse(address_after_consent((workspace, *others), dict(request.query_params)), _FOUND)
        except ApiError as refusal:
            return PlainTextResponse(str(refusal), 400)

    own: list[BaseRoute] = [
        Route("/api/{method}", api, methods=["GET", "POST"]),
        Route("/oauth/v2/authorize", authorize, methods=["GET"]),
        WebSocketRoute("/link/", endpoints.link),
        *endpoints.addresses(),
        *(Mount(f"/{one.workspace.app.team_id}", routes=one.addresses()) for one in all_of_them[1:]),
    ]
    return Starlette(routes=[*own, *pages.routes(workspace)])


class _Endpoints:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def addresses(self) -> list[BaseRoute]:
        """The addresses that the workspace hands out."""
        return [
            Route("/response/{name}", self.response_url, methods=["POST"]),
            Route("/upload/v1/{address}", self.upload, methods=["POST"]),
        ]

    async def api(self, request: Request) -> Response:
        """Answer a Web API call, unless a fault is set."""
        start = time.perf_counter()
        method, faults = request.path_params["method"], self.workspace.faults
        await asyncio.sleep(faults.slow_seconds)
        args, status, answer, fault = await self._answered(method, request)
        hangs = status == _OK and faults.taken_then_timeout > 0
        if hangs:
            faults.taken_then_timeout -= 1
            fault = "taken_then_timeout"
        took = 1000 * (time.perf_counter() - start)
        self.workspace.record("from_app", method, _legible(args), answer, took, fault=fault)
        if hangs:
            await _hang(request)
        return JSONResponse(answer, status, headers=self._headers(status))

    async def _answered(self, method: str, request: Request) -> tuple[Json, int, Json, str]:
        args: Json = {}
        try:
            token, args = await _arguments(request)
            if trouble := self._trouble(method, str(args.get("channel", ""))):
                return args, *trouble
            return args, _OK, call(self.workspace, method, token, args), self._slowness()
        except ApiError as refusal:
            return args, _OK, refusal.as_answer(), str(refusal)

    def _trouble(self, method: str, channel: str) -> tuple[int, Json, str] | None:
        faults = self.workspace.faults
        if faults.rate_limited > 0:
            faults.rate_limited -= 1
            return _LIMITED, {"ok": False, "error": "ratelimited"}, "rate_limited"
        if wait := faults.limited_by_rate(method, channel, _machine_time()):
            faults.retry_after = wait
            return _LIMITED, {"ok": False, "error": "ratelimited"}, "rate_limited"
        if faults.server_error > 0:
            faults.server_error -= 1
            return _UNAVAILABLE, {"ok": False, "error": "service_unavailable"}, "server_error"
        if faults.refuses:
            return _OK, {"ok": False, "error": faults.refuses}, faults.refuses
        return None

    def _slowness(self) -> str:
        return "slow" if self.workspace.faults.slow_seconds else ""

    def _headers(self, status: int) -> dict[str, str]:
        headers = {"X-OAuth-Scopes": ",".join(bot_scopes(self.workspace.app.manifest))}
        return {**headers, "Retry-After": str(self.workspace.faults.retry_after)} if status == _LIMITED else headers

    async def response_url(self, request: Request) -> Response:
        """Take what the app posts to a response url."""
        answer: Json = {}
        status, fault = _OK, ""
        try:
            answer = parsed((await request.body()).decode(), "invalid_payload")
            respond(self.workspace, request.path_params["name"], answer)
        except ApiError as refusal:
            status, fault = 404 if refusal.error.endswith("_url") else 400, str(refusal)
        self.workspace.record("from_app", "response_url", answer, {"status": status}, fault=fault)
        return PlainTextResponse(fault or "ok", status)

    async def upload(self, request: Request) -> Response:
        """Take a file that the app announced."""
        file: Json = {}
        status, fault = _OK, ""
        try:
            file = await uploaded(self.workspace.files, request)
        except ApiError as refusal:
            status, fault = 400, str(refusal)
        self.workspace.record("from_app", "upload", file, {"status": status}, fault=fault)
        return PlainTextResponse(fault or f"OK - {file['size']}", status)

    async def link(self, websocket: WebSocket) -> None:
        """Keep one socket of Socket Mode."""
        await websocket.accept()
        link = self.workspace.links.enter(websocket.query_params.get("ticket", ""))
        if link is None:
            await websocket.close(POLICY_VIOLATION)
            return
        link.outbox.put_nowait(self._hello())
        sending = asyncio.create_task(_send_all(websocket, link))
        try:
            async for frame in websocket.iter_json():
                self._acknowledged(frame.get("envelope_id", ""), frame.get("payload") or {})
        finally:
            self.workspace.links.leave(link)
            sending.cancel()

    def _acknowledged(self, envelope_id: str, payload: Json) -> None:
        late = self.workspace.links.acknowledge(envelope_id, payload)
        if late:
            what, seconds = late
            self.workspace.record(
                "to_app", f"{what} (acknowledged)", {}, payload, 1000 * seconds, fault="late_acknowledgement"
            )

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.workspace.links),
            "debug_info": {"host": "practice", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.workspace.app.app_id},
        }


def _machine_time() -> datetime:
    return datetime.now(UTC)


_OK, _FOUND, _LIMITED, _UNAVAILABLE = 200, 302, 429, 503
_PACKED = {"view", "blocks", "files", "message"}


async def _arguments(request: Request) -> tuple[str, Json]:
    """Return the token and the arguments, from wherever Slack takes them."""
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= parsed((await request.body()).decode() or "{}", "invalid_json")
    else:
        args |= dict(await request.form())
    in_arguments = str(args.pop("token", ""))
    return _token_in_header(request) or in_arguments, args | _credentials(request)


def _token_in_header(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else ""


def _credentials(request: Request) -> Json:
    """The client id and secret, from the header in which the SDK sends them."""
    kind, _, packed = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    client_id, _, secret = base64.b64decode(packed).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}


def _legible(args: Json) -> Json:
    """Return the arguments for the traffic, with views and blocks as they are instead of as JSON text."""
    shown = {name: value for name, value in args.items() if name != "client_secret"}
    return {name: _unpacked(value) if name in _PACKED else value for name, value in shown.items()}


def _unpacked(value: Any) -> Any:
    with contextlib.suppress(TypeError, json.JSONDecodeError):
        return json.loads(value)
    return value


async def _hang(request: Request) -> None:
    """Leave the app waiting until it gives up."""
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline and not await request.is_disconnected():
        await asyncio.sleep(0.02)


async def _send_all(websocket: WebSocket, link: Link) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (frame := await link.outbox.get()) is not None:
            await websocket.send_json(frame)
        await websocket.close()


class PracticeServer:
    """Runs a workspace on a loopback port, as a context manager: `async with` here, `with` in a thread."""

    def __init__(self, workspace: Workspace, port: int = 0, *, others: Sequence[Workspace] = ()) -> None:
        self.workspace = workspace
        self.others = others
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.api_url = f"{self.url}/api/"
        workspace.base_url = self.url
        for other in others:
            other.base_url = f"{self.url}/{other.app.team_id}"
        self._running: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self._is_ready = threading.Event()
        self._stop: Callable[[], object] = lambda: None

    async def __aenter__(self) -> PracticeServer:
        self._running = asyncio.create_task(self._serve())
        while not self._is_ready.is_set() and not self._running.done():
            await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        if self._running:
            await self._running

    def __enter__(self) -> PracticeServer:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        if not self._is_ready.wait(START_SECONDS):
            raise TimeoutError("the practice server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        if self._thread:
            self._thread.join(START_SECONDS)

    async def _serve(self) -> None:
        """Serve until told to stop. Signals are left to the program around it, unlike `uvicorn.Server.serve`."""
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        server = self._uvicorn()
        await server.startup([self._socket])
        self._is_ready.set()
        await stopping.wait()
        self.workspace.touch()  # open pages wait for news, and the server would wait for them
        await server.shutdown([self._socket])

    def _uvicorn(self) -> uvicorn.Server:
        config = uvicorn.Config(
            create_app(self.workspace, self.others),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            ws_ping_interval=5,
            lifespan="off",
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        return server
