"""Runs the practice workspace on a loopback port: the endpoints for the app, and the pages for people."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

import uvicorn
from starlette.applications import Starlette

from practice.state.workspace import Workspace
from practice.web import endpoints, pages

START_SECONDS = 5
STOP_SECONDS = 4
"""More than an app may take to acknowledge, so that somebody who just clicked still gets an answer."""


def create_app(workspace: Workspace, others: Sequence[Workspace] = ()) -> Starlette:
    """Return the ASGI application. The app may be installed in `others` too; the pages show the first workspace."""
    return Starlette(routes=[*endpoints.routes((workspace, *others)), *pages.routes(workspace)])


class PracticeServer:
    """A running workspace, as a context manager: `async with` runs it in this event loop, `with` in a thread."""

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
        """Serve until told to stop. Unlike `uvicorn.Server.serve`, this does not handle signals."""
        loop, stopping = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopping.set)
        server = self._uvicorn()
        await server.startup([self._socket])
        self._is_ready.set()
        await stopping.wait()
        self.workspace.touch()  # answers the pages that wait for a change; the server would wait for them
        await server.shutdown([self._socket])

    def _uvicorn(self) -> uvicorn.Server:
        config = uvicorn.Config(
            create_app(self.workspace, self.others),
            log_config=None,
            access_log=False,
            date_header=False,  # the workspace has a clock of its own
            timeout_graceful_shutdown=STOP_SECONDS,
            ws_ping_interval=5,
            lifespan="off",
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        return server
