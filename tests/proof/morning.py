"""A morning on which thousands of cases are due: Slack refuses nothing, and an alarm arrives at once.

python -m tests.proof.morning --cases 2000
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from typing_extensions import override

from bot.app import Program, prepared, utc_now, working
from handlers.platform import call_budget
from handlers.platform.call_budget import PUBLISH, UPDATE
from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.alarms.alarm import RaiseAlarm, raise_alarm
from meldcode.domain.staff import Identity
from practice.state import rates
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.clock import until
from tests.proof.four_workers import left_to_do, make_due
from tests.proof.house import REMINDED, TEAM, open_again, settings_for, user, workspace_for
from tests.proof.kills import MOST_OF_A_SCHOOL

LATEST = 1200.0
"""Seconds after which the morning is over."""


@dataclass(frozen=True)
class Morning:
    """What Slack refused, how long the alarm took, how many of the people concerned got their tab, and how fast."""

    refused: int
    alarm_seconds: float
    people: int
    tabs: int
    seconds: float

    @property
    def share_of_limit(self) -> float:
        """The part of Slack's limit that the tabs used. The rest is kept for people who open theirs."""
        return self.tabs / self.seconds / (100 / rates.MINUTE.total_seconds())


async def play(folder: Path, database_url: str, count: int) -> Morning:
    """Let so many cases be due, raise an alarm meanwhile, and wait until everybody has a message and their tab."""
    schools = count // MOST_OF_A_SCHOOL
    workspace, ahead = workspace_for(schools), open_again(utc_now()) - utc_now()
    workspace.rates = counted = _Counted()

    def clock() -> datetime:
        return utc_now() + ahead

    async with PracticeServer(workspace) as slack:
        settings = settings_for(workspace, slack.api_url, folder, database_url, schools)
        async with prepared(settings, clock) as program:
            await asyncio.to_thread(make_due, program.store, program.engine, count, schools)
            program.executor._seconds = 30.0  # on a busy machine the alarm is slow, not refused
            began = time.monotonic()
            async with working(program):
                await until(lambda: counted.accepted["chat.postMessage"], 60)
                alarm_seconds = await _alarm(program, workspace)
                people = [user(role, school) for school in range(schools) for role in REMINDED]
                await until(lambda: all(workspace.messages_of(one) for one in people), LATEST)
                await until(lambda: all(workspace.home_of(one) for one in people), LATEST)
                took = time.monotonic() - began
                async with asyncio.timeout(LATEST):
                    while await asyncio.to_thread(left_to_do, program.engine, clock()):
                        await asyncio.sleep(0.05)
    return Morning(counted.refused, alarm_seconds, len(people), counted.accepted[PUBLISH], took)


class _Counted(rates.Rates):
    """Slack's limits, and how many calls they took and refused."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: Counter[str] = Counter()
        self.refused = 0

    @override
    def wait(self, method: str, channel: str, now: datetime) -> int:
        wait = super().wait(method, channel, now)
        self.refused += wait > 0
        self.accepted[method] += not wait
        return wait


async def _alarm(program: Program, workspace: Workspace) -> float:
    """Raise an alarm in the last school, and return how many seconds later it is there."""
    last = len(workspace.people) // 4 - 1
    told = user("care_coordinator", last)
    began = time.monotonic()
    actor = Identity("slack", TEAM, user("teacher", last))
    await program.executor.execute(on_behalf_of(actor, raise_alarm, RaiseAlarm("morning")))
    program.outbox_relay.wake()
    await until(lambda: any("Acuut gevaar" in one.text for one in workspace.messages_of(told)), 30)
    return time.monotonic() - began


@contextmanager
def minute_of(seconds: float) -> Iterator[None]:
    """Let a minute of Slack's limits last so long."""
    shorter = {method: replace(call_budget.LIMITS[method], seconds=seconds) for method in (PUBLISH, UPDATE)}
    with patch.object(rates, "MINUTE", timedelta(seconds=seconds)), patch.dict(call_budget.LIMITS, shorter):
        yield


def main() -> int:
    """Play a morning by Slack's real limits, and print its figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=2000)
    options.add_argument("--minute", type=float, default=60, help="seconds that a minute of Slack's limits lasts")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="proof") as name, minute_of(chosen.minute):
        url = f"sqlite:///{name}/meldwijzer.db"
        morning = asyncio.run(play(Path(name), url, chosen.cases))
    print(f"{morning}, {morning.share_of_limit:.2f} of the limit")  # noqa: T201
    return 0 if not morning.refused and morning.alarm_seconds <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
