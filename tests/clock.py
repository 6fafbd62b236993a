"""The time in tests: a clock that they move, and waiting for something to happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any


class Clock:
    """A clock that begins at `start` and that a test moves on. It also runs by itself, unless it `stands_still`."""

    def __init__(self, start: datetime, *, stands_still: bool = False) -> None:
        self._time = start
        self._begun = None if stands_still else datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._time + (datetime.now(UTC) - self._begun if self._begun else timedelta())

    def forward(self, **delta: float) -> None:
        self._time += timedelta(**delta)


async def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for something to become true, for a bounded time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
