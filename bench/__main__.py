"""Measures, checks what was stored, and prints one table. Loopback only; nothing is left behind.

    python -m bench [--quick] [--only WORD]

`--quick` leaves out the million open cases of the tick. `--only` measures the groups of rows whose name has that word.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import requests, search, servers, small, tabs, tick
from bench.postgres import postgresql
from bench.rows import CORES, MISSED, heading
from bench.scene import Wrong

QUICK = 100_000


def main() -> int:
    """Run the bench. Return 1 if anything was refused, or stored other than acknowledged."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="no more than 100,000 open cases")
    options.add_argument("--only", default="", help="only groups of rows with this in their name")
    chosen = options.parse_args()
    heading()
    with TemporaryDirectory(prefix="meldwijzer-bench-") as name:
        try:
            for group, rows in _groups(Path(name), QUICK if chosen.quick else tick.OPEN[-1]).items():
                if chosen.only in group:
                    rows()
        except Wrong as wrong:
            print(f"WRONG: {wrong}. These figures do not count.")
            return 1
    print("\nAll that was acknowledged is stored, once, and each of its messages was sent once.")
    print(f"{CORES} cores. Missed: {', '.join(MISSED) or 'none'}.")
    return 0


def _groups(folder: Path, most: int) -> dict[str, Callable[[], object]]:
    return {
        "sqlite": lambda: requests.sqlite_rows(folder),
        "postgresql": lambda: _postgresql(folder),
        "tabs": lambda: tabs.tab_rows(folder),
        "morning": lambda: tabs.morning_rows(folder / "morning"),
        "home": lambda: requests.home_rows(folder),
        "search": lambda: search.row(folder / "search"),
        "tick": lambda: tick.rows(most),
        "entries": lambda: small.case_rows(folder / "entries"),
        "hints": small.hint_rows,
        "start": lambda: _start(folder),
    }


def _postgresql(folder: Path) -> None:
    with postgresql(folder, "one", "peer", "split", "double", "alone") as urls:
        requests.postgresql_rows(folder, *urls)


def _start(folder: Path) -> None:
    with servers.child(servers.stub) as slack:
        small.start_rows(folder / "start", slack.url)


if __name__ == "__main__":
    sys.exit(main())
