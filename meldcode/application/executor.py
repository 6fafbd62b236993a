"""Runs use cases for the handlers: in threads, each in a transaction that is committed here, within Slack's time.

1. A request leaves its use case in a queue and waits.
2. A thread takes all that waits there, as many as may share a commit, and runs them one after another.
3. The commit makes them durable together; only then does each request get its outcome (promise 1).

So what comes in while one commit is under way shares the next one, and nothing waits for company. What no person waits
for (messages, Home tabs, reminders) gives way to what somebody does, but not for ever.
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
"""Slack waits 3 s for an acknowledgement; the rest is for the way there and back."""
JOB_SECONDS = 30.0
"""Seconds for what no person waits for."""
MOST_TOGETHER = 32
GIVES_WAY = 0.05
"""Seconds: what no person waits for stands in the queue as if it had come so much later."""


@dataclass(frozen=True)
class _Job:
    """A use case that waits, and where its outcome is waited for."""

    use_case: Callable[..., Any]
    args: tuple[Any, ...]
    loop: asyncio.AbstractEventLoop
    waiting: asyncio.Future[Any]


@dataclass(frozen=True, order=True)
class _Place:
    """A place in the queue; `number` tells apart what came at the same moment. No job: it ends here."""

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
    """Runs a use case to its commit. What a use case raises, the handler gets; nothing is stored then.

    Raises TimeoutError when it takes longer than Slack waits. What is stored in spite of that is found again by the
    idempotency key when the person submits once more. `together` gives what begins a transaction; what is begun under
    it is committed when it is left, at the latest. There are as many threads as the database takes transactions.
    """

    def __init__(
        self,
        together: Callable[[], AbstractContextManager[Begin[Tx_co]]],
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
        """Run `use_case(uow, *args, now)` in one unit of work, again if another one came in between; return its result.

        `seconds` is for what no person waits for: it may take longer, and gives way to what somebody does.
        """
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()
        async with asyncio.timeout(seconds or self._seconds):
            since = monotonic() + (GIVES_WAY if seconds else 0)
            self._put(since, _Job(use_case, args, loop, waiting))
            return await waiting

    def subscribe(self, kind: type[E], subscriber: Callable[[E], object]) -> None:
        """Call the subscriber in the event loop with each event of this kind, once it is committed."""
        self._subscribers.setdefault(kind, []).append(subscriber)

    def publish(self, events: Iterable[Event]) -> None:
        """Hand on what was committed. Called in the event loop."""
        for event in events:
            for subscriber in self._subscribers.get(type(event), ()):
                subscriber(event)

    def close(self) -> None:
        """Let what waits come to its end."""
        for _ in self._threads:
            self._put(inf, None)
        for thread in self._threads:
            thread.join()

    def _put(self, since: float, job: _Job | None) -> None:
        self._queue.put(_Place(since, next(self._numbers), job))

    def _work(self) -> None:
        while (job := self._queue.get().job) is not None:
            jobs = [job, *self._waiting()]
            self._tell(self._outcomes([job for job in jobs if not job.waiting.done()]))

    def _waiting(self) -> list[_Job]:
        """What else waits already; who asks to stop is heard after these."""
        jobs: list[_Job] = []
        with suppress(Empty):
            while len(jobs) < self._most - 1:
                place = self._queue.get_nowait()
                if place.job is None:
                    self._queue.put(place)
                    break
                jobs.append(place.job)
        return jobs

    def _outcomes(self, jobs: list[_Job]) -> list[_Outcome]:
        """Run them and commit; when the commit fails, none of them is stored."""
        try:
            with self._together() as begin:
                return [self._outcome(job, begin) for job in jobs]
        except Exception as error:
            return [_Outcome(job, error=error) for job in jobs]

    def _outcome(self, job: _Job, begin: Begin[Tx_co]) -> _Outcome:
        try:
            return self._done(job, begin)
        except Exception as error:
            return _Outcome(job, error=error)

    def _done(self, job: _Job, begin: Begin[Tx_co]) -> _Outcome:
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

    def _tell(self, outcomes: list[_Outcome]) -> None:
        """Wake each request; one whose loop has ended meanwhile waits no more."""
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
