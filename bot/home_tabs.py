"""Publishes Home tabs again after a change, each once for many changes in a row.

Use cases emit what they changed. The tabs of everybody who may see the change are published, whether they got a message
or not; so is the tab of somebody who lost a role. A tab is published at most once in two seconds, and only after the
change was acknowledged. While Slack is away a tab is retried, because somebody who lost a role must not keep the case
codes on screen. After any other failure it stays as it is until it is opened.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from handlers.i18n.catalogues import use_language
from handlers.i18n.texts import refusal
from handlers.platform.errors import log_error
from handlers.platform.home_page import home_page
from handlers.platform.locales import Languages
from handlers.platform.request import in_language
from handlers.platform.slack_errors import will_pass
from handlers.platform.workspaces import NotInstalled, Workspaces
from handlers.views.blocks import View
from handlers.views.home import home_view, problem_home
from meldcode.application.actor import on_behalf_of
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.worklists import people_assigned
from meldcode.domain.errors import Refused
from meldcode.domain.events import StaffChanged, WorklistChanged
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from meldcode.domain.worklist import Assignee

SETTLE = 0.1
"""Seconds to wait for more changes after a change."""
AT_MOST_EVERY = 2.0
"""Seconds between two publications of the same tab."""
TRY_AGAIN = 30.0
"""Seconds until the next try when Slack was away or busy."""


class HomeTabPublisher:
    """Publishes the tabs of people whose worklists or roles changed."""

    def __init__(self, executor: Executor[UnitOfWork], workspaces: Workspaces, languages: Languages) -> None:
        self._executor = executor
        self._workspaces = workspaces
        self._languages = languages
        self._due: dict[Identity, float] = {}
        self._last: dict[Identity, float] = {}
        self._worklists: set[Assignee] = set()
        self._changed = asyncio.Event()

    def on_worklist_changed(self, event: WorklistChanged) -> None:
        """Publish the tabs of everybody who has these worklists, soon."""
        self._worklists.update(event.assignees)
        self._changed.set()

    def on_staff_changed(self, event: StaffChanged) -> None:
        """Publish the tabs of these people and of everybody with a role in their school, soon."""
        self._worklists.update(Assignee(event.school, str(holder)) for holder in (*event.people, *Role))
        self._changed.set()

    def update_soon(self, who: Identity) -> None:
        """Publish this person's tab soon."""
        now = time.monotonic()
        due = max(now + SETTLE, self._last.get(who, -AT_MOST_EVERY) + AT_MOST_EVERY)
        self._due[who] = min(due, self._due.get(who, due))  # a new change does not wait for a retry
        self._changed.set()

    def try_again(self, who: Identity) -> None:
        """Publish this person's tab once Slack may be back."""
        self._due.setdefault(who, time.monotonic() + TRY_AGAIN)
        self._changed.set()

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Publish until cancelled, one tab after another."""
        while True:
            heartbeat()
            while not (self._due or self._worklists):
                self._changed.clear()
                await self._changed.wait()
            if self._worklists:
                await self._find_whose()
                continue
            who = min(self._due, key=lambda one: self._due[one])
            if (wait := self._due[who] - time.monotonic()) > 0:
                await asyncio.sleep(min(wait, SETTLE))
                continue
            del self._due[who]
            self._forget_old()
            self._last[who] = time.monotonic()
            with use_language(self._languages.language_of(who)):
                await self._publish(who)

    async def _find_whose(self) -> None:
        worklists = self._worklists.copy()
        found = await self._executor.execute(
            lambda uow, _now: uow.identities.of_people(people_assigned(uow, worklists)), seconds=JOB_SECONDS
        )
        self._worklists -= worklists
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
            """No tab exists where the app is not installed."""
        except Exception as error:
            log_error(error, "home")
            if will_pass(error):
                self.try_again(who)

    async def _view(self, who: Identity) -> View:
        use_case = in_language(on_behalf_of(who, home_page), self._languages.language_of(who))
        try:
            return home_view(await self._executor.execute(use_case, seconds=JOB_SECONDS))
        except Refused as refused:  # without a role, nothing may stay on the tab
            return problem_home(refusal(refused))
