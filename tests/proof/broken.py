"""Programs that break a promise on purpose: the proof must find it, or it proves nothing.

python -m tests.proof.kills --kills 12 --broken acknowledged_before_commit
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from meldcode.application.executor import Executor
from storage.repositories.messages.send_queue import Claimed, SendQueue


def acknowledged_before_commit() -> None:
    """People get their answer half a second before the commit, as with bots that acknowledge first."""

    def outcomes(self: Executor[Any], jobs: list[Any]) -> list[Any]:
        with self._together(2) as begin:
            found = [self._outcome(job, begin) for job in jobs]
            self._deliver(found)
            if any(job.use_case.__qualname__.startswith("in_language.") for job in jobs):
                time.sleep(0.5)
        return found

    Executor._outcomes = outcomes  # type: ignore[method-assign]


def marked_before_sent() -> None:
    """A message is marked as sent when it is claimed, so a process that is killed then loses it."""
    claim, claim_alike = SendQueue.claim, SendQueue.claim_alike

    def claim_and_mark(
        self: SendQueue, now: datetime, limit: int, lease: timedelta, *, only_urgent: bool = False
    ) -> list[Claimed]:
        claimed = claim(self, now, limit, lease, only_urgent=only_urgent)
        self.mark_sent([one.id for one in claimed], now)
        return claimed

    def claim_alike_and_mark(self: SendQueue, claimed: Claimed, now: datetime, lease: timedelta) -> list[Claimed]:
        alike = claim_alike(self, claimed, now, lease)
        self.mark_sent([one.id for one in alike], now)
        return alike

    SendQueue.claim = claim_and_mark  # type: ignore[method-assign]
    SendQueue.claim_alike = claim_alike_and_mark  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    "acknowledged_before_commit": acknowledged_before_commit,
    "marked_before_sent": marked_before_sent,
}
