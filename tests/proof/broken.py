"""Programs that break a promise on purpose: the proof must find it, or it proves nothing.

python -m tests.proof.kills --kills 12 --broken acknowledged_before_commit
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from handlers.office import Office
from storage.outbox import Claimed, SendQueue


def acknowledged_before_commit() -> None:
    """What the person is told comes half a second before the commit, as it does with bots that acknowledge first."""

    async def run(self: Office, use_case: Callable[..., Any]) -> Any:
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Any] = loop.create_future()

        def tell(found: Any, error: Exception | None) -> None:
            if told.done():
                return
            if error:
                told.set_exception(error)
            else:
                told.set_result(found)

        def work() -> None:
            now = self._now()
            try:
                with self._transaction(now) as tx:
                    found = use_case(tx, now)
                    loop.call_soon_threadsafe(tell, found, None)
                    if use_case.__qualname__.startswith("answer"):
                        time.sleep(0.5)
            except Exception as error:
                loop.call_soon_threadsafe(tell, None, error)

        self._pool.submit(work)
        return await told

    Office.run = run  # type: ignore[method-assign]


def marked_before_sent() -> None:
    """A message is marked as sent when it is claimed; whoever dies then loses it."""
    claim, claim_alike = SendQueue.claim, SendQueue.claim_alike

    def claim_and_mark(self: SendQueue, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
        claimed = claim(self, now, limit, lease)
        for one in claimed:
            self.mark_sent(one, now)
        return claimed

    def claim_alike_and_mark(self: SendQueue, claimed: Claimed, now: datetime, lease: timedelta) -> list[Claimed]:
        alike = claim_alike(self, claimed, now, lease)
        for one in alike:
            self.mark_sent(one, now)
        return alike

    SendQueue.claim = claim_and_mark  # type: ignore[method-assign]
    SendQueue.claim_alike = claim_alike_and_mark  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    "acknowledged_before_commit": acknowledged_before_commit,
    "marked_before_sent": marked_before_sent,
}
