"""Runs the jobs: reminders every 20 seconds, weekly and yearly work every hour (G2, G5).

The ticks keep nothing in memory: the database knows what is due. So a restart loses nothing, and several workers share
the work. They come by a clock that nobody sets, and do nothing that depends on the time while that is doubtful.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.jobs.accounts import AccountWatch
from bot.jobs.calendar_watch import CalendarWatch
from bot.jobs.clock_check import ClockCheck
from bot.jobs.shared_files import remove_due_files
from bot.jobs.wiping import Wiping
from bot.stopping import in_thread
from handlers.controllers.export import note_unfinished
from handlers.platform.errors import log_error, noted
from handlers.platform.jobs import LEFT_BEHIND
from handlers.platform.services import Services
from meldcode.application.cases.alarms.trace import trace_next_alarm
from meldcode.application.executor import Executor
from meldcode.application.jobs.alarms import delete_old_alarms, escalate_next_alarm
from meldcode.application.jobs.reminders import send_due_reminders, week_overview
from meldcode.application.jobs.retention import end_next_case
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.ids import SchoolId
from storage.unit_of_work import StoredUnitOfWork

T = TypeVar("T")
TRANSACTION_SECONDS = 60.0
"""Seconds that one transaction of a tick may take. Nobody waits for it, and a late one is still committed."""
TICK_SECONDS = 20
HOUR_SECONDS = 3600
OVERDUE_SECONDS = 300.0
"""Seconds without a finished part of a tick after which something must be wrong. A part takes a minute at most."""
AT_ONCE, DELETED = 20, 100
"""Cases, and rows to delete of a kind, in one transaction: an alarm waits for it."""
MOST_ENDINGS = 500
"""The most cases that are warned about or destroyed in one hour. The rest follows in the next."""
MESSAGES_KEPT = timedelta(days=90)
"""How long sent messages are kept: far longer than the same message could be emitted again."""


class TickFailed(Exception):
    """Part of a tick failed. The reason was logged."""


class Scheduler:
    """Runs the ticks."""

    def __init__(
        self,
        executor: Executor[StoredUnitOfWork],
        services: Services,
        wiping: Wiping,
        anchor: Callable[[], None],
        calendars: CalendarWatch,
        clock: ClockCheck,
    ) -> None:
        self._executor = executor
        self.clock = clock
        self._anchor = anchor
        self.wiping = wiping
        self._wake = services.wake
        self._workspaces = services.workspaces
        self._calendars = calendars
        self._accounts = AccountWatch(executor, services)
        self._passes: asyncio.Queue[bool] = asyncio.Queue()
        """Whether each part of a tick went well, as it ends."""

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Tick until cancelled; one tick makes up for missed ones. Raises TickFailed, or TimeoutError if none comes."""
        self._passes = asyncio.Queue()
        ticks = [
            asyncio.create_task(_every(seconds, work))
            for work, seconds in ((self.tick, TICK_SECONDS), (self.hourly, HOUR_SECONDS))
        ]
        try:
            await self._watch(heartbeat)
        finally:
            for tick in ticks:
                tick.cancel()
            await asyncio.wait(ticks)

    async def _watch(self, heartbeat: Callable[[], None]) -> None:
        while True:
            async with asyncio.timeout(OVERDUE_SECONDS):
                went_well = await self._passes.get()
            if not went_well:
                raise TickFailed
            heartbeat()

    async def tick(self) -> int:
        """Send all due reminders, a few cases in each transaction, and return how many cases were checked."""
        await self._do("alarms", self._escalate_alarms)
        await self._do("alarms", self._trace_alarms)
        if not await self._do("clock", self.clock.is_right):
            return 0
        looked_at = await self._do("tick", self._remind_all)
        await self._do("files", self._correct_unfinished)
        await self._do("files", self._remove_files)
        await self._do("wiping", partial(in_thread, self.wiping.retry))
        self._wake()
        return looked_at or 0

    async def _do(self, what: str, work: Callable[[], Awaitable[T]]) -> T | None:
        """Do one part of a tick. A failure is logged, and does not stop the next part."""
        try:
            result = await work()
        except Exception as error:
            log_error(error, what)
            self._passes.put_nowait(False)
            return None
        self._passes.put_nowait(True)
        return result

    async def _remind_all(self) -> int:
        looked_at = 0
        while found := await self._executor.execute(_remind, seconds=TRANSACTION_SECONDS):
            looked_at += found
            self._passes.put_nowait(True)
        return looked_at

    async def _escalate_alarms(self) -> None:
        while await self._executor.execute(escalate_next_alarm, seconds=TRANSACTION_SECONDS):
            self._wake()

    async def _trace_alarms(self) -> None:
        while await self._executor.execute(_trace_next, seconds=TRANSACTION_SECONDS):
            pass

    async def _correct_unfinished(self) -> None:
        await self._executor.execute(note_unfinished, seconds=TRANSACTION_SECONDS)

    async def _remove_files(self) -> None:
        await remove_due_files(self._executor, self._workspaces)

    async def hourly(self) -> None:
        """Report cases left behind, send weekly counts, end expired cases, tidy, wipe, check calendars and accounts."""
        if not await self._do("clock", self.clock.is_right):
            return
        warn_calendars = partial(self._executor.execute, self._calendars.warn, seconds=TRANSACTION_SECONDS)
        wipe, anchor = (partial(in_thread, work) for work in (self.wiping.run, self._anchor))
        works = (self._look_after, self._week_overviews, self._end_cases, self._tidy, wipe, warn_calendars, anchor)
        for work in (*works, self._accounts.ask):
            await self._do("hourly tick", work)
        self._wake()

    async def _look_after(self) -> None:
        await self._executor.execute_in_parts(LEFT_BEHIND, TRANSACTION_SECONDS)

    async def _tidy(self) -> None:
        while await self._executor.execute(_tidy, seconds=TRANSACTION_SECONDS):
            pass

    async def _week_overviews(self) -> None:
        for school in await self._executor.execute(_school_ids, seconds=TRANSACTION_SECONDS):
            await self._executor.execute(week_overview, school, seconds=TRANSACTION_SECONDS)

    async def _end_cases(self) -> None:
        """Warn about cases whose retention ends, and destroy them after the warnings."""
        for _ in range(MOST_ENDINGS):
            if not await self._executor.execute(_end_next, seconds=TRANSACTION_SECONDS):
                break


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do the work again and again. The pause is measured by the event loop's clock, which nobody sets."""
    while True:
        await work()
        await asyncio.sleep(seconds)


def _remind(uow: UnitOfWork, now: datetime) -> int:
    return send_due_reminders(uow, now, AT_ONCE, noted("reminder"))


def _trace_next(uow: UnitOfWork, now: datetime) -> bool:
    return trace_next_alarm(uow, now, noted("trace of an alarm"))


def _end_next(uow: UnitOfWork, now: datetime) -> bool:
    return end_next_case(uow, now, noted("end of a case"))


def _tidy(uow: UnitOfWork, now: datetime) -> int:
    """Delete some of what is not kept; return how much it was."""
    drafts, alarms = uow.drafts.delete_expired(now, DELETED), delete_old_alarms(uow, DELETED, now)
    return drafts + alarms + uow.outbox.delete_sent(now - MESSAGES_KEPT, DELETED)


def _school_ids(uow: UnitOfWork, _now: datetime) -> list[SchoolId]:
    return [school.id for school in uow.staff.schools()]
