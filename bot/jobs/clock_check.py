"""Asks Slack for the time where that is needed, and repairs what was stored with a wrong clock (promise 2)."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs.clock_guard import TOLERANCE, ClockGuard
from meldcode.application.executor import JOB_SECONDS, Executor
from storage.integrity.future import forget_future, has_future
from storage.unit_of_work import StoredUnitOfWork

log = logging.getLogger("meldwijzer.clock")


class ClockCheck:
    """Looks at the clock before each tick. Without a guard (the demo, whose clock is moved) it is always right."""

    def __init__(self, guard: ClockGuard | None, client: AsyncWebClient, executor: Executor[StoredUnitOfWork]) -> None:
        self._guard = guard
        self._client = client
        self._executor = executor
        self._is_repaired = False

    @property
    def is_doubtful(self) -> bool:
        """Whether reminders and destruction wait."""
        return self._guard is not None and self._guard.is_doubtful

    async def is_right(self) -> bool:
        """Whether the work of a tick may be done now."""
        if self._guard is None:
            return True
        if self._guard.needs_answer:
            await self._ask()
        self._is_repaired &= not self._guard.was_corrected()
        if self._guard.is_doubtful:
            return False
        if not self._is_repaired:
            await self._executor.execute(_repair, seconds=JOB_SECONDS)
            self._is_repaired = True
        return True

    async def _ask(self) -> None:
        """Any answer has the time; which one it is does not matter."""
        with suppress(SlackApiError, aiohttp.ClientError, TimeoutError):
            await self._client.api_test()


def _repair(uow: StoredUnitOfWork, now: datetime) -> None:
    connection, after = uow.session.connection, now + TOLERANCE
    if has_future(connection, after):
        log.warning("The clock was ahead before. What was computed for later is computed again.")
        forget_future(connection, after, now)
