"""Four workers on one PostgreSQL with thousands of cases due: each is reminded of once, each message sent once.

python -m tests.proof.four_workers --cases 10000
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine, delete, func, select

from bot.app import Program, prepared, utc_now
from meldcode.domain.ids import CaseId
from meldcode.domain.plan.file import load_plan
from practice.web.server import PracticeServer
from storage.db.schema import cases, outbox
from storage.repositories.messages.outbox import SendState
from storage.unit_of_work import Store
from tests.proof.findings import Figures, find_out
from tests.proof.house import open_again, settings_for, workspace_for
from tests.proof.kills import MOST_OF_A_SCHOOL, database
from tests.proof.reporting import markers, report_long_ago

WORKERS = 4
TOGETHER = 25
"""How many cases are made in one transaction."""


async def prove(database_url: str, folder: Path, count: int) -> tuple[Figures, list[int]]:
    """Let four workers remind of so many cases; return what was found, and how many cases each looked at."""
    schools = count // MOST_OF_A_SCHOOL + 1
    workspace = workspace_for(schools)
    ahead = open_again(utc_now()) - utc_now()

    def clock() -> datetime:
        return utc_now() + ahead

    async with PracticeServer(workspace) as slack, AsyncExitStack() as stack:
        settings = settings_for(workspace, slack.api_url, folder, database_url, schools)
        stack.enter_context(patch("bot.store.load_plan", cache(load_plan)))
        workers = [await stack.enter_async_context(prepared(settings, clock)) for _ in range(WORKERS)]
        store, engine = workers[0].store, workers[0].engine
        overdue = await asyncio.to_thread(make_due, store, engine, count, schools)
        looked_at = [0] * WORKERS
        until = time.monotonic() + max(60, count / 10)
        while time.monotonic() < until and await asyncio.to_thread(left_to_do, engine, clock()):
            found = await asyncio.gather(*(worker.scheduler.tick() for worker in workers))
            looked_at = [sum(pair) for pair in zip(looked_at, found, strict=True)]
            await asyncio.gather(*(_send_all(worker) for worker in workers))
        return await asyncio.to_thread(find_out, store, workspace, {}, overdue), looked_at


def make_due(store: Store, engine: Engine, count: int, schools: int) -> dict[CaseId, int]:
    """Cases of a week ago; that they were reported was told then."""
    names, overdue = markers(), dict[CaseId, int]()
    for first in range(0, count, TOGETHER):
        numbers = range(first, min(first + TOGETHER, count))
        overdue |= report_long_ago(store, [(number % schools, next(names)) for number in numbers])
    with engine.begin() as connection:
        connection.execute(delete(outbox))
    return overdue


def left_to_do(engine: Engine, now: datetime) -> bool:
    with engine.connect() as connection:
        due = connection.scalar(select(func.count()).select_from(cases).where(cases.c.next_due <= now)) or 0
        unsent = select(func.count()).select_from(outbox).where(outbox.c.state != SendState.SENT.value)
        return bool(due or connection.scalar(unsent))


async def _send_all(worker: Program) -> None:
    while await worker.outbox_relay.drain():
        pass


def main() -> int:
    """Run the proof, and print its figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=10_000)
    chosen = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="proof") as name, database("postgresql", Path(name)) as url:
        figures, looked_at = asyncio.run(prove(url, Path(name), chosen.cases))
    print(f"postgresql, four workers that looked at {looked_at} cases: {figures}")  # noqa: T201
    return 0 if figures.is_proven and not figures.delivered_twice else 1


if __name__ == "__main__":
    sys.exit(main())
