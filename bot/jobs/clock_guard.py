"""Tells whether this machine's clock can be trusted, by the `Date` of Slack's answers (promises 2, 8 and 11).

While it cannot, no reminder is computed and nothing is destroyed, the health check fails, and what people do is stored
with Slack's time. In between two answers time is measured by a clock that nobody sets.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TOLERANCE = timedelta(minutes=5)
"""How far the clock may be off. Slack's signatures are refused beyond it."""
ASKED_EVERY = timedelta(hours=1)
"""How old the newest answer of Slack may get before the scheduler asks for one."""


def steady() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps, where the system has one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True)
class _Heard:
    date: datetime
    at: float


class ClockGuard:
    """The program's clock, held against Slack's."""

    def __init__(self, machine: Callable[[], datetime], steady: Callable[[], float] = steady) -> None:
        self._machine = machine
        self._steady = steady
        self._heard: _Heard | None = None
        self._was_wrong = False

    def hear(self, date: str) -> None:
        """Take the time from the `Date` header of an answer of Slack. One that is no date is ignored."""
        try:
            heard = parsedate_to_datetime(date)
        except ValueError:
            return
        if heard.tzinfo:
            self._heard = _Heard(heard.astimezone(UTC), self._steady())

    def now(self) -> datetime:
        """The machine's time, or Slack's where they differ."""
        return self._expected() if self.is_wrong else self._machine()

    @property
    def is_wrong(self) -> bool:
        """Whether the machine's clock differs from Slack's by more than the tolerance."""
        return self._heard is not None and abs(self._machine() - self._expected()) > TOLERANCE

    @property
    def needs_answer(self) -> bool:
        """Whether Slack's time is unknown or old, or differs."""
        heard = self._heard
        return heard is None or self.is_wrong or self._steady() - heard.at > ASKED_EVERY.total_seconds()

    @property
    def is_doubtful(self) -> bool:
        """Whether nothing may depend on the time: it is wrong, or Slack has not been heard yet."""
        return self._heard is None or self.is_wrong

    @property
    def fault(self) -> str:
        """How far the clock is off, in words; empty if that is within the tolerance."""
        if not self.is_wrong:
            return ""
        return f"{round((self._machine() - self._expected()).total_seconds() / 60):+d} minutes"

    def was_corrected(self) -> bool:
        """Whether the clock was wrong the last time that this was asked, and is right now."""
        before, self._was_wrong = self._was_wrong, self.is_wrong
        return before and not self.is_wrong

    def _expected(self) -> datetime:
        if self._heard is None:
            return self._machine()
        return self._heard.date + timedelta(seconds=self._steady() - self._heard.at)
