"""Plays a year in virtual time, in one thread."""

from __future__ import annotations

import asyncio
import gc
import random
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

from meldcode.domain.plan.file import parse_plan
from meldcode.domain.plan.model import Plan
from tests.year.drawn.options import Options
from tests.year.judging.calendar import AMSTERDAM
from tests.year.judging.log import Log
from tests.year.running.clock import VirtualLoop, VirtualTime, everywhere
from tests.year.running.machine import DATABASE, empty_database
from tests.year.running.one_thread import in_one_thread
from tests.year.world import World


@lru_cache(maxsize=8)
def _parse_once(text: str, name: str) -> Plan:
    """A plan takes half a second, and each start of the program reads it again."""
    return parse_plan(text, name)


def play(options: Options, folder: Path) -> Log:
    """Play a year, and return its log."""
    time_ = VirtualTime(datetime.combine(options.first_day, time(0, 30), AMSTERDAM).astimezone(UTC))
    chance = random.Random(options.seed)
    if not options.database_url:
        (folder / DATABASE).touch(0o600)
        (folder / DATABASE).write_bytes(empty_database())
    with (
        patch("meldcode.domain.plan.file.parse_plan", _parse_once),
        patch("bot.store.parse_plan", _parse_once),
        patch("storage.repositories.plans.parse_plan", _parse_once),
        everywhere(time_),
        in_one_thread(time_, random.Random(f"bytes {options.seed}")) as use,
        patch("bot.scheduler.OVERDUE_SECONDS", timedelta(days=400).total_seconds()),
        patch("bot.scheduler.HOUR_SECONDS", timedelta(hours=5).total_seconds()),
        asyncio.Runner(loop_factory=lambda: VirtualLoop(time_)) as runner,
    ):
        world = World(options, folder, time_, chance)
        use(world.machine)
        runner.run(world.play())
    gc.unfreeze()  # what the program of this year kept is not kept for the next
    return world.log
