"""Asks Slack which accounts were closed or opened again while the bot did not hear of it: at start, then daily (G5)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import aiohttp
from slack_sdk.errors import SlackApiError

from handlers.platform.errors import log_error
from handlers.platform.slack_errors import retry_after
from handlers.platform.workspaces import NotInstalled, Workspaces
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.accounts import accounts, leave_or_return
from meldcode.domain.staff import Identity

AT_ONCE, PAUSE = 50, 60.0
"""After so many questions the seconds until the next: Slack answers some hundred a minute."""
LONGEST_WAIT = timedelta(minutes=1)
EVERY = timedelta(days=1)


class AccountWatch:
    """Asks for each account once a day, in a worker."""

    def __init__(self, executor: Executor[UnitOfWork], workspaces: Workspaces) -> None:
        self._executor = executor
        self._workspaces = workspaces
        self._asked_at: datetime | None = None

    async def ask(self) -> None:
        """Ask, if it was not done in the last day; note each difference as it is found."""
        now = await self._executor.execute(lambda _uow, now: now, seconds=JOB_SECONDS)
        if self._asked_at and now < self._asked_at + EVERY:
            return
        self._asked_at = now
        known = await self._executor.execute(accounts, seconds=JOB_SECONDS)
        for number, (who, is_gone) in enumerate(known.items(), start=1):
            is_closed = await self._is_closed(who)
            if is_closed is not None and is_closed != is_gone:
                await self._note(who, is_gone=is_closed)
            if number % AT_ONCE == 0:
                await asyncio.sleep(PAUSE)

    async def _note(self, who: Identity, *, is_gone: bool) -> None:
        await self._executor.execute(
            lambda uow, now: leave_or_return(uow, who, is_gone=is_gone, now=now), seconds=JOB_SECONDS
        )

    async def _is_closed(self, who: Identity) -> bool | None:
        """Whether Slack says that the account is closed; None when it does not say."""
        try:
            client = await self._workspaces.client(who.workspace)
            said = await client.users_info(user=who.user)
        except NotInstalled:
            return None
        except SlackApiError as error:
            if wait := retry_after(error, LONGEST_WAIT):
                await asyncio.sleep(wait.total_seconds())
            log_error(error, "accounts")
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            log_error(error, "accounts")
            return None
        return bool((said.get("user") or {}).get("deleted"))
