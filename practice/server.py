"""The server of the practice workspace: Web API, sockets, response urls and the pages."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from practice.acknowledgements import respond
from practice.links import Link
from practice.manifest import bot_scopes
from practice.model import Json
from practice.refusal import Refusal
from practice.webapi import call
from practice.workspace import Workspace

HANG_SECONDS = 60
POLICY_VIOLATION = 1008


def create_app(workspace: Workspace) -> Starlette:
    """Return the ASGI application that serves a workspace."""
    endpoints = _Endpoints(workspace)
    own: list[BaseRoute] = [
        Route("/api/{method}", endpoints.api, methods=["GET", "POST"]),
        Route("/response/{name}", endpoints.response_url, methods=["POST"]),
        WebSocketRoute("/link/", endpoints.link),
    ]
    return Starlette(routes=[*own, *_pages(workspace)])


def _pages(workspace: Workspace) -> list[BaseRoute]:
    try:
        from practice.pages import routes  # noqa: PLC0415
    except ModuleNotFoundError:
        return []
    return list(routes(workspace))


class _Endpoints:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def api(self, request: Request) -> Response:
        """Answer a Web API call, unless a fault is set."""
        start = time.perf_counter()
        method = request.path_params["method"]
        token, args = await _arguments(request)
        faults = self.workspace.faults
        await asyncio.sleep(faults.slow_seconds)
        status, answer, fault = self._answered(method, token, args)
        hangs = status == _OK and faults.taken_then_timeout > 0
        if hangs:
            faults.taken_then_timeout -= 1
            fault = "taken_then_timeout"
        self.workspace.record("from_app", method, args, answer, 1000 * (time.perf_counter() - start), fault=fault)
        if hangs:
            await _hang(request)
        return JSONResponse(answer, status, headers=self._headers(status))

    def _answered(self, method: str, token: str, args: Json) -> tuple[int, Json, str]:
        faults = self.workspace.faults
        if faults.rate_limited > 0:
            faults.rate_limited -= 1
            return 429, {"ok": False, "error": "ratelimited"}, "rate_limited"
        if faults.server_error > 0:
            faults.server_error -= 1
            return 503, {"ok": False, "error": "service_unavailable"}, "server_error"
        try:
            return _OK, call(self.workspace, method, token, args), ""
        except Refusal as refusal:
            return _OK, refusal.as_answer(), str(refusal)

    def _headers(self, status: int) -> dict[str, str]:
        headers = {"X-OAuth-Scopes": ",".join(bot_scopes(self.workspace.app.manifest))}
        return {**headers, "Retry-After": str(self.workspace.faults.retry_after)} if status == _LIMITED else headers

    async def response_url(self, request: Request) -> Response:
        """Take what the app posts to a response url."""
        answer = json.loads(await request.body())
        status, fault = _OK, ""
        try:
            respond(self.workspace, request.path_params["name"], answer)
        except Refusal as refusal:
            status, fault = 404 if refusal.error.endswith("_url") else 400, str(refusal)
        self.workspace.record("from_app", "response_url", answer, {"status": status}, fault=fault)
        return PlainTextResponse(fault or "ok", status)

    async def link(self, websocket: WebSocket) -> None:
        """Keep one socket of Socket Mode."""
        await websocket.accept()
        link = self.workspace.links.enter(websocket.query_params.get("ticket", ""))
        if link is None:
            await websocket.close(POLICY_VIOLATION)
            return
        sending = asyncio.create_task(_send_all(websocket, link))
        try:
            await websocket.send_json(self._hello())
            async for frame in websocket.iter_json():
                self.workspace.links.acknowledge(frame.get("envelope_id", ""), frame.get("payload") or {})
        finally:
            self.workspace.links.leave(link)
            sending.cancel()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.workspace.links),
            "debug_info": {"host": "practice", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.workspace.app.app_id},
        }


_OK, _LIMITED = 200, 429


async def _arguments(request: Request) -> tuple[str, Json]:
    """Return the token and the arguments, from wherever Slack takes them."""
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= json.loads(await request.body() or b"{}")
    else:
        args |= dict(await request.form())
    in_arguments = str(args.pop("token", ""))
    in_header = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    return in_header or in_arguments, args


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

    def __init__(self, workspace: Workspace, port: int = 0) -> None:
        self.workspace = workspace
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.api_url = f"{self.url}/api/"
        workspace.base_url = self.url
        config = uvicorn.Config(
            create_app(workspace), log_config=None, access_log=False, timeout_graceful_shutdown=1, ws_ping_interval=5
        )
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    async def __aenter__(self) -> PracticeServer:
        self._task = asyncio.create_task(self._serve())
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        if self._task:
            await self._task

    def __enter__(self) -> PracticeServer:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        if self._thread:
            self._thread.join(timeout=5)

    async def _serve(self) -> None:
        """Serve without uvicorn's signal handlers: those belong to the program around it."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._socket.close)
            self._server.config.load()
            self._server.lifespan = self._server.config.lifespan_class(self._server.config)
            await self._server.startup(sockets=[self._socket])
            await self._server.main_loop()
            await self._server.shutdown(sockets=[self._socket])
