"""The services that a controller may use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, TypeVarTuple

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.platform.errors import log_error
from handlers.platform.locales import Languages
from handlers.platform.request import Request
from handlers.platform.slack_errors import code_of, retry_after, will_pass
from handlers.platform.workspaces import NotInstalled, Workspaces
from meldcode.application.actor import Actor, on_behalf_of, query_of
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.errors import Refused
from meldcode.domain.staff import Identity

View = dict[str, Any]
UPDATE_TRIES = 4
"""How often a modal that waits is updated when Slack is away or busy."""
UPDATE_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(seconds=30)
"""Between two tries: when Slack does not say how long, and at most."""
NOT_THERE_YET = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds before each try to update a view that Slack shows when it has the acknowledgement."""
LATER = "after the acknowledgement"
T = TypeVar("T")
Args = TypeVarTuple("Args")
UseCase = Callable[[UnitOfWork, datetime], T]


def in_language(use_case: UseCase[T], language: str) -> UseCase[T]:
    """Wrap a use case so that it reads plans in this language."""

    def run(uow: UnitOfWork, now: datetime) -> T:
        uow.plans = uow.plans.in_language(language)
        return use_case(uow, now)

    return run


class Replayed(Refused):
    """The same request was answered before."""


def idempotent(request: Request, use_case: UseCase[T]) -> UseCase[T]:
    """Wrap a use case so that it raises Replayed when the same request is played again (promise 9)."""

    def for_the_first_time(uow: UnitOfWork, now: datetime) -> T:
        if not uow.processed_requests.claim(request.id, now):
            raise Replayed("unknown_action")
        return use_case(uow, now)

    return for_the_first_time


class HomeTabs:
    """What a request says about Home tabs. This one does nothing with it."""

    def seen(self, who: Identity) -> None:
        """Note that this person uses Slack now."""

    def changed(self, who: Identity) -> None:
        """Publish this person's tab soon, because what it shows changed."""

    def form_closed(self, who: Identity) -> None:
        """Publish this person's tab soon if they have a form to go on with."""

    def published(self, who: Identity) -> None:
        """Note that this person's tab is being published."""

    def failed(self, who: Identity, error: Exception) -> None:
        """Publish this person's tab when Slack may be back, if it was away or busy."""


