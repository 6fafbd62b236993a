"""Slack's rate limits: how often the app may call a method, by the clock of the workspace."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from math import ceil

MINUTE = timedelta(minutes=1)
TIERS: dict[str, int] = {
    "views.": 100,
    "users.info": 100,
    "files.delete": 50,
    "files.": 100,
    "chat.delete": 50,
    "chat.update": 50,
}
"""Calls a minute of the app in this workspace, for methods whose names begin with the key; the first that fits."""
BURST, BURST_TIME = 5, timedelta(seconds=5)
"""Messages: one a second in a conversation; Slack allows short bursts."""


class Rates:
    """Counts the recent calls."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def wait(self, method: str, channel: str, now: datetime) -> int:
        """Count a call and return 0, or return how many seconds the app must wait before it may make the call."""
        if method == "chat.postMessage":
            return self._wait(("message", channel), BURST, BURST_TIME, now)
        high = next((high for name, high in TIERS.items() if method.startswith(name)), 0)
        return self._wait((method, ""), high, MINUTE, now) if high else 0

    def _wait(self, key: tuple[str, str], high: int, time: timedelta, now: datetime) -> int:
        calls = self._calls[key]
        while calls and calls[0] <= now - time:
            calls.popleft()
        if len(calls) >= high:
            return max(1, ceil((calls[0] + time - now).total_seconds()))
        calls.append(now)
        return 0
