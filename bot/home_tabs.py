"""Brings Home tabs up to date: at once after a change, and one tab once for many changes in a row.

A commit says on which desks something is otherwise; whoever works there sees it, whether they got a message or not,
and so does who has lost the role that they had there. What a Home tab costs is paid for each person once in two
seconds at the most, however many cases change, and after the change itself was acknowledged. When Slack is away it is
tried again, for who has lost a role may not keep the codes; after another failure the tab is made anew once it is
opened.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import aiohttp
from slack_sdk.errors import SlackApiError

from handlers.i18n.catalogues import use_language
from handlers.i18n.texts import refusal
from handlers.platform.errors import log_error
from handlers.platform.locales import Languages
from handlers.platform.slack_errors import Meaning, meaning_of
from handlers.platform.workspaces import NotInstalled, Workspaces
from handlers.views.blocks import View
from handlers.views.home import home_view, problem_home
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.home import home
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.worklists import people_assigned
from meldcode.domain.errors import Refused
from meldcode.domain.staff import Identity
from meldcode.domain.worklist import Assignee

SETTLE = 0.1
"""Seconds after a change, in which more of the same are waited for."""
AT_MOST_EVERY = 2.0
"""Seconds between two publications of the same tab."""
TRY_AGAIN = 30.0
"""Seconds until a tab is tried again that could not be brought up to date because Slack was away or busy."""


class HomeTabPublisher:
    """The tabs that have changed, by whose they are."""

    def __init__(self, executor: Executor[UnitOfWork], workspaces: Workspaces, languages: Languages) -> None:
        self._executor = executor
        self._workspaces = workspaces
        self._languages = languages
        self._due: dict[Identity, float] = {}
        self._last: dict[Identity, float] = {}
        self._desks: set[Assignee] = set()
        self._changed = asyncio.Event()

    def desks_changed(self, desks: Iterable[Assignee]) -> None:
        """Bring the tabs of all who work at these desks up to date soon."""
        self._desks.update(desks)
        self._changed.set()

    def changed(self, who: Identity) -> None:
        """Bring this person's tab up to date soon."""
        now = time.monotonic()
        due = max(now + SETTLE, self._last.get(who, -AT_MOST_EVERY) + AT_MOST_EVERY)
        self._due[who] = min(due, self._due.get(who, due))  # sooner than one that is to be tried again
        self._changed.set()

    async def run(self, runs: Callable[[], None]) -> None:
        """Publish until cancelled, one tab after another."""
        while True:
            runs()
            while not (self._due or self._desks):
                self._changed.clear()
                await self._changed.wait()
            if self._desks:
                await self._find_whose()
                continue
            who = min(self._due, key=lambda one: self._due[one])
            if (wait := self._due[who] - time.monotonic()) > 0:
                await asyncio.sleep(min(wait, SETTLE))
                continue
            del self._due[who]
            self._forget_old()
            self._last[who] = time.monotonic()
            with use_language(self._languages.of(who)):
                await self._publish(who)

    async def _find_whose(self) -> None:
        desks = self._desks.copy()
        found = await self._executor.execute(
            lambda uow, _now: uow.identities.of_people(people_assigned(uow, desks)), seconds=JOB_SECONDS
        )
        self._desks -= desks
        for who in found:
            self.update_soon(who)

    def _forget_old(self) -> None:
        until = time.monotonic() - AT_MOST_EVERY
        self._last = {who: last for who, last in self._last.items() if last > until}

    async def _publish(self, who: Identity) -> None:
        try:
            client = await self._workspaces.client(who.workspace)
            await client.views_publish(user_id=who.user, view=await self._view(who))
        except NotInstalled:
            """Where the app is not installed there is no tab to bring up to date."""
        except Exception as error:
            log_error(error, "home")
            if _will_pass(error):
                self._due.setdefault(who, time.monotonic() + TRY_AGAIN)

    async def _view(self, who: Identity) -> View:
        try:
            return home_view(await self._executor.execute(lambda uow, now: home(uow, who, now), seconds=JOB_SECONDS))
        except Refused as refused:  # of who has no role any more, nothing may stay there
            return problem_home(refusal(refused))


def _will_pass(error: Exception) -> bool:
    if isinstance(error, SlackApiError):
        return meaning_of(error) is Meaning.LATER
    return isinstance(error, (aiohttp.ClientError, TimeoutError))
