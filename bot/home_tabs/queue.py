"""Which Home tabs are to be published, and in which order."""

from __future__ import annotations

import time
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count, takewhile

from meldcode.domain.staff import Identity

SETTLE = 0.1
"""Seconds to wait for more changes after a change."""
AT_MOST_EVERY = 2.0
"""Seconds between two publications of the same tab."""
SEEN_SECONDS = 600.0
"""How long somebody who acted is taken to look at their tab."""


class Place(IntEnum):
    """Who goes first: who may have lost the right to read what their tab shows, then who is using Slack now."""

    LOST = 0
    ACTIVE = 1
    OTHER = 2


class TabQueue:
    """Tabs that wait until they are due, and due tabs that wait for their turn, for each workspace by place."""

    def __init__(self) -> None:
        self._later: dict[Identity, tuple[float, Place]] = {}
        self._due: dict[str, list[tuple[Place, int, Identity]]] = {}
        self._queued: dict[Identity, Place] = {}
        """The place of each tab that is due. After it got a better place, `_due` still holds the worse one too."""
        self._last: dict[Identity, float] = {}
        self._seen: dict[Identity, float] = {}
        self._numbers = count()

    def add(self, who: Identity, place: Place = Place.OTHER, wait: float = SETTLE) -> None:
        """Publish this tab after so many seconds, or earlier if it was to be published earlier."""
        now = time.monotonic()
        due = max(now + wait, self._last.get(who, -AT_MOST_EVERY) + AT_MOST_EVERY)
        place = min(place, Place.ACTIVE) if who in self._seen else place
        earlier, best = self._later.get(who, (due, place))
        self._later[who] = (min(due, earlier), min(place, best))  # a new change does not wait for a retry

    def seen(self, who: Identity) -> None:
        """Note that somebody is using Slack now."""
        _note(self._seen, who)

    def workspaces(self) -> list[str]:
        """Return the workspaces in which a tab is due."""
        now = time.monotonic()
        for who in [who for who, (due, _) in self._later.items() if due <= now]:
            self._enqueue(who, self._later.pop(who)[1])
        _forget(self._last, now - AT_MOST_EVERY)
        _forget(self._seen, now - SEEN_SECONDS)
        return list(self._due)

    def has_due(self, workspace: str) -> bool:
        """Return whether a tab is due in this workspace."""
        return workspace in self._due

    def first(self, workspace: str) -> Place:
        """Return the place of the tab that is next in a workspace where one is due."""
        return self._due[workspace][0][0]

    def take(self, workspace: str) -> Identity:
        """Take the next tab of a workspace where one is due."""
        _, _, who = heappop(self._due[workspace])
        del self._queued[who]
        self._drop_outdated(workspace)
        _note(self._last, who)
        return who

    def next_due(self) -> float | None:
        """Return in how many seconds the next waiting tab is due; None if none waits."""
        return min(due for due, _ in self._later.values()) - time.monotonic() if self._later else None

    def _enqueue(self, who: Identity, place: Place) -> None:
        if place < self._queued.get(who, len(Place)):
            self._queued[who] = place
            heappush(self._due.setdefault(who.workspace, []), (place, next(self._numbers), who))

    def _drop_outdated(self, workspace: str) -> None:
        """Drop the next tabs that stand further on in the queue, or were taken already."""
        due = self._due[workspace]
        while due and self._queued.get(due[0][2]) != due[0][0]:
            heappop(due)
        if not due:
            del self._due[workspace]


def _note(times: dict[Identity, float], who: Identity) -> None:
    """Note the time behind all others, so that the oldest stand in front: there can be thousands."""
    times.pop(who, None)
    times[who] = time.monotonic()


def _forget(times: dict[Identity, float], until: float) -> None:
    for who in [*takewhile(lambda one: times[one] <= until, times)]:
        del times[who]
