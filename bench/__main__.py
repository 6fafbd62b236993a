"""Measures, checks what was stored, and prints one table. Loopback only; nothing is left behind."""

from __future__ import annotations

import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import load, servers, stored, tick
from bench.load import Job, Result
from bench.school import settings

ROUNDS = 3
SECONDS = 35
"""No round begins later than this, on a machine that is slow or busy."""
SUBMISSIONS = 200
"""Submissions in a round."""
TICK_OF = 10_000
"""Open cases that the tick is measured among, at most; `python -m bench.tick` goes up to a million."""


@dataclass
class Bench:
    """The servers that run, and what was acknowledged so far."""

    loader: Executor
    bot: str
    bare_form: str
    bare_command: str
    slack: str
    next: int = 0
    acknowledged: list[int] = field(default_factory=list)
    refused: int = 0
    unsent: int = 0

    def do(self, job: Job) -> Result:
        """Do a job in the load generator's process."""
        result: Result = self.loader.submit(load.run, replace(job, first=self.next)).result()
        self.next += job.count
        self.refused += result.refused
        self.unsent += result.unsent
        if job.stored:
            self.acknowledged += result.acknowledged
        return result


@dataclass(frozen=True)
class Round:
    """One round: each measurement, and its reference right before it."""

    bare_form: Result
    whole: Result
    bare_alone: Result
    alone: Result
    bare_command: Result
    command: Result


def main() -> int:
    """Run the bench; 1 when something was refused, or stored otherwise than acknowledged."""
    with TemporaryDirectory(prefix="meldwijzer-bench-") as folder, ExitStack() as stack:
        slack = stack.enter_context(servers.child(servers.stub))
        chosen = settings(Path(folder), servers.free_port(), slack)
        with ExitStack() as running:
            bench = Bench(
                running.enter_context(ProcessPoolExecutor(1, servers.PROCESSES)),
                running.enter_context(servers.child(servers.bot, chosen, port=chosen.port)),
                running.enter_context(servers.child(servers.bare_form)),
                running.enter_context(servers.child(servers.bare_command)),
                slack,
            )
            _round(bench, 40)  # warm-up
            rounds = _rounds(bench, time.monotonic() + SECONDS)
        wrong = stored.wrong_in(chosen, bench.acknowledged)
    _print_table(rounds)
    return _print_verdict(bench, wrong)


def _rounds(bench: Bench, until: float) -> list[Round]:
    rounds = [_round(bench, SUBMISSIONS)]
    while len(rounds) < ROUNDS and time.monotonic() < until:
        rounds.append(_round(bench, SUBMISSIONS))
    return rounds


def _round(bench: Bench, count: int) -> Round:
    """One round; `count` is the number of submissions."""
    form = Job(bench.bare_form, "submission", 0, 2 * count)
    whole = Job(bench.bot, "submission", 0, count, stored=True, slack=bench.slack)
    command = Job(bench.bare_command, "help", 0, 3 * count)
    return Round(
        bench.do(form),
        bench.do(whole),
        bench.do(_alone(form, count // 8)),
        bench.do(_alone(whole, count // 8)),
        bench.do(command),
        bench.do(replace(command, url=bench.bot)),
    )


def _alone(job: Job, count: int) -> Job:
    """The same one at a time, with time in between for what comes after the acknowledgement."""
    return replace(job, count=count, at_once=1, pause=0.03)


def _print_table(rounds: list[Round]) -> None:
    reference, whole = (median(r.bare_form.per_second for r in rounds), median(r.whole.per_second for r in rounds))
    ratio = median(r.whole.per_second / r.bare_form.per_second for r in rounds)
    bare, alone = (median(r.bare_alone.median_ms for r in rounds), median(r.alone.median_ms for r in rounds))
    no_op, command = (median(r.bare_command.per_second for r in rounds), median(r.command.per_second for r in rounds))
    kept = median(r.command.per_second / r.bare_command.per_second for r in rounds)
    _print_row(f"median of {len(rounds)} rounds", "bare Bolt", "Meldwijzer", "ratio")
    _print_row("a signal submission, whole, 16 at once", f"{reference:,.0f}/s", f"{whole:,.0f}/s", f"{ratio:.2f}")
    _print_row("its ack, one at a time", f"{bare:.1f} ms", f"{alone:.1f} ms", f"+{alone - bare:.1f} ms")
    _print_row("a no-op request, 16 at once", f"{no_op:,.0f}/s", f"{command:,.0f}/s", f"{kept:.2f}")


def _print_row(what: str, reference: str, here: str, ratio: str) -> None:
    print(f"{what:<40}{reference:>12}{here:>14}{ratio:>12}")


def _print_verdict(bench: Bench, wrong: list[str]) -> int:
    counts = {"requests not answered as they should be": bench.refused, "messages not sent in time": bench.unsent}
    wrong = [f"{what}: {count}" for what, count in counts.items() if count] + wrong
    for line in wrong:
        print(f"WRONG: {line}. These figures do not count.")
    if not wrong:
        count = len(bench.acknowledged)
        print(f"Stored are exactly the {count:,} acknowledged submissions; each of their messages was sent once.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main() or tick.table(TICK_OF))
