"""python -m tests.year --seed N: play a school year, and say what is wrong with it.

The same seed gives the same log, byte for byte. Python orders sets of words by chance unless it is told not to, so the
command starts itself again with a fixed order.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.year.broken import BROKEN, SHOWN_BY
from tests.year.characters import CHARACTERS
from tests.year.faults import FAULTS
from tests.year.report.story import story
from tests.year.running.several import several
from tests.year.schools import CITY_NAMES, Size
from tests.year.seeds import PLANS, played, short, tiny
from tests.year.shrink import as_a_test
from tests.year.world import FIRST_DAY, Options

HASHES = "PYTHONHASHSEED"
FOR_ONE = 50
"""Years in which a fault on purpose must show."""


def main() -> int:
    """Play one year or several; the exit code says whether anything is wrong."""
    parser = _arguments()
    given = parser.parse_args()
    if given.seeds and given.database:
        parser.error("--database plays one year in an empty database; leave --seeds out")
    if given.broken and (given.seeds or len(given.broken) > 1):
        return _all_broken(given)
    if given.seeds:
        return several(given.seed, given.seeds, "tiny" if given.tiny else "short", given.processes, given.state)
    options = _options(given)
    if given.shrink:
        sys.stdout.write(as_a_test(options, "tiny" if given.tiny else "short", *given.broken))
        return 0
    log, found = played(options, *given.broken)
    if given.log:
        given.log.write_text("\n".join(log.lines()), encoding="utf-8")
    if given.story:
        given.story.write_text(story(options.on_paper(), log), encoding="utf-8")
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    return 1 if found else 0


def _some_of(known: Iterable[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads `all`, or some of these names."""

    def names(given: str) -> tuple[str, ...]:
        if given == "all":
            return tuple(known)
        chosen = tuple(filter(None, given.split(",")))
        if unknown := {*chosen} - {*known}:
            raise argparse.ArgumentTypeError(f"nothing is called {', '.join(sorted(unknown))}")
        return chosen

    return names


def _all_broken(given: argparse.Namespace) -> int:
    """Look for each fault of `broken.py` in tiny years, and print which year shows it: 1 if one is not found."""
    seeds = range(given.seed, given.seed + (given.seeds or FOR_ONE))
    missed = 0
    for name in given.broken:
        years = ((seed, tiny(seed)) for seed in seeds)
        years = ((seed, replace(year, faults=SHOWN_BY.get(name, year.faults))) for seed, year in years)
        shown = ((seed, found) for seed, year in years if (found := played(year, name)[1]))
        seed, found = next(shown, (0, []))
        missed += not found
        sys.stdout.write(f"{name}: {f'{seed}: {found[0]}' if found else 'not found'}\n")
        sys.stdout.flush()
    return 1 if missed else 0


def _options(given: argparse.Namespace) -> Options:
    if given.short or given.tiny:
        return replace(tiny(given.seed) if given.tiny else short(given.seed), database_url=given.database)
    return Options(
        given.seed,
        _size(given),
        given.schools,
        given.plan,
        first_day=given.first_day,
        faults=given.faults,
        database_url=given.database,
    )


def _size(given: argparse.Namespace) -> Size:
    characters = tuple(CHARACTERS) if given.characters == "all" else (given.characters,)
    part_time = 0.3 if given.characters == "all" else 0.0
    return Size(given.people, given.cases, characters, part_time, given.days)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schools", type=int, default=1, choices=range(1, len(CITY_NAMES) + 1))
    parser.add_argument("--people", type=int, default=40, help="at each school")
    parser.add_argument("--cases", type=int, default=60, help="at each school")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--first-day", type=date.fromisoformat, default=FIRST_DAY)
    parser.add_argument("--faults", default=(), type=_some_of(FAULTS), help=f"all, or some of {', '.join(FAULTS)}")
    parser.add_argument("--plan", default="heutink", choices=PLANS)
    parser.add_argument("--characters", default="all", choices=("all", *CHARACTERS))
    parser.add_argument("--short", action="store_true", help="a small school and a part of the year, as --seeds plays")
    parser.add_argument("--tiny", action="store_true", help="a few people and some weeks, as the tests play")
    parser.add_argument("--seeds", type=int, default=0, help="play so many short years from --seed on")
    parser.add_argument("--processes", type=int, default=2, help="with --seeds: how many are played at once")
    parser.add_argument("--state", type=Path, help="with --seeds: keep what was played here, and go on from there")
    parser.add_argument("--broken", default=(), type=_some_of(BROKEN), help=f"all, or some of {', '.join(BROKEN)}")
    parser.add_argument("--shrink", action="store_true", help="with --tiny or --short: print what is wrong as a test")
    parser.add_argument("--database", default="", help="the URL of an empty database, when not SQLite")
    parser.add_argument("--story", type=Path, help="write the year as a page for people to this file")
    parser.add_argument("--log", type=Path, help="write what people did and saw to this file")
    return parser


if __name__ == "__main__":
    if os.environ.get(HASHES) != "0":
        os.execve(sys.executable, [sys.executable, "-m", "tests.year", *sys.argv[1:]], {**os.environ, HASHES: "0"})
    sys.exit(main())
