"""Measures, checks what was stored, and prints one table. Loopback only; nothing is left behind.

    python -m bench [--quick]

`--quick` leaves out the million open cases of the tick.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import servers, small, tick
from bench.postgres import postgresql
from bench.rows import heading, latency, show, throughput
from bench.scene import Wrong, more_cases_in_first_school, scene

QUICK = 100_000


def main() -> int:
    """Run the bench. Return 1 if anything was refused, or stored other than acknowledged."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="no more than 100,000 open cases")
    most = QUICK if options.parse_args().quick else tick.OPEN[-1]
    with TemporaryDirectory(prefix="meldwijzer-bench-") as name:
        try:
            _submissions(Path(name))
        except Wrong as wrong:
            print(f"WRONG: {wrong}. These figures do not count.")
            return 1
    print("All that was acknowledged is stored, once, and each of its messages was sent once.\n")
    return tick.table(most)


def _submissions(folder: Path) -> None:
    heading()
    one_process = _in_one_process(folder)
    with postgresql(folder, "one", "split", "double") as (one, split, double):
        with scene(folder / "postgresql-one", one) as here:
            show(throughput("whole submission, PostgreSQL", *here.submissions(), ">= 0.3"))
        with scene(folder / "postgresql-split", split, worker=1) as here:
            bare, single = here.submissions(to_the_ack=True)
            show(throughput("whole submission, the worker sends, PostgreSQL", bare, single, ">= 0.6"))
        with scene(folder / "postgresql-double", double, web=2, worker=2) as here:
            _, twofold = here.submissions(to_the_ack=True)
            show(throughput("two web and two worker beside one and one", single, twofold, ">= 1.6"))
    with scene(folder / "slow", slack_seconds=0.1) as here:
        _, slow = here.submissions()
        show(throughput("whole submission, Slack at 100 ms beside 0 ms", one_process, slow, ">= 0.8"))
    small.case_rows(folder / "entries")
    small.hint_rows()
    with servers.child(servers.stub) as slack:
        small.start_rows(folder / "start", slack)


def _in_one_process(folder: Path) -> float:
    with scene(folder / "sqlite") as here:
        bare, whole = here.submissions()
        show(throughput("whole submission, 16 at once, SQLite", bare, whole, ">= 0.45"))
        show(latency("its ack, one at a time", *here.alone("submission", here.bare_form, "submission"), "<= +2.5 ms"))
        show(latency("/signaal to the form", *here.alone("signaal", here.bare_signal, "signaal"), "<= 1.2"))
        show(throughput("a request that does nothing", *here.no_ops(), ">= 0.9"))
    with scene(folder / "home") as here:
        there = 0
        for count in (20, 200, 500):
            more_cases_in_first_school(here.settings, there, count)
            there = count
            times = here.alone("home", here.bare_command, "help")
            show(latency(f"Home tab with {count} open cases", *times, "<= 10"))
    return whole


if __name__ == "__main__":
    sys.exit(main())
