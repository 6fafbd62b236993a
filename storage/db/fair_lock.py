"""A lock that threads get in the order in which they asked, so that none starves."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """First come, first served: a thread that asks later cannot overtake one that waits."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    @property
    def waiting(self) -> int:
        """The number of waiting threads."""
        return len(self._waiting)

    def acquire(self, seconds: float) -> bool:
        """Wait for the lock for so many seconds. Returns whether it was acquired."""
        turn = threading.Event()
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            self._waiting.append(turn)
        return turn.wait(seconds) or not self._stopped_waiting(turn)

    def release(self) -> None:
        """Hand the lock to the thread that waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False

    def _stopped_waiting(self, turn: threading.Event) -> bool:
        """Stop waiting. False when the lock was handed over at the last moment."""
        with self._guard:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True
