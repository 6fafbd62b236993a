"""python -m tests.year --seed N: play a school year, and say what is wrong with it.

The same seed gives the same log, byte for byte. Python orders sets of words by chance unless it is told not to, so the
command starts itself again with a fixed order.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from tests.year.broken import BROKEN, broken
from tests.year.characters import CHARACTERS
from tests.year.faults import FAULTS
from tests.year.judging.log import Log
from tests.year.judging.oracle import Finding, Oracle
from tests.year.judging.plan_file import plan_file
from tests.year.schools import Size
from tests.year.story import story
from tests.year.world import FIRST_DAY, Options, play

HASHES = "PYTHONHASHSEED"
SHORT = 70
"""Days of a short year."""
TINY = 24


def main() -> int:
    """Play one year or several; the exit code says whether anything is wrong."""
    given = _arguments().parse_args()
    if given.seeds:
        return _several(given)
    options = _options(given)
    log, found = played(options, given.broken)
    if given.log:
        given.log.write_text("\n".join(log.lines()), encoding="utf-8")
    if given.story:
        given.story.write_text(story(plan_file(options.plan), log), encoding="utf-8")
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    return 1 if found else 0


def _several(given: argparse.Namespace) -> int:
    """Play short (or tiny) years, one line for each; with `--state` those in the file are not played again."""
    state: Path | None = given.state
    name, size = ("tiny", tiny) if given.tiny else ("short", short)
    done = state.read_text(encoding="utf-8").splitlines() if state and state.exists() else []
    wrong = 0
    for seed in range(given.seed, given.seed + given.seeds):
        if any(line.startswith(f"{seed}: ") for line in done):
            continue
        _, found = played(size(seed), given.broken)
        wrong += bool(found)
        line = f"{seed}: {found[0] if found else 'well'}"
        sys.stdout.write(f"{line}\n" + (f"  again: python -m tests.year --{name} --seed {seed}\n" if found else ""))
        sys.stdout.flush()
        if state:
            with state.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        if found and given.broken:
            return 1
    return 1 if wrong else 0


def played(options: Options, name: str = "") -> tuple[Log, list[Finding]]:
    """Play this with a fault of `broken.py`, or none, and return the log and what is wrong."""
    with tempfile.TemporaryDirectory(prefix="year") as folder, broken(name):
        log = play(options, Path(folder))
    return log, Oracle(plan_file(options.plan), log).judge()


def short(seed: int) -> Options:
    """A small school for a part of the year, with everything that can go wrong."""
    chance = random.Random(f"short {seed}")
    size = Size(chance.randrange(6, 10), chance.randrange(2, 5), tuple(CHARACTERS), 0.3, SHORT)
    first = FIRST_DAY + timedelta(days=chance.randrange(20, 365 - SHORT - 20))
    return Options(seed, size, 1, chance.choice(("heutink", "landelijk")), first_day=first, faults=tuple(FAULTS))


def tiny(seed: int) -> Options:
    """A few people and two cases for some weeks, with everything that can go wrong: what `make test` plays."""
    chance = random.Random(f"tiny {seed}")
    first = FIRST_DAY + timedelta(days=chance.randrange(20, 300))
    plan = chance.choice(("heutink", "landelijk"))
    return Options(seed, Size(6, 2, tuple(CHARACTERS), 0.3, TINY), 1, plan, first_day=first, faults=tuple(FAULTS))


def _options(given: argparse.Namespace) -> Options:
    if given.short or given.tiny:
        return tiny(given.seed) if given.tiny else short(given.seed)
    faults = _faults(given.faults)
    database = {"database_url": given.database} if given.database else {}
    return Options(
        given.seed, _size(given), given.schools, given.plan, first_day=given.first_day, faults=faults, **database
    )


def _size(given: argparse.Namespace) -> Size:
    characters = tuple(CHARACTERS) if given.characters == "all" else (given.characters,)
    part_time = 0.3 if given.characters == "all" else 0.0
    return Size(given.people, given.cases, characters, part_time, given.days)


def _faults(given: str) -> tuple[str, ...]:
    return tuple(FAULTS) if given == "all" else tuple(given.split(",")) if given else ()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schools", type=int, default=1)
    parser.add_argument("--people", type=int, default=40, help="at each school")
    parser.add_argument("--cases", type=int, default=60, help="at each school")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--first-day", type=date.fromisoformat, default=FIRST_DAY)
    parser.add_argument("--faults", default="", help=f"all, or some of {', '.join(FAULTS)}")
    parser.add_argument("--plan", default="heutink", choices=("heutink", "landelijk"))
    parser.add_argument("--characters", default="all", choices=("all", *CHARACTERS))
    parser.add_argument("--short", action="store_true", help="a small school and a part of the year, as --seeds plays")
    parser.add_argument("--tiny", action="store_true", help="a few people and some weeks, as the tests play")
    parser.add_argument("--seeds", type=int, default=0, help="play so many short years from --seed on")
    parser.add_argument("--state", type=Path, help="with --seeds: keep what was played here, and go on from there")
    parser.add_argument("--broken", default="", choices=("", *BROKEN), help="with a fault in the program on purpose")
    parser.add_argument("--database", default="", help="the URL of an empty database, when not SQLite")
    parser.add_argument("--story", type=Path, help="write the year as a page for people to this file")
    parser.add_argument("--log", type=Path, help="write what people did and saw to this file")
    return parser


if __name__ == "__main__":
    if os.environ.get(HASHES) != "0":
        os.execve(sys.executable, [sys.executable, "-m", "tests.year", *sys.argv[1:]], {**os.environ, HASHES: "0"})
    sys.exit(main())