@dataclass
class Services:
    """What controllers may use.

    `wake` makes the outbox relay look at once, to be called after a commit. `client` acts in the workspace that the
    request came from. `language` is that of the actor. `administrator` is whom people can ask when something fails.
    `unconfirmed` are the people in the schools file who are not marked as guests.
    """

    executor: Executor[UnitOfWork]
    workspaces: Workspaces
    client: AsyncWebClient
    wake: Callable[[], None]
    languages: Languages
    home_tabs: HomeTabs = field(default_factory=HomeTabs)
    language: str = ""
    administrator: str = ""
    unconfirmed: frozenset[str] = frozenset()
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def execute(
        self,
        use_case: Callable[[UnitOfWork, Actor, *Args, datetime], T],
        request: Request,
        *args: *Args,
        language: str | None = None,
    ) -> T:
        """Run `use_case(uow, actor, *args, now)` for the author of the request; plans are read in their language."""
        return await self._run(on_behalf_of(request.identity, use_case, *args), language)

    async def execute_once(
        self,
        use_case: Callable[[UnitOfWork, Actor, *Args, datetime], T],
        request: Request,
        *args: *Args,
        language: str | None = None,
    ) -> T:
        """As `execute`, but raise Replayed when the request is played again, which shows nothing (promises 6, 9)."""
        return await self._run(idempotent(request, on_behalf_of(request.identity, use_case, *args)), language)

    async def execute_later(
        self, use_case: Callable[[UnitOfWork, Actor, *Args, datetime], T], request: Request, *args: *Args
    ) -> T:
        """As `execute`, after the acknowledgement: it may take as long as a background job."""
        work = in_language(on_behalf_of(request.identity, use_case, *args), self.language)
        return await self.executor.execute(work, seconds=JOB_SECONDS)

    async def query(self, query: Callable[[UnitOfWork, Actor, *Args], T], request: Request, *args: *Args) -> T:
        """Run `query(uow, actor, *args)` for the author of the request; it does not depend on the time."""
        return await self._run(query_of(request.identity, query, *args))

    async def _run(self, use_case: UseCase[T], language: str | None = None) -> T:
        return await self.executor.execute(in_language(use_case, self.language if language is None else language))

    async def at(self, actor: Identity, asked_from: str | None) -> Services:
        """Return the services for an actor who sends a request from the workspace `asked_from`.

        Raises NotInstalled. If the bot serves several workspaces, guests from another one are refused too.
        """
        if not self.workspaces.is_one and actor.workspace != asked_from:
            raise NotInstalled
        client = await self.workspaces.client(actor.workspace)
        self.home_tabs.seen(actor)
        return replace(self, client=client, language=self.languages.language_of(actor))

    async def open_beside(self, request: Request, view: View) -> None:
        """Show it on top of the modal clicked in, or as a first; in place of a third, for Slack stacks three."""
        if request.is_third:
            await self.client.views_update(view_id=request.view["id"], view=view)
        elif request.is_in_modal:
            await self.client.views_push(trigger_id=request.trigger_id, view=view)
        else:
            await self.client.views_open(trigger_id=request.trigger_id, view=view)

    async def open_in_place(self, request: Request, view: View) -> None:
        """Show it in place of the modal that was clicked in, or as a first one."""
        if request.is_in_modal:
            await self.client.views_update(view_id=request.view["id"], hash=request.view.get("hash"), view=view)
        else:
            await self.client.views_open(trigger_id=request.trigger_id, view=view)

    def show_later(self, view: str, work: Coroutine[Any, Any, View], failed: View) -> None:
        """Show the view that `work` returns in a modal that waits for it, or `failed`: it never waits for ever."""
        self.later(self._show(view, work, failed))

    async def _show(self, view: str, work: Coroutine[Any, Any, View], failed: View) -> None:
        try:
            shown = await work
        except Exception as error:
            log_error(error, "waiting modal")
            shown = failed
        await self.update_view(shown, view_id=view)

    def show_instead(self, external_id: str, shown: View, failed: View) -> None:
        """Show a view in place of one that the acknowledgement shows, or `failed` when Slack refuses it."""
        self.later(self._show_instead(external_id, shown, failed))

    async def _show_instead(self, external_id: str, shown: View, failed: View) -> None:
        try:
            await self._update_acknowledged(external_id, shown)
        except Exception as error:
            log_error(error, "waiting modal")
            await self._update_acknowledged(external_id, failed)

    async def _update_acknowledged(self, external_id: str, shown: View) -> None:
        """Until Slack has the acknowledgement there is no such view; nor is there when somebody closed it."""
        for wait in NOT_THERE_YET:
            await asyncio.sleep(wait)
            try:
                return await self.update_view(shown, external_id=external_id)
            except SlackApiError as error:
                if code_of(error) != "not_found":
                    raise
        return None

    async def update_view(self, shown: View, **which: str) -> None:
        """Update a modal, named by its `view_id` or `external_id`; while Slack is away or busy, a few times."""
        for _ in range(UPDATE_TRIES - 1):
            try:
                await self.client.views_update(view=shown, **which)
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                if not will_pass(error):
                    raise
                asked = retry_after(error, LONGEST_WAIT) if isinstance(error, SlackApiError) else None
                await asyncio.sleep((asked or UPDATE_WAIT).total_seconds())
            else:
                return
        await self.client.views_update(view=shown, **which)

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do this after the acknowledgement. A failure is only logged."""
        task = asyncio.create_task(_noted(work), name=LATER)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _noted(work: Coroutine[Any, Any, Any]) -> None:
    try:
        await work
    except Exception as error:
        log_error(error, LATER)
