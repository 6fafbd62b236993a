"""The Socket Mode connection to Slack. One that stopped receiving, or lost one of its tasks, is replaced."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.settings import Settings
from bot.slack_access import NoSocket
from handlers.app import quiet_logger

log = logging.getLogger("meldwijzer")
DEAF_SECONDS = 120
"""What the SDK gets to connect again by itself. It can also stop receiving after that, without an error."""
LOOK_EVERY = 1.0
QUIET_SECONDS = 60.0
CONNECT_SECONDS = 15


class LinkLost(Exception):
    """Slack's requests no longer arrive over this connection."""


class _Once(logging.Filter):
    """Lets the first complaint of the SDK through. It repeats them every few seconds for as long as Slack is away."""

    def __init__(self) -> None:
        super().__init__()
        self._last = -QUIET_SECONDS

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        is_new, self._last = not self.told_lately, time.monotonic()
        record.exc_info = record.exc_text = None
        return is_new

    @property
    def told_lately(self) -> bool:
        """Whether the SDK complained less than a minute ago."""
        return time.monotonic() - self._last < QUIET_SECONDS


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which also tells how each request was answered."""

    answered: Callable[[int], None]

    @override
    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        started = time.time()
        response = await run_async_bolt_app(self.app, req)
        self.answered(response.status)
        await send_async_response(client, req, response, started)


class SocketLink:
    """A Socket Mode connection; each `run` after a failure opens a new one."""

    def __init__(self, slack: AsyncApp, settings: Settings, answered: Callable[[int], None]) -> None:
        self._slack = slack
        self._settings = settings
        self._answered = answered
        self._link: _Handler | None = None
        self._complaints = _Once()
        self._logger = logging.Logger("slack_sdk.socket_mode", logging.WARNING)
        self._logger.parent = logging.getLogger()
        self._logger.addFilter(self._complaints)

    async def open(self) -> None:
        """Open the connection. Raises errors of Slack and of the network, which the SDK itself retries for ever."""
        token = self._settings.slack_app_token.get_secret_value()
        client = AsyncWebClient(base_url=self._settings.slack_api_url, logger=quiet_logger())
        said = await client.apps_connections_open(app_token=token)
        self._link = _Handler(self._slack, token, logger=self._logger, web_client=client)
        self._link.answered = self._answered
        self._link.client.wss_uri = said["url"]
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._link.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            await self._close()
            raise NoSocket from error

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Keep the connection open until cancelled. Raises LinkLost when it does not work any more."""
        try:
            if self._link is None:
                await self.open()
            await self._watch(heartbeat)
            raise LinkLost
        finally:
            await self._close()

    async def _watch(self, heartbeat: Callable[[], None]) -> None:
        assert self._link  # noqa: S101 - it was opened
        client, worked, is_down = self._link.client, time.monotonic(), False
        while time.monotonic() - worked <= DEAF_SECONDS and not client.message_processor.done():
            was_down, is_down = is_down, not await client.is_connected()
            if not is_down:
                if was_down and self._complaints.told_lately:
                    log.warning("The connection to Slack works again.")
                worked = time.monotonic()
                heartbeat()
            await asyncio.sleep(LOOK_EVERY)

    async def _close(self) -> None:
        link, self._link = self._link, None
        if link:
            await link.close_async()  # type: ignore[no-untyped-call]
