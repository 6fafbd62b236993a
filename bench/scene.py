"""The servers of one measurement: a Slack stub, the program in one process or several, and the bare apps."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from bench import load, servers, stored, traffic
from bench.load import Job, Result
from bench.school import settings
from bench.small import report
from bot.app import open_store
from bot.settings import Settings
from storage.db.engine import make_engine
from storage.db.migrate import upgrade

ROUNDS = 3
SUBMISSIONS = 300
SECONDS = 3.0
"""Seconds that a round may take."""


class Wrong(Exception):
    """Something was refused, lost, or stored other than acknowledged: the figures do not count."""


@dataclass
class Scene:
    """The running servers, and what was acknowledged so far; `bot` may be several URLs."""

    loader: Executor
    settings: Settings
    bot: str
    slack: str
    bare_form: str
    bare_command: str
    bare_signal: str
    next: int = 0
    acknowledged: list[int] = field(default_factory=list)

    def do(self, job: Job) -> Result:
        """Run a job in the load generator's process. Raises Wrong."""
        result: Result = self.loader.submit(load.run, replace(job, first=self.next)).result()
        self.next += job.count
        if result.refused or result.unsent:
            raise Wrong(f"{job.kind}: {result.refused} refused, {result.unsent} messages not sent in time")
        if job.stored:
            self.acknowledged += result.acknowledged
        return result

    def submissions(self, *, to_the_ack: bool = False) -> tuple[float, float]:
        """Return the requests per second of the bare app and of the program, as medians of some rounds."""
        whole = Job(self.bot, "submission", 0, SUBMISSIONS, stored=True, slack=self.slack, seconds=SECONDS)
        bare = Job(self.bare_form, "submission", 0, 2 * SUBMISSIONS, seconds=SECONDS)
        self.do(replace(whole, count=80))  # warm-up
        self.do(replace(bare, count=80))
        rounds = [(self.do(bare), self.do(replace(whole, to_the_ack=to_the_ack))) for _ in range(ROUNDS)]
        return median(b.per_second for b, _ in rounds), median(w.per_second for _, w in rounds)

    def alone(self, kind: str, reference: str, reference_kind: str, count: int = 40) -> tuple[float, float]:
        """Return the median milliseconds of single requests to the bare app and to the program."""
        job = Job(reference, reference_kind, 0, count, at_once=1, pause=0.03, seconds=SECONDS)
        here = replace(job, url=self.bot.split()[0], kind=kind, stored=kind == "submission")
        rounds = [(self.do(job), self.do(here)) for _ in range(ROUNDS)]
        return median(b.median_ms for b, _ in rounds), median(h.median_ms for _, h in rounds)

    def no_ops(self) -> tuple[float, float]:
        """Return the requests per second that do nothing, for the bare app and for the program."""
        job = Job(self.bare_command, "help", 0, 3 * SUBMISSIONS, seconds=SECONDS)
        rounds = [(self.do(job), self.do(replace(job, url=self.bot))) for _ in range(ROUNDS)]
        return median(b.per_second for b, _ in rounds), median(h.per_second for _, h in rounds)


@contextmanager
def scene(
    folder: Path, database_url: str = "", *, web: int = 1, worker: int = 0, slack_seconds: float = 0
) -> Iterator[Scene]:
    """Run the servers. Without a worker one process does everything. Raises Wrong at the end if not all is stored."""
    folder.mkdir()
    with ExitStack() as slack_stack:
        slack = slack_stack.enter_context(servers.child(servers.stub, slack_seconds))
        chosen = settings(folder, 0, slack)
        if database_url:
            chosen = chosen.model_copy(update={"database_url": database_url})
            upgrade(make_engine(database_url))
        open_store(chosen)[0].dispose()
        with ExitStack() as stack:
            loader = stack.enter_context(ProcessPoolExecutor(1, servers.PROCESSES))
            bots = [stack.enter_context(servers.child(servers.bot, chosen, True, worker == 0)) for _ in range(web)]
            for _ in range(worker):
                stack.enter_context(servers.child(servers.bot, chosen, False, True))
            form = stack.enter_context(servers.child(servers.bare_form))
            command = stack.enter_context(servers.child(servers.bare_command))
            signal = stack.enter_context(servers.child(servers.bare_signal, slack))
            here = Scene(loader, chosen, " ".join(bots), slack, form, command, signal)
            yield here
        if here.acknowledged and (wrong := stored.wrong_in(chosen, here.acknowledged)):
            raise Wrong("; ".join(wrong))


def more_cases_in_first_school(of: Settings, first: int, last: int) -> None:
    """Report cases with these numbers in the first school, through the running program."""
    engine, store = open_store(of)
    try:
        for number in range(first, last):
            report(store, traffic.last_name(number))
    finally:
        engine.dispose()
