"""A lock that is given in the order of asking, so that nobody starves while others come and go."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """Whoever stands first gets it next, also when somebody else asks at that very moment."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    def enter(self, seconds: float) -> bool:
        """Wait for one's turn; tell whether it came in time."""
        turn = threading.Event()
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            self._waiting.append(turn)
        return turn.wait(seconds) or not self._stepped_out(turn)

    def leave(self) -> None:
        """Give the turn to the next."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False

    def _stepped_out(self, turn: threading.Event) -> bool:
        """Wait no longer; False when the turn came at the last moment."""
        with self._guard:
            if turn.is_set():
                return False
            self._waiting.remove(turn)
            return True
