"""The demo on one fixed morning, on which hardly any time passes, with case codes in a fixed order: its pictures come
out the same whenever they are made. Moving the clock works as ever.

python -m tests.story.still demo --port 8765
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, tzinfo
from unittest.mock import patch

from typing_extensions import override

from bot.cli.main import main
from handlers.platform.call_budget import CallBudget
from meldcode.domain.calendar import AMSTERDAM
from practice.state.rates import Rates

MORNING = datetime(2026, 11, 10, 10, 0, 5, tzinfo=AMSTERDAM)
"""A Tuesday in a week without free days."""
SLOWLY = 200
"""Seconds of the machine's for one here: a story takes less than a minute, and what comes later is still later."""


class Still(datetime):
    """The machine's time as the practice workspace sees it."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        passed = (datetime.now(UTC) - BEGUN) / SLOWLY
        return (MORNING + passed).astimezone(tz)


class MachineRates(Rates):
    """Slack's limits by the machine's time, as the program's own."""

    @override
    def wait(self, method: str, channel: str, now: datetime) -> int:
        return super().wait(method, channel, datetime.now(UTC))


BEGUN = datetime.now(UTC)

if __name__ == "__main__":
    codes = random.Random(4)
    budget = CallBudget()
    with (
        patch("bot.demo.clock.datetime", Still),
        patch("practice.state.workspace.Rates", MachineRates),
        patch("bot.demo.director.CallBudget", lambda _: budget),  # calls to Slack wait by the machine's time
        patch("storage.repositories.cases.secrets", codes),
    ):
        main()
