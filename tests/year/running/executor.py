"""The executor without its thread, which may die at a commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from queue import Empty
from typing import Any

from typing_extensions import override

from meldcode.application.executor import MOST_TOGETHER, SECONDS, Executor
from storage.unit_of_work import StoredUnitOfWork


class Killed(BaseException):
    """The process ends here, without a word."""


class InlineExecutor(Executor[StoredUnitOfWork]):
    """Runs use cases on the event loop, in the order of the queue; those that wait together still share a commit."""

    def __init__(
        self, together: Any, now: Callable[[], datetime], *, threads: int = 1, seconds: float = SECONDS
    ) -> None:
        super().__init__(together, now, threads=0, seconds=seconds)
        self._most = MOST_TOGETHER if threads == 1 else 1
        self.is_dead = False
        self.dies_unheard = False
        """Whether the process ends after the next commit, before anybody hears of it."""

    @override
    def _enqueue(self, since: float, job: Any) -> None:
        super()._enqueue(since, job)
        asyncio.get_running_loop().call_soon(self._run_queued)

    def _run_queued(self) -> None:
        with suppress(Empty):
            job = self._queue.get_nowait().job
            if job and not self.is_dead:
                jobs = [job, *self._waiting(job)]
                if wanted := [each for each in jobs if not each.waiting.done()]:
                    self._run(wanted)

    def _run(self, jobs: Any) -> None:
        try:
            outcomes = self._outcomes(jobs)
        except Killed:
            self.is_dead = True
        else:
            self.is_dead = self.is_dead or self.dies_unheard
            if not self.is_dead:
                self._deliver(outcomes)

    @override
    def close(self) -> None:
        self.is_dead = True
