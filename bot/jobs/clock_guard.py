"""Tells whether this machine's clock can be trusted, by the `Date` of Slack's answers (promises 2, 8 and 11).

While it cannot, no reminder is computed and nothing is destroyed, the health check fails, and what people do is stored
with Slack's time. In between two answers time is measured by a clock that nobody sets.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

log = logging.getLogger("meldwijzer.clock")
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

    def was_corrected(self) -> bool:
        """Log when the clock becomes wrong or right, and return whether it became right just now."""
        before, self._was_wrong = self._was_wrong, self.is_wrong
        if self.is_wrong and not before:
            minutes = round((self._machine() - self._expected()).total_seconds() / 60)
            log.error(
                "The clock of this machine is %+d minutes off from Slack's: no reminders are sent and nothing is "
                "destroyed until it is right. Set it, and let it be kept right (NTP).",
                minutes,
            )
        if before and not self.is_wrong:
            log.warning("The clock of this machine is right again.")
        return before and not self.is_wrong

    def _expected(self) -> datetime:
        if self._heard is None:
            return self._machine()
        return self._heard.date + timedelta(seconds=self._steady() - self._heard.at)
