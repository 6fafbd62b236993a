"""Runs the background loops: one that fails is logged, restarted, and reported until it runs again (promise 2)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from slack_sdk.errors import SlackApiError

from handlers.platform.errors import log_error
from handlers.platform.slack_errors import code_of

Loop = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs until cancelled. It calls its argument (`heartbeat`) after each good pass, and raises after a bad one."""
FIRST_WAIT = 1.0
"""Seconds before the first restart; each next one waits twice as long until a pass goes well."""
LONGEST_WAIT = 60.0


class LoopEnded(Exception):
    """A background loop returned, or was cancelled by somebody other than its supervisor."""


class Supervisor:
    """Runs loops by name until it is left. `failed` has the names of those that failed and do not run again yet.

    Each good pass is noted with `succeeded`, and each failure with `noted`, which gets the kind of error too.
    """

    def __init__(
        self,
        succeeded: Callable[[str], None] = lambda _name: None,
        noted: Callable[[str, str], None] = lambda _name, _failure: None,
    ) -> None:
        self._succeeded = succeeded
        self._noted = noted
        self.failed: set[str] = set()
        self.running: dict[str, asyncio.Task[None]] = {}
        """The task in which each loop runs now."""
        self._supervising: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Supervisor:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._supervising:
            task.cancel()
        await _ended(self._supervising)
        self._supervising.clear()
        self.running.clear()
        self.failed.clear()

    def run(self, name: str, loop: Loop) -> None:
        """Run the loop from now on, whatever happens to it."""
        self._supervising.append(asyncio.create_task(self._keep_running(name, loop), name=f"supervisor of {name}"))

    async def _keep_running(self, name: str, loop: Loop) -> None:
        wait = FIRST_WAIT

        def heartbeat() -> None:
            nonlocal wait
            wait = FIRST_WAIT
            self.failed.discard(name)
            self._succeeded(name)

        while True:
            error = await self._failure(name, loop, heartbeat)
            self.failed.add(name)
            self._noted(name, code_of(error) if isinstance(error, SlackApiError) else type(error).__name__)
            log_error(error, name)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _failure(self, name: str, loop: Loop, heartbeat: Callable[[], None]) -> BaseException:
        """Run the loop in a task of its own, so that its cancellation is not taken for ours; return why it ended."""
        self.running[name] = task = asyncio.create_task(_as_coroutine(loop, heartbeat), name=name)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await _ended([task])
            if error := _error_of(task):
                log_error(error, name)
            raise
        return _error_of(task) or LoopEnded()


async def _as_coroutine(loop: Loop, heartbeat: Callable[[], None]) -> None:
    await loop(heartbeat)


async def _ended(tasks: Iterable[asyncio.Task[None]]) -> None:
    if waiting := list(tasks):
        await asyncio.wait(waiting)


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()
