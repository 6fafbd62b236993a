"""Serves HTTP to strangers: they may be slow, or many, and the others do not wait for them.

uvicorn itself waits for ever for a request that was begun, and 1,100 of these used up all that a process may open.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.settings import ConfigError

REQUEST_SECONDS = 5
"""What a request that is under way gets to end; Slack waits 3 s for an answer."""
CONNECTIONS_AT_ONCE = 100
"""So many are accepted before the first of them can be closed again."""
HEADER_SECONDS = 5
"""What a connection gets to send the headers of a request."""
HEADER_BYTES = 64 * 1024
"""What a request may have beside its body; Slack sends less than 2 kB. uvicorn keeps headers without end."""
MOST_CONNECTIONS = 400
"""A process may often open 1,024 files. When there are more, those go first that wait longest for a whole request."""


async def listen(app: object, host: str, port: int) -> None:
    """Serve an ASGI application until cancelled; requests under way are answered then. Raises ConfigError."""
    async with listening(app, host, port) as until_cancelled:
        await until_cancelled()


@asynccontextmanager
async def listening(app: object, host: str, port: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Serve an ASGI application from now on, and give what `listen` does with it. Raises ConfigError."""
    server = _Server(_config(app, host, port))
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    try:
        if serving.done():
            await serving
        yield partial(_until_cancelled, server, serving)
    finally:
        await _stop(server, serving)


def _config(app: object, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        http=_Connection,
        backlog=CONNECTIONS_AT_ONCE,
        timeout_graceful_shutdown=REQUEST_SECONDS,
    )


async def _until_cancelled(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    try:
        await asyncio.shield(serving)
    finally:
        await _stop(server, serving)


async def _stop(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    await serving


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers."""

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    @override
    async def startup(self, sockets: Any = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit as error:
            where = f"{self.config.host}, port {self.config.port}"
            why = "another program has it, or it is not this machine's"
            raise ConfigError(f"{where} (HOST, PORT) cannot be used: {why}.") from error


class _Connection(HttpToolsProtocol):
    """A connection that is closed when it is late, sends too many headers, or when others need its place."""

    _deadline: asyncio.TimerHandle | None = None
    _beside_body = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_headers()
        if len(self.connections) > MOST_CONNECTIONS:
            waiting = (one for one in self.connections if isinstance(one, _Connection) and one.is_waiting)
            min(waiting, key=lambda one: one.since, default=self).transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self._beside_body += len(data)
        super().data_received(data)
        if self._beside_body > HEADER_BYTES:
            self.transport.abort()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_headers()
        self._beside_body = 0

    @override
    def on_body(self, body: bytes) -> None:
        self._beside_body -= len(body)
        super().on_body(body)

    @override
    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    @property
    def is_waiting(self) -> bool:
        """Whether it is open, and no whole request of it is being answered."""
        is_whole = self.cycle is not None and not self.cycle.more_body
        return not self.transport.is_closing() and (not is_whole or self.cycle.response_complete)

    def _wait_for_headers(self) -> None:
        self._stop_waiting()
        self.since = self.loop.time()
        self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()
