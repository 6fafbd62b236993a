"""Assembles the program and runs it.

A start checks, in this order: the plan, the database and its version, the master key, the bot's identity in Slack, and
the schools file, which is stored. Requests are taken only after that.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp

from bot.database import alone, usable
from bot.home_tabs.publisher import HomeTabPublisher
from bot.http.app import Front, web_app
from bot.http.gate import Gate
from bot.http.server import listening
from bot.jobs.anchor import keep_anchor
from bot.jobs.calendar_watch import CalendarWatch
from bot.jobs.clock_check import ClockCheck
from bot.jobs.clock_guard import ClockGuard
from bot.jobs.component_log import ComponentLog
from bot.jobs.component_words import CLOCK, DATABASE, MESSAGES, SCREENS, SLACK, STORING, TOKEN, WEB, WIPING
from bot.jobs.wiping import Wiping
from bot.manifest import SCOPES
from bot.metrics import metrics_page
from bot.outbox.relay import OutboxRelay
from bot.scheduler import Scheduler
from bot.schools_file import SchoolsFile, read_schools
from bot.settings import Settings
from bot.slack_access import until_answered
from bot.socket_link import SocketLink
from bot.stopping import in_thread
from bot.store import open_store
from bot.supervisor import Loop, Supervisor
from bot.warm_up import prepare_data
from bot.workspaces import client_of, put_in_place, slack_session, workspaces_of
from handlers.app import build_app, quiet_logger
from handlers.controllers.install import oauth_flow
from handlers.platform.call_budget import CallBudget
from handlers.platform.locales import Languages
from handlers.platform.services import Services
from handlers.platform.workspaces import Workspaces
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.staff.new_plan import tell_of_new_plan
from storage.unit_of_work import Store, StoredUnitOfWork

log = logging.getLogger("meldwijzer")


@dataclass(frozen=True)
class _Base:
    """What the parts of the program are built on."""

    settings: Settings
    engine: Engine
    store: Store
    executor: Executor[StoredUnitOfWork]
    components: ComponentLog
    now: Callable[[], datetime]


@dataclass
class Program:
    """The parts of the running program."""

    settings: Settings
    engine: Engine
    store: Store
    executor: Executor[StoredUnitOfWork]
    workspaces: Workspaces
    outbox_relay: OutboxRelay
    home_tabs: HomeTabPublisher
    languages: Languages
    scheduler: Scheduler
    slack: AsyncApp
    components: ComponentLog
    is_ready: bool = False
    takes_requests: bool = False
    supervisor: Supervisor = field(init=False)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.components.succeeded, self.components.failed)

    def is_healthy(self) -> bool:
        """Whether all parts work: loops, database, wiping, Slack and its token, and the clock can be trusted."""
        self.look()
        return not self.components.failing and not self.scheduler.clock.is_doubtful

    def look(self) -> None:
        """Note how the parts are that do not say it themselves."""
        self.components.found(WIPING, "overdue" if self.scheduler.wiping.is_overdue else "")
        self.components.found(CLOCK, self.scheduler.clock.fault)
        self.components.found(DATABASE, self._database_fault())
        if self.takes_requests:
            self.components.succeeded(WEB)

    def _database_fault(self) -> str:
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return type(error).__name__
        return ""

    async def keep_records(self, heartbeat: Callable[[], None]) -> None:
        """Look at all parts and store how they are, until cancelled. Raises when that cannot be stored."""
        await self.components.run(heartbeat, self._look_around)

    async def _look_around(self) -> None:
        is_silent = self.components.is_failing(SLACK) or self.components.is_failing(TOKEN)
        await self.scheduler.clock.ask_again(now=is_silent)
        await in_thread(self.look)


def utc_now() -> datetime:
    """The current time, which the core gets as an argument."""
    return datetime.now(UTC)


@asynccontextmanager
async def prepared(
    settings: Settings,
    machine: Callable[[], datetime] = utc_now,
    *,
    is_guarded: bool = False,
    budget: CallBudget | None = None,
) -> AsyncIterator[Program]:
    """Assemble the program, and close it at the end. Raises ConfigError.

    `is_guarded` holds the machine's clock against Slack's; the demo moves its clock.
    """
    quiet_logger()
    guard = ClockGuard(machine)
    now = guard.now if is_guarded else machine
    schools = read_schools(settings.meldwijzer_schools) if settings.meldwijzer_schools else None
    engine, store = await in_thread(open_store, settings)
    executor = Executor(store.together, now, threads=store.writers)
    base = _Base(settings, engine, store, executor, ComponentLog(executor, now), now)
    components = base.components
    noted = partial(components.found, SLACK), partial(components.happened, SCREENS)
    async with slack_session(guard.hear, *noted) as session:
        try:
            client, watched = client_of(settings, session), guard if is_guarded else None
            yield await _assembled(base, client, schools, watched, budget or CallBudget())
        finally:
            executor.close()
            engine.dispose()


async def _assembled(
    base: _Base, client: AsyncWebClient, schools: SchoolsFile | None, guard: ClockGuard | None, budget: CallBudget
) -> Program:
    settings, executor, now, found = base.settings, base.executor, base.now, base.components.found
    await base.components.load()
    workspaces, ours = await workspaces_of(settings, client, executor)
    languages = Languages(executor, workspaces)
    home_tabs = HomeTabPublisher(executor, workspaces, languages, budget)
    await executor.execute(tell_of_new_plan, seconds=JOB_SECONDS)
    take_over_schools = partial(_take_over, base, schools, ours)
    await take_over_schools()
    calendars = CalendarWatch()
    await prepare_data(settings, base.store, calendars, now())
    await languages.load()
    relay = OutboxRelay(executor, workspaces, now, home_tabs.update_soon, budget, partial(found, MESSAGES))
    services = Services(executor, workspaces, client, relay.wake, languages, home_tabs)
    if schools:
        services.administrator, services.unconfirmed = schools.administrator, schools.unconfirmed
    flow = _flow(settings, services, schools.workspaces if schools else (), take_over_schools)
    slack = build_app(services, signing_secret=_signing_secret(settings), oauth_flow=flow)
    clock = ClockCheck(guard, client, executor, partial(found, TOKEN))
    wiping = Wiping(base.engine, now)
    scheduler = Scheduler(executor, services, wiping, partial(_keep_anchor, base), calendars, clock)
    parts = (workspaces, relay, home_tabs, languages, scheduler, slack, base.components)
    return Program(settings, base.engine, base.store, executor, *parts)


async def _take_over(base: _Base, schools: SchoolsFile | None, ours: str) -> None:
    """Put the schools of the file in place, and tell who watches the staff."""
    with usable(base.settings.database_url):
        base.executor.publish(await in_thread(put_in_place, base.store, schools, ours, base.now()))


def _keep_anchor(base: _Base) -> None:
    keep_anchor(base.engine, base.settings, base.now())


@asynccontextmanager
async def working(program: Program, *, web: bool = True, worker: bool = True) -> AsyncIterator[None]:
    """Run the background loops: those of a worker, and the Socket Mode link (`web`) if the settings have one."""
    loops = await _background_loops(program, web=web, worker=worker)
    async with program.supervisor as supervisor:
        for name, loop in loops.items():
            supervisor.run(name, loop)
        gc.freeze()  # plans, names and tables stay; looking for garbage among them takes a tenth of the time otherwise
        program.is_ready, program.takes_requests = True, web
        try:
            yield
        finally:
            program.is_ready = False


async def _background_loops(program: Program, *, web: bool, worker: bool) -> dict[str, Loop]:
    """The loops of this process, by the name under which they are logged."""
    loops: dict[str, Loop] = {
        "home tabs": program.home_tabs.run,
        "languages": program.languages.run,
        "workspaces": program.workspaces.run,
        STORING: program.keep_records,
    }
    if worker:
        loops |= {"outbox": program.outbox_relay.run, "scheduler": program.scheduler.run}
    if web and program.settings.has_socket:
        link = SocketLink(program.slack, program.settings, program.components.answered)
        await until_answered(link.open, "SLACK_APP_TOKEN")
        loops["socket"] = link.run
    return loops


def program_app(program: Program, slack: AsyncApp | None) -> ASGIApp:
    """Return the HTTP surface of the program; without `slack` only its health."""
    gate = Gate(slack, _signing_secret(program.settings), program.components) if slack else None
    metrics = metrics_page(program.executor, program.components, program.is_healthy)
    return web_app(
        gate,
        program.is_healthy,
        lambda: program.is_ready and program.is_healthy(),
        program.components,
        metrics if program.settings.meldwijzer_metrics else None,
    )


async def run(settings: Settings, *, web: bool = True, worker: bool = True) -> None:
    """Take requests (`web`), send messages and reminders (`worker`), until stopped.

    Its health can be asked from the beginning. Raises ConfigError when it cannot start.
    """
    settings.checked_for_slack().master_keys()
    front = Front()
    with alone(settings):
        async with (
            listening(front, settings.host, settings.port) as until_cancelled,
            prepared(settings, is_guarded=True) as program,
        ):
            way = "Socket Mode" if settings.has_socket else "HTTP"
            log.info("Meldwijzer %s", f"runs on {way}" if web else "sends and reminds; it takes no requests")
            async with working(program, web=web, worker=worker):
                front.app = program_app(program, program.slack if web and not settings.has_socket else None)
                await until_cancelled()


def _signing_secret(settings: Settings) -> str:
    return settings.slack_signing_secret.get_secret_value() or "socket mode needs none"


def _flow(
    settings: Settings, services: Services, named: Collection[str], installed: Callable[[], Awaitable[None]]
) -> AsyncOAuthFlow | None:
    """The installation in several workspaces; `installed` is called after each. None if there is one workspace."""
    if not settings.is_for_several:
        return None
    credentials = (settings.slack_client_id, settings.slack_client_secret.get_secret_value())
    return oauth_flow(services, credentials, SCOPES, named, installed)
