"""Asks Slack which accounts belong to no colleague (any more), at start and then daily (G5).

An account may have been closed while the bot was down. The schools file can name a bot, a stranger, a guest
that it does not say it means, or nobody at all.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.jobs.clock_guard import TOLERANCE
from handlers.platform.errors import log_error
from handlers.platform.jobs import LEFT_BEHIND
from handlers.platform.members import is_nobody
from handlers.platform.services import Services
from handlers.platform.slack_errors import code_of, retry_after
from handlers.platform.workspaces import NotInstalled
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.accounts import accounts, leave_or_return
from meldcode.domain.staff import Identity

AT_ONCE, PAUSE = 50, 60.0
"""After so many questions the seconds until the next: Slack answers some hundred a minute."""
LONGEST_WAIT = timedelta(minutes=1)
EVERY = timedelta(days=1)
UNKNOWN = "user_not_found"


class AccountWatch:
    """Asks for each account once a day, in a worker."""

    def __init__(self, executor: Executor[UnitOfWork], services: Services) -> None:
        self._executor = executor
        self._services = services
        self._asked_at: datetime | None = None

    async def ask(self) -> None:
        """Ask, if it was not done in the last day; note each difference as it is found."""
        now = await self._executor.execute(lambda _uow, now: now, seconds=JOB_SECONDS)
        if self._asked_at and now < self._asked_at + EVERY:
            return
        self._asked_at = now
        known = await self._executor.execute(accounts, seconds=JOB_SECONDS)
        for number, (who, was_gone) in enumerate(known.items(), start=1):
            since = asyncio.get_running_loop().time()
            is_gone = await self._is_nobody(who)
            if is_gone is not None and await self._note(who, since, was_gone=was_gone, is_gone=is_gone):
                await self._executor.execute_in_parts(LEFT_BEHIND, JOB_SECONDS)
            if number % AT_ONCE == 0:
                await asyncio.sleep(PAUSE)

    async def _note(self, who: Identity, since: float, *, was_gone: bool, is_gone: bool) -> bool:
        """Note what Slack said, and when it was asked: an event from before changes nothing any more (promise 9)."""
        loop = asyncio.get_running_loop()

        def note(uow: UnitOfWork, now: datetime) -> bool:
            asked_at = (now - TOLERANCE - timedelta(seconds=loop.time() - since)).replace(microsecond=0)
            uow.identities.is_news(who, asked_at)
            if is_gone != was_gone:
                leave_or_return(uow, who, is_gone=is_gone, now=now)
            return is_gone != was_gone

        return await self._executor.execute(note, seconds=JOB_SECONDS)

    async def _is_nobody(self, who: Identity) -> bool | None:
        """Whether Slack says that the account is closed, or was never a colleague's; None when it does not say."""
        try:
            client = await self._services.workspaces.client(who.workspace)
            said = await client.users_info(user=who.user)
        except NotInstalled:
            return None
        except SlackApiError as error:
            if code_of(error) == UNKNOWN:
                return True
            if wait := retry_after(error, LONGEST_WAIT):
                await asyncio.sleep(wait.total_seconds())
            log_error(error, "accounts")
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            log_error(error, "accounts")
            return None
        return is_nobody(said.get("user") or {}, self._services.unconfirmed)
