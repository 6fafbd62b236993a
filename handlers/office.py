"""Runs use cases for the handlers: in a thread, in one transaction that is committed here, within Slack's time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar

from meldcode.ports import AlreadyStored, Outdated, Transaction

T = TypeVar("T")
TRIES = 3
SECONDS = 2.0
"""Slack waits 3 s for an acknowledgement; the rest is for the way there and back."""


class Office:
    """Runs a use case to its commit. What a use case raises, the handler gets; nothing is stored then.

    Raises TimeoutError when it takes longer than Slack waits. What is stored in spite of that is found again by the
    idempotency key when the person submits once more.
    """

    def __init__(
        self,
        transaction: Callable[[datetime], AbstractContextManager[Transaction]],
        now: Callable[[], datetime],
        *,
        threads: int = 8,
        seconds: float = SECONDS,
    ) -> None:
        self._transaction = transaction
        self._now = now
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="use-case")

    async def run(self, use_case: Callable[[Transaction, datetime], T]) -> T:
        """Run `use_case(tx, now)` in one transaction, anew when another one came in between, and return its result."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._seconds):
            return await loop.run_in_executor(self._pool, self._attempts, use_case)

    def close(self) -> None:
        """Let what runs come to its end."""
        self._pool.shutdown(wait=True)

    def _attempts(self, use_case: Callable[[Transaction, datetime], T]) -> T:
        for _ in range(TRIES - 1):
            try:
                return self._attempt(use_case)
            except (AlreadyStored, Outdated):
                continue
        return self._attempt(use_case)

    def _attempt(self, use_case: Callable[[Transaction, datetime], T]) -> T:
        now = self._now()
        with self._transaction(now) as tx:
            return use_case(tx, now)
