"""Recently processed requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime


class ProcessedRequests(ABC):
    """Remembers recent requests, for use cases that must not run twice for one request (promise 9)."""

    @abstractmethod
    def claim(self, request: str, now: datetime) -> bool:
        """Record the request. True the first time, False for a repetition; a request without an id is never one."""
