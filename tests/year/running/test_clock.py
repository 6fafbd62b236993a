"""Virtual time itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from tests.year.running.clock import VirtualLoop, VirtualTime


def test_timers_still_ring_at_the_end_of_a_year() -> None:
    time = VirtualTime(datetime(2026, 8, 1, tzinfo=UTC))
    time.skip_to(datetime(2027, 7, 31, tzinfo=UTC))
    before = time.passed
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(time)) as runner:
        for n in range(1, 100):
            runner.run(asyncio.sleep(n / 70))
    assert time.passed - before > 70
