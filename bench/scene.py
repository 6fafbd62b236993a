"""The servers of one measurement: a Slack stub, and the program in one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import load, servers, stored, traffic
from bench.load import Job, Result
from bench.school import SCHOOLS, settings
from bench.servers import Server
from bench.small import report
from bot.settings import Settings
from bot.store import open_store
from storage.db.engine import make_engine
from storage.db.migrate import upgrade

ROUNDS = 3
SUBMISSIONS = 300
FAR_APART = 790_321
"""Names one after another are so like each other that the program asks which pupil is meant (G10)."""
SECONDS = 10.0
"""Seconds that a round may take."""


class Wrong(Exception):
    """Something was refused, lost, or stored other than acknowledged: the figures do not count."""


@dataclass(frozen=True)
class Measured:
    """What a job took; `cpu_ms` is the CPU of the servers for each acknowledged request."""

    result: Result
    cpu_ms: float

    @property
    def per_cpu_second(self) -> float:
        """Acknowledged requests for each second of CPU."""
        return 1000 / self.cpu_ms


@dataclass
class Scene:
    """The running servers, and what was acknowledged so far."""

    loader: Executor
    settings: Settings
    bots: Sequence[Server]
    workers: Sequence[Server]
    slack: Server
    next: int = 0
    acknowledged: list[int] = field(default_factory=list)

    def do(self, job: Job, *by: Server, is_ours: bool = True) -> Measured:
        """Run a job in the load generator's process, against these servers or the program. Raises Wrong."""
        who = by or (*self.bots, *self.workers)
        url = job.url or " ".join(one.url for one in by or self.bots)
        before = sum(one.cpu() for one in who)
        result: Result = self.loader.submit(load.run, replace(job, url=url, first=self.next)).result()
        self.next += job.count
        if is_ours and (result.refused or result.unsent):
            raise Wrong(f"{job.kind}: {result.refused} refused, {result.unsent} messages not sent in time")
        if job.stored and not by:
            self.acknowledged += result.acknowledged
        used = sum(one.cpu() for one in who) - before
        return Measured(result, used * 1000 / max(1, len(result.acknowledged)))

    def whole(self, count: int = SUBMISSIONS) -> Job:
        """Signals, 16 at once, until the last message of the last one was sent."""
        return Job("", "submission", 0, count, stored=True, slack=self.slack.url, seconds=SECONDS)


@contextmanager
def scene(
    folder: Path,
    database_url: str = "",
    *,
    web: int = 1,
    worker: int = 0,
    slack_seconds: float = 0,
    tabs: int | None = None,
    schools: int = SCHOOLS,
) -> Iterator[Scene]:
    """Run the servers. Without a worker one process does everything. Raises Wrong at the end if not all is stored."""
    folder.mkdir()
    with ExitStack() as slack_stack:
        slack = slack_stack.enter_context(servers.child(servers.stub, slack_seconds))
        chosen = settings(folder, 0, slack.url, schools)
        if database_url:
            chosen = chosen.model_copy(update={"database_url": database_url})
            upgrade(make_engine(database_url))
        open_store(chosen)[0].dispose()
        with ExitStack() as stack:
            loader = stack.enter_context(ProcessPoolExecutor(1, servers.PROCESSES))
            started = [
                stack.enter_context(servers.child(servers.bot, chosen, is_web, not is_web or worker == 0, tabs))
                for is_web in (*[True] * web, *[False] * worker)
            ]
            here = Scene(loader, chosen, started[:web], started[web:], slack)
            yield here
        if here.acknowledged and (wrong := stored.wrong_in(chosen, here.acknowledged)):
            raise Wrong("; ".join(wrong))


def more_cases_in_first_school(of: Settings, first: int, last: int) -> None:
    """Report cases with these numbers in the first school."""
    engine, store = open_store(of)
    try:
        for number in range(first, last):
            report(store, traffic.last_name(number * FAR_APART % 1_000_000))
    finally:
        engine.dispose()
