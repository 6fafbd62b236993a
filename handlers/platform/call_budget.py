"""Slack's rate limits as a budget: a call waits for its turn here, so that Slack does not refuse it.

Slack counts the calls of a method in a workspace, and messages for each conversation. The more urgent goes first:
alarms, then what a person waits for, then reminders, then Home tabs. Each process has a budget of its own; if several
together use too much, Slack refuses a call, and only that method in that workspace (or that conversation) waits.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from math import inf
from typing import NamedTuple


class Urgency(IntEnum):
    """What goes first when there is not room for all."""

    ALARM = 0
    PERSON = 1
    REMINDER = 2
    TAB = 3


class Call(NamedTuple):
    """What Slack counts together."""

    method: str
    workspace: str
    conversation: str = ""


@dataclass(frozen=True)
class Limit:
    """The calls in any period of so many seconds; some of them are kept for what is most urgent."""

    calls: int
    seconds: float
    kept: int

    def share(self, urgency: Urgency) -> int:
        """Return how many of the calls are for this urgency."""
        return self.calls if urgency is Urgency.ALARM else self.calls - self.kept


PUBLISH, UPDATE, POST = "views.publish", "chat.update", "chat.postMessage"
LIMITS = {PUBLISH: Limit(98, 60, kept=8), UPDATE: Limit(48, 60, kept=8), POST: Limit(5, 5.5, kept=1)}
"""A little below what Slack allows (100 and 50 a minute, a message a second with short bursts): calls arrive late."""
BEHIND = 0.05
"""Seconds until the next try while something more urgent waits."""
MANY_LANES = 2000


@dataclass
class _Lane:
    """The recent calls that Slack counts together, and how many calls of each urgency wait."""

    limit: Limit
    calls: deque[float] = field(default_factory=deque)
    closed_until: float = -inf
    waiting: Counter[Urgency] = field(default_factory=Counter)

    def wait(self, urgency: Urgency, now: float) -> float:
        """Seconds until a call may be made; 0 for one that may be made now."""
        self.forget(now)
        share, count = self.limit.share(urgency), len(self.calls)
        opens = self.calls[count - share] + self.limit.seconds if count >= share else now
        is_behind = any(number for other, number in self.waiting.items() if other < urgency)
        return max(opens - now, self.closed_until - now, BEHIND if is_behind else 0)

    def forget(self, now: float) -> None:
        """Forget the calls that no longer count."""
        while self.calls and self.calls[0] <= now - self.limit.seconds:
            self.calls.popleft()

    def is_idle(self, now: float) -> bool:
        """Whether nothing here counts any more."""
        self.forget(now)
        return not self.calls and self.closed_until <= now and not self.waiting.total()


class CallBudget:
    """The calls that this process may make now; `clock` tells the seconds that passed, and is not set back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lanes: dict[Call, _Lane] = {}

    async def turn(self, call: Call, urgency: Urgency) -> None:
        """Wait until the call may be made, and count it."""
        lane = self._lane(call)
        lane.waiting[urgency] += 1
        try:
            while (wait := lane.wait(urgency, self._clock())) > 0:
                await asyncio.sleep(wait)
            lane.calls.append(self._clock())
        finally:
            lane.waiting[urgency] -= 1

    def take(self, call: Call, urgency: Urgency) -> float:
        """Count the call and return 0 if it may be made now; otherwise return how many seconds it must wait."""
        if wait := self._lane(call).wait(urgency, self._clock()):
            return wait
        self.count(call)
        return 0

    def count(self, call: Call) -> None:
        """Count a call that did not wait for its turn, because a person waits for it."""
        self._lane(call).calls.append(self._clock())

    def refused(self, call: Call, wait: timedelta) -> None:
        """Let calls like this one wait so long: Slack said that there were too many."""
        self._lane(call).closed_until = self._clock() + wait.total_seconds()

    def _lane(self, call: Call) -> _Lane:
        if call not in self._lanes:
            if len(self._lanes) >= MANY_LANES:
                now = self._clock()
                self._lanes = {key: lane for key, lane in self._lanes.items() if not lane.is_idle(now)}
            self._lanes[call] = _Lane(LIMITS[call.method])
        return self._lanes[call]
