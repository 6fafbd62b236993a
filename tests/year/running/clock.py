"""Virtual time: it passes only when everybody waits, for the event loop and for whoever asks what time it is."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from typing_extensions import override

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHO_ASKS = {
    "time.time": "time",
    "time.monotonic": "monotonic",
    "time.perf_counter": "monotonic",
    "bot.jobs.clock_check.monotonic": "monotonic",
    "meldcode.application.executor.monotonic": "monotonic",
    "slack_sdk.signature.time": "time",
    "practice.state.workspace._utc_now": "now",
    "bot.app.utc_now": "machine",
}
"""Where the program and Slack ask for the time, and what they get. A missing place fails `test_same_year.py`."""


RESOLUTION = 1e-6
"""Seconds. The machine's own nanosecond is lost in rounding after half a year: then nothing would ever be due."""


class Stuck(Exception):
    """Everybody waits, and nothing will ever happen."""


class VirtualTime:
    """The time of the world, and of a machine whose clock may be `wrong` by some time."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self.passed = 0.0
        self.wrong = timedelta()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=round(self.passed, 3))

    def machine(self) -> datetime:
        """What the machine of the program shows."""
        return self.now() + self.wrong

    def time(self) -> float:
        return (self.machine() - EPOCH).total_seconds()

    def monotonic(self) -> float:
        """Seconds by a clock that nobody sets."""
        return self.passed

    def skip_to(self, moment: datetime) -> None:
        """Let the time pass at once, as for a machine that slept: what was to happen meanwhile happens then."""
        self.passed = max(self.passed, (moment - self._start).total_seconds())


class _Skipping(selectors.DefaultSelector):
    """Waits for nobody outside: when all wait for the time, it has come."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise Stuck
        if not ready and timeout:
            self._time.passed += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__(_Skipping(time))
        self._virtual = time
        self._clock_resolution = RESOLUTION

    @override
    def time(self) -> float:
        return self._virtual.passed


@contextmanager
def everywhere(time: VirtualTime, who_asks: Mapping[str, str] = WHO_ASKS) -> Iterator[None]:
    """Give everybody this time."""
    with ExitStack() as stack:
        for place, kind in who_asks.items():
            stack.enter_context(patch(place, getattr(time, kind)))
        yield
