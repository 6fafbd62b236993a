"""Runs use cases in threads, each in a transaction that is committed here, within Slack's time.

1. A request puts its use case in a queue and waits.
2. A thread takes everything that waits, as far as it may share a commit, and runs it one after another.
3. One commit makes all of it durable. Only then does each request get its outcome (promise 1).

Use cases that arrive during a commit share the next one, so none waits for others to join it. Background jobs
(messages, Home tabs, reminders) queue as if they had arrived a little later, so that people go first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from math import inf
from queue import Empty, PriorityQueue
from threading import Thread
from time import monotonic
from typing import Any, Generic, TypeVar, TypeVarTuple

from meldcode.application.ports.cases import AlreadyStored, Outdated
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.events import Event, StaffChanged, WorklistChanged

T = TypeVar("T")
Args = TypeVarTuple("Args")
E = TypeVar("E", WorklistChanged, StaffChanged)
Tx_co = TypeVar("Tx_co", bound=UnitOfWork, covariant=True)
Begin = Callable[[datetime], AbstractContextManager[Tx_co]]
TRIES = 3
SECONDS = 2.0
"""Slack waits 3 s for an acknowledgement; the rest is for the network."""
JOB_SECONDS = 30.0
"""Seconds for a background job."""
MOST_TOGETHER = 32
MOST_BACKGROUND_TOGETHER = 4
GIVES_WAY = 0.25
"""Background jobs queue as if they had arrived so many seconds later, so that people go first."""


@dataclass(frozen=True)
class _Job:
    """A use case that waits to be run, and the future that waits for its outcome."""

    use_case: Callable[..., Any]
    args: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Future[Any]
    is_background: bool = False


@dataclass(frozen=True, order=True)
class _Place:
    """A place in the queue. `number` orders jobs that arrived at the same moment. Without a job it stops the thread."""

    since: float
    number: int
    job: _Job | None = field(compare=False)


@dataclass(frozen=True)
class _Outcome:
    job: _Job
    result: Any = None
    error: Exception | None = None
    events: Sequence[Event] = ()


class Executor(Generic[Tx_co]):
    """Runs use cases and commits them. An exception of a use case reaches the caller, and then nothing is stored.

    `execute` raises TimeoutError when it takes longer than Slack waits. The use case may still be stored after that;
    the idempotency key finds it when the person submits again. `together` opens a group of so many transactions that
    share a commit. There are as many threads as the database can run write transactions at once.
    """

    def __init__(
        self,
        together: Callable[[int], AbstractContextManager[Begin[Tx_co]]],
        now: Callable[[], datetime],
        *,
        threads: int = 1,
        seconds: float = SECONDS,
    ) -> None:
        self._subscribers: dict[type[Any], list[Callable[[Any], object]]] = {}
        self._together = together
        self._now = now
        self._seconds = seconds
        self._most = MOST_TOGETHER if threads == 1 else 1
        self._queue: PriorityQueue[_Place] = PriorityQueue()
        self._numbers = count()
        self._threads = [Thread(target=self._work, name="use-case", daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    async def execute(
        self, use_case: Callable[[Tx_co, *Args, datetime], T], *args: *Args, seconds: float | None = None
    ) -> T:
        """Run `use_case(uow, *args, now)` in one unit of work and return its result; a conflict runs it again.

        `seconds` marks a background job: it may take so long, and lets people go first.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        async with asyncio.timeout(seconds or self._seconds):
            since = monotonic() + (GIVES_WAY if seconds else 0)
            self._enqueue(since, _Job(use_case, args, loop, waiting, is_background=seconds is not None))
            return await waiting

    async def execute_in_parts(self, part: Callable[[Tx_co, T | None, datetime], T | None], seconds: float) -> None:
        """Run a long background job in units of work that each do a part, until one returns None; people go first.

        Each part gets what the one before returned: how far the job is.
        """
        done = await self.execute(part, None, seconds=seconds)
        while done is not None:
            done = await self.execute(part, done, seconds=seconds)

    def subscribe(self, kind: type[E], subscriber: Callable[[E], object]) -> None:
        """Call the subscriber on the event loop with each committed event of this kind."""
        self._subscribers.setdefault(kind, []).append(subscriber)

    def publish(self, events: Iterable[Event]) -> None:
        """Pass committed events to their subscribers. Called on the event loop."""
        for event in events:
            for subscriber in self._subscribers.get(type(event), ()):
                subscriber(event)

    def close(self) -> None:
        """Finish what is queued, and stop the threads."""
        for _ in self._threads:
            self._enqueue(inf, None)
        for thread in self._threads:
            thread.join()

    def _enqueue(self, since: float, job: _Job | None) -> None:
        self._queue.put(_Place(since, next(self._numbers), job))

    def _work(self) -> None:
        while (job := self._queue.get().job) is not None:
            jobs = [job, *self._waiting(job)]
            if wanted := [job for job in jobs if not job.waiting.done()]:
                self._deliver(self._outcomes(wanted))

    def _waiting(self, first: _Job) -> list[_Job]:
        """The queued jobs that share a commit with the first; what does not is put back.

        People wait for no background job of the same commit, and for few of an earlier one.
        """
        jobs: list[_Job] = []
        most = min(self._most, MOST_BACKGROUND_TOGETHER) if first.is_background else self._most
        with suppress(Empty):
            while len(jobs) < most - 1:
                place = self._queue.get_nowait()
                if place.job is None or place.job.is_background is not first.is_background:
                    self._queue.put(place)
                    break
                jobs.append(place.job)
        return jobs

    def _outcomes(self, jobs: list[_Job]) -> list[_Outcome]:
        """Run the jobs and commit. If the commit fails, none of them is stored."""
        try:
            with self._together(len(jobs)) as begin:
                return [self._outcome(job, begin) for job in jobs]
        except Exception as error:
            return [_Outcome(job, error=error) for job in jobs]

    def _outcome(self, job: _Job, begin: Begin[Tx_co]) -> _Outcome:
        try:
            return self._run_with_retries(job, begin)
        except Exception as error:
            return _Outcome(job, error=error)

    def _run_with_retries(self, job: _Job, begin: Begin[Tx_co]) -> _Outcome:
        for _ in range(TRIES - 1):
            try:
                return self._attempt(job, begin)
            except (AlreadyStored, Outdated):
                continue
        return self._attempt(job, begin)

    def _attempt(self, job: _Job, begin: Begin[Tx_co]) -> _Outcome:
        now = self._now()
        with begin(now) as uow:
            return _Outcome(job, job.use_case(uow, *job.args, now), events=uow.events)

    def _deliver(self, outcomes: list[_Outcome]) -> None:
        """Pass the outcomes to the waiting requests, except to those whose event loop has ended."""
        for loop in {outcome.job.loop for outcome in outcomes}:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._settle, [outcome for outcome in outcomes if outcome.job.loop is loop])

    def _settle(self, outcomes: list[_Outcome]) -> None:
        for outcome in outcomes:
            self.publish(outcome.events)
            if outcome.job.waiting.done():
                continue
            if outcome.error:
                outcome.job.waiting.set_exception(outcome.error)
            else:
                outcome.job.waiting.set_result(outcome.result)
