"""The proof of promises 1 and 2: kill -9 at random moments under load, and nothing acknowledged or due is lost.

python -m tests.proof.kills --kills 200 --database postgresql
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import math
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from bot.app import prepared, utc_now, working
from bot.settings import Settings
from bot.store import open_store
from meldcode.domain.ids import CaseId
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from storage.db.schema import cases, outbox
from storage.repositories.messages.outbox import SendState
from storage.unit_of_work import Store
from tests.clock import until as until_true
from tests.databases import Postgres
from tests.ports import free_port
from tests.proof.findings import Figures, find_out
from tests.proof.house import HOST, Processes, open_again, settings_for, workspace_for
from tests.proof.reporting import Reporting, markers, report_long_ago

TEACHERS = 6
"""How many report at the same time."""
MOST_OF_A_SCHOOL = 20
"""Cases of days ago; fewer than one message shows, so that each can be looked for at Slack."""
WORK_SECONDS = 1.0
SHOWN_BY, WORKING_SECONDS = 2, 60.0
"""So many reports are acknowledged before a process that works is killed, within so many seconds."""
AFTER_A_LEASE = timedelta(minutes=3)
CALM_SECONDS = 240


async def prove(
    database_url: str,
    folder: Path,
    kills: int,
    seed: int,
    *,
    seconds: float = math.inf,
    is_patient: bool = False,
    fault: str = "",
) -> Figures:
    """Kill that often, or for so many seconds; let it come to rest, and return what was found.

    Whoever is killed while sending holds its messages by a lease of minutes. `is_patient` waits for the end of it;
    otherwise the rest is sent by a program whose clock is ahead, also past the weekend if it is one.
    """
    until = time.monotonic() + seconds
    overdue_each = 1 if kills > 30 else 3
    schools = max(TEACHERS, kills * overdue_each // MOST_OF_A_SCHOOL + 1)
    commands = {"run": "run"} if database_url.startswith("sqlite") else {"web": "web", "one": "worker", "two": "worker"}
    ports = {name: free_port() for name in commands}
    workspace = workspace_for(schools, f"http://{HOST}:{ports[next(iter(commands))]}")
    async with PracticeServer(workspace) as slack:
        settings = settings_for(workspace, slack.api_url, folder, database_url, schools)
        processes = Processes(settings, folder, commands, ports, fault)
        reporting, overdue = Reporting(workspace), dict[CaseId, int]()
        with processes:
            for name in commands:
                await processes.ready(name)
            engine, store = await asyncio.to_thread(open_store, settings)
            load = [asyncio.create_task(reporting.report_on(number)) for number in range(TEACHERS)]
            try:
                dice, names = random.Random(seed), markers(271_829)
                while processes.kills < kills and time.monotonic() < until:
                    old = [((len(overdue) + more) % schools, next(names)) for more in range(overdue_each)]
                    overdue |= await asyncio.to_thread(report_long_ago, store, old)
                    await _kill_one(processes, reporting, dice)
                for name in commands:
                    await processes.ready(name)
                reporting.is_over = True
                await asyncio.gather(*load)
                if is_patient:
                    await _at_rest(engine, CALM_SECONDS)
            finally:
                for task in load:
                    task.cancel()
        if not is_patient:
            await _send_the_rest(settings, engine)
        figures = await asyncio.to_thread(_found, store, workspace, reporting, overdue)
        engine.dispose()
    figures.kills, figures.fallen, figures.repeated = processes.kills, len(processes.fallen), reporting.repeated
    return figures


async def _kill_one(processes: Processes, reporting: Reporting, dice: random.Random) -> None:
    """At any moment: mostly while it works, which some reports show, now and then while it starts."""
    name, before = dice.choice(list(processes.commands)), len(reporting.acknowledged)
    if dice.random() < 0.8:
        await processes.ready(name)
        await until_true(lambda: len(reporting.acknowledged) >= before + SHOWN_BY, WORKING_SECONDS)
    await asyncio.sleep(dice.uniform(0, WORK_SECONDS))
    await asyncio.to_thread(processes.kill, name)


async def _send_the_rest(settings: Settings, engine: Engine) -> None:
    ahead = open_again(utc_now() + AFTER_A_LEASE) - utc_now()
    async with prepared(settings, lambda: utc_now() + ahead) as program, working(program, web=False):
        await _at_rest(engine, 90)


async def _at_rest(engine: Engine, seconds: float) -> None:
    """Wait until nothing is due and everything is sent, or nothing came of it for so long: what is left is found."""
    on_its_way = outbox.c.state.in_((SendState.PENDING.value, SendState.CLAIMED.value))

    def left() -> int:
        try:
            with engine.connect() as connection:
                waiting = connection.scalar(select(func.count()).where(on_its_way)) or 0
                return waiting + (connection.scalar(select(func.count()).where(cases.c.next_due <= utc_now())) or 0)
        except OperationalError:  # SQLite lets in one at a time, and the bot came first
            return sys.maxsize

    fewest, until = math.inf, time.monotonic() + seconds
    while (now_left := await asyncio.to_thread(left)) and time.monotonic() < until:
        if now_left < fewest:
            fewest, until = now_left, time.monotonic() + seconds
        await asyncio.sleep(0.5)


def _found(store: Store, workspace: Workspace, reporting: Reporting, overdue: dict[CaseId, int]) -> Figures:
    return find_out(store, workspace, reporting.acknowledged, overdue)


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a fresh database, for a proof outside of pytest."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'private' / 'meldwijzer.db'}"
        return
    (folder / "server").mkdir()
    postgres = Postgres(folder / "server")
    try:
        yield postgres.url(postgres.create())
    finally:
        postgres.stop()


def main() -> int:
    """Run the long proof, and print its figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--seconds", type=float, default=math.inf, help="kill no more after this time")
    options.add_argument("--quick", action="store_true", help="do not wait for the end of a lease: move the clock")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--broken", default="", help="run a program that is wrong in this way: see tests/proof/broken.py"
    )
    chosen = options.parse_args()
    logging.basicConfig(level=logging.ERROR)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # in good order: nothing that was started is left
    with tempfile.TemporaryDirectory(prefix="proof") as name, database(chosen.database, Path(name)) as url:
        work = prove(
            url,
            Path(name),
            chosen.kills,
            chosen.seed,
            seconds=chosen.seconds,
            is_patient=not (chosen.quick or chosen.broken),
            fault=chosen.broken,
        )
        figures = asyncio.run(work)
        logs = [log.read_text(encoding="utf-8") for log in Path(name).glob("*.log")]
    print(f"{chosen.database}, seed {chosen.seed}: {figures}")  # noqa: T201
    tracebacks = sum(log.count("Traceback") for log in logs)
    print(f"tracebacks in the logs: {tracebacks}")  # noqa: T201
    return 0 if figures.is_proven else 1


if __name__ == "__main__":
    sys.exit(main())
