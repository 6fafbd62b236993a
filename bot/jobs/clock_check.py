"""Asks Slack for the time where that is needed, and repairs what was stored with a wrong clock (promise 2)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.jobs.clock_guard import TOLERANCE, ClockGuard
from handlers.platform.slack_errors import Meaning, code_of, meaning_of
from meldcode.application.executor import JOB_SECONDS, Executor
from storage.integrity.future import forget_future, has_future
from storage.unit_of_work import StoredUnitOfWork

log = logging.getLogger("meldwijzer.clock")

ASKED_AGAIN = 60.0
"""Seconds after which Slack is asked again whether it takes the token, though nothing is to be sent."""


class ClockCheck:
    """Looks at the clock before each tick. Without a guard (the demo, whose clock is moved) it is always right."""

    def __init__(
        self,
        guard: ClockGuard | None,
        client: AsyncWebClient,
        executor: Executor[StoredUnitOfWork],
        note: Callable[[str], None] = lambda _refusal: None,
    ) -> None:
        self._guard = guard
        self._client = client
        self._executor = executor
        self._note = note
        """Gets why Slack refuses the token of the settings, or nothing if it takes it."""
        self._is_repaired = False
        self._asked_at = monotonic()  # a start asks by itself

    @property
    def is_doubtful(self) -> bool:
        """Whether reminders and destruction wait."""
        return self._guard is not None and self._guard.is_doubtful

    @property
    def fault(self) -> str:
        """How far the clock is off, in words; empty if it is right."""
        return self._guard.fault if self._guard else ""

    async def ask_again(self, *, now: bool) -> None:
        """Ask Slack whether it takes the token, and what time it is: `now`, or if the last time was a minute ago."""
        if now or monotonic() - self._asked_at > ASKED_AGAIN or (self._guard and self._guard.needs_answer):
            await self._ask()

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
        """Any answer has the time; one about a token also says whether that is still accepted."""
        self._asked_at = monotonic()
        try:
            await (self._client.auth_test() if self._client.token else self._client.api_test())
        except SlackApiError as error:
            if meaning_of(error) is Meaning.LOCKED_OUT:
                self._note(code_of(error))
        except (aiohttp.ClientError, TimeoutError):
            pass  # the session notes it
        else:
            self._note("")


def _repair(uow: StoredUnitOfWork, now: datetime) -> None:
    connection, after = uow.session.connection, now + TOLERANCE
    if has_future(connection, after):
        log.warning("The clock was ahead before. What was computed for later is computed again.")
        forget_future(connection, after, now)
