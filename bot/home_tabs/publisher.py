"""Publishes Home tabs again after a change, each once for many changes in a row.

Use cases emit what they changed. The tabs of everybody who may see the change are published, whether they got a message
or not; so is the tab of somebody who lost a role. A tab is published at most once in two seconds, and only after the
change was acknowledged. Up to ten are published at once in each workspace: first for people who may have lost the right
to read what their tab shows, then for people who are using Slack, then for others. While Slack is away it tries again,
because somebody who lost a role must not keep the case codes on screen. After any other failure it stays as it is until
it is opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError
from typing_extensions import override

from bot.home_tabs.queue import SETTLE, Place, TabQueue
from handlers.i18n.catalogues import use_language
from handlers.i18n.texts import refusal, text
from handlers.platform.call_budget import PUBLISH, Call, CallBudget, Urgency
from handlers.platform.errors import log_error
from handlers.platform.home_page import home_page, publish_tab
from handlers.platform.locales import Languages
from handlers.platform.services import HomeTabs, in_language
from handlers.platform.slack_errors import retry_after, will_pass
from handlers.platform.workspaces import NotInstalled, Workspaces
from handlers.views.blocks import View
from handlers.views.home import home_view, problem_home
from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.drafts import with_drafts
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.worklists import people_assigned
from meldcode.domain.errors import Refused
from meldcode.domain.events import StaffChanged, WorklistChanged
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from meldcode.domain.worklist import Assignee

AT_ONCE = 10
"""Tabs that are published at the same time in one workspace."""
IN_ALL = 50
"""And in all workspaces together."""
TRY_AGAIN = 30.0
"""Seconds until the next try when Slack was away."""
LONGEST_WAIT = timedelta(minutes=5)
"""The most that a workspace waits when Slack says that there were too many tabs."""


class HomeTabPublisher(HomeTabs):
    """Publishes the tabs of people whose worklists or roles changed."""

    def __init__(
        self, executor: Executor[UnitOfWork], workspaces: Workspaces, languages: Languages, budget: CallBudget
    ) -> None:
        self._executor = executor
        self._workspaces = workspaces
        self._languages = languages
        self._budget = budget
        self._queue = TabQueue()
        self._underway: dict[Identity, asyncio.Task[None]] = {}
        self._worklists: dict[Assignee, Place] = {}
        self._closed: set[Identity] = set()
        """Who closed a form, and may have one to go on with."""
        self._find_at = 0.0
        """When to look whose these worklists are: more may change until then."""
        self._changed = asyncio.Event()
        executor.subscribe(WorklistChanged, self.on_worklist_changed)
        executor.subscribe(StaffChanged, self.on_staff_changed)

    def on_worklist_changed(self, event: WorklistChanged) -> None:
        """Publish the tabs of everybody who has these worklists, soon."""
        self._find_soon(event.assignees - event.lost, Place.OTHER)
        self._find_soon(event.lost, Place.LOST)

    def on_staff_changed(self, event: StaffChanged) -> None:
        """Publish the tabs of these people and of everybody with a role in their school, soon."""
        self._find_soon((Assignee(event.school, role.value) for role in Role), Place.OTHER)
        self._find_soon((Assignee(event.school, str(person)) for person in event.people), Place.LOST)

    def _find_soon(self, worklists: Iterable[Assignee], place: Place) -> None:
        self._look_soon()
        for one in worklists:
            self._worklists[one] = min(place, self._worklists.get(one, place))

    def _look_soon(self) -> None:
        if not self._is_to_find:
            self._find_at = time.monotonic() + SETTLE
        self._changed.set()

    @property
    def _is_to_find(self) -> bool:
        return bool(self._worklists or self._closed)

    def update_soon(self, who: Identity, place: Place = Place.OTHER) -> None:
        """Publish this person's tab soon."""
        self._queue.add(who, place)
        self._changed.set()

    @override
    def seen(self, who: Identity) -> None:
        self._queue.seen(who)

    @override
    def changed(self, who: Identity) -> None:
        self.update_soon(who)

    @override
    def form_closed(self, who: Identity) -> None:
        self._look_soon()
        self._closed.add(who)

    @override
    def published(self, who: Identity) -> None:
        self._budget.count(Call(PUBLISH, who.workspace))

    @override
    def failed(self, who: Identity, error: Exception) -> None:
        if not will_pass(error):
            return
        asked = retry_after(error, LONGEST_WAIT) if isinstance(error, SlackApiError) else None
        if asked:
            self._budget.refused(Call(PUBLISH, who.workspace), asked)
        self._queue.add(who, wait=SETTLE if asked else TRY_AGAIN)
        self._changed.set()

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Publish until cancelled: in each workspace some at once, as fast as Slack allows."""
        try:
            while True:
                heartbeat()
                self._changed.clear()
                if self._is_to_find and self._find_at <= time.monotonic():
                    await self._find_whose()
                await self._pause(self._start_publishing())
        except asyncio.CancelledError:
            for task in self._underway.values():
                task.cancel()
            raise

    async def _pause(self, seconds: float | None) -> None:
        # Not `wait_for`: before Python 3.12 it can swallow a cancellation.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _start_publishing(self) -> float | None:
        """Start what can be published now, and return in how many seconds there may be more; None: after a change."""
        waits = [self._publish_in(workspace) for workspace in self._queue.workspaces()]
        waits += [self._queue.next_due(), self._find_at - time.monotonic() if self._is_to_find else None]
        return min((wait for wait in waits if wait is not None), default=None)

    def _publish_in(self, workspace: str) -> float | None:
        busy = sum(who.workspace == workspace for who in self._underway)
        while busy < AT_ONCE and len(self._underway) < IN_ALL and self._queue.has_due(workspace):
            urgency = Urgency.ALARM if self._queue.first(workspace) is Place.LOST else Urgency.TAB
            if wait := self._budget.take(Call(PUBLISH, workspace), urgency):
                return wait
            self._start(self._queue.take(workspace))
            busy += 1
        return None  # the end of one that is under way is a change

    def _start(self, who: Identity) -> None:
        if who in self._underway:  # Slack would get two versions of one tab in any order
            self._queue.add(who)
            return
        self._underway[who] = task = asyncio.create_task(self._published(who))
        task.add_done_callback(lambda _: self._ended(who))

    def _ended(self, who: Identity) -> None:
        del self._underway[who]
        self._changed.set()

    async def _find_whose(self) -> None:
        worklists, self._worklists = self._worklists, {}
        closed, self._closed = self._closed, set()
        try:
            found = await self._executor.execute(_whose, worklists, closed, seconds=JOB_SECONDS)
        except BaseException:
            self._worklists, self._closed = worklists | self._worklists, closed | self._closed
            raise
        for who, place in found.items():
            self._queue.add(who, place, wait=0)

    async def _published(self, who: Identity) -> None:
        try:
            client = await self._workspaces.client(who.workspace)
            with use_language(self._languages.language_of(who)):
                view, less = await self._view(who), problem_home(text("home_refused"))
            await publish_tab(client, who.user, view, less)
        except NotInstalled:
            """No tab exists where the app is not installed."""
        except Exception as error:
            log_error(error, "home")
            self.failed(who, error)

    async def _view(self, who: Identity) -> View:
        use_case = in_language(on_behalf_of(who, home_page), self._languages.language_of(who))
        try:
            return home_view(await self._executor.execute(use_case, seconds=JOB_SECONDS))
        except Refused as refused:  # without a role, nothing may stay on the tab
            return problem_home(refusal(refused))


def _whose(
    uow: UnitOfWork, worklists: dict[Assignee, Place], closed: set[Identity], now: datetime
) -> dict[Identity, Place]:
    """Return the identities of the people behind these worklists, each with their best place.

    So is who closed a form and has one to go on with.
    """
    found = dict.fromkeys(with_drafts(uow, closed, now), Place.OTHER) if closed else {}
    for place in sorted(set(worklists.values())):
        people = people_assigned(uow, [one for one, at in worklists.items() if at is place])
        found = {**dict.fromkeys(uow.identities.of_people(people), place), **found}
    return found
