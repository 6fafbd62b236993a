"""python -m tests.year --seed N: play a school year, and say what is wrong with it.

The same seed gives the same log, byte for byte. Python takes the order of sets of words by chance. No year is known
that depends on it; one that does is the same each time too, since the command starts itself again with a fixed order.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from tests.year.broken import LONGER, SHOWN_BY
from tests.year.command.given import is_hunt, options_of, parsed
from tests.year.command.several import AT_ONCE, CRASH, WELL, again_as, several, verdict_of
from tests.year.command.shrink import as_a_test
from tests.year.drawn.options import Options
from tests.year.drawn.seeds import played, tiny
from tests.year.report.story import story
from tests.year.running.database import migrate

STOPPED = 130
"""The exit code of what somebody stops with Ctrl-C."""
HASHES = "PYTHONHASHSEED"
FOR_ONE = 50
"""Years in which a fault on purpose must show."""


def main() -> int:
    """Play one year or several; the exit code says whether anything is wrong."""
    given = parsed(__doc__.split("\n", 1)[0])
    if is_hunt(given):
        return _hunt(given.broken, range(given.seed, given.seed + (given.seeds or FOR_ONE)))
    if given.seeds:
        size, processes = given.size or "short", given.processes or AT_ONCE
        return several(given.seed, given.seeds, size, processes, given.state)
    return _shrink(given) if given.shrink else _play(given)


def _hunt(names: Iterable[str], seeds: range) -> int:
    """Look for each fault of `broken.py` in tiny years, and print which year shows it: 1 if one is not found."""
    missed = 0
    for name in names:
        shown = _shown_in(name, seeds)
        missed += not shown
        sys.stdout.write(f"{name}: {shown or 'not found'}\n")
        sys.stdout.flush()
    return 1 if missed else 0


def _shown_in(name: str, seeds: range) -> str:
    """The first year that shows it, and what is wrong there. A year that crashes shows nothing, and is named."""
    for seed in seeds:
        said = verdict_of(_year_for(name, seed), name)
        if said.startswith(CRASH):
            sys.stderr.write(f"{name}: {seed}: {said}\n")
        elif said != WELL:
            return f"{seed}: {said}\n{again_as(f'--tiny --seed {seed} --broken {name}{_also(name)}')}".rstrip()
    return ""


def _year_for(name: str, seed: int) -> Options:
    year = tiny(seed)
    size = replace(year.size, days=LONGER.get(name, year.size.days))
    return replace(year, faults=SHOWN_BY.get(name, year.faults), size=size)


def _also(name: str) -> str:
    """What such a year has in the place of what its seed has, in the words of the command."""
    faults = f" --faults {','.join(SHOWN_BY[name])}" if name in SHOWN_BY else ""
    return faults + (f" --days {LONGER[name]}" if name in LONGER else "")


def _shrink(given: argparse.Namespace) -> int:
    test = as_a_test(options_of(given), given.size, *given.broken or ())
    sys.stdout.write(test or f"{given.size} {given.seed}: {WELL}\n")
    return 1 if test else 0


def _play(given: argparse.Namespace) -> int:
    options = options_of(given)
    if options.database_url:
        migrate(options.database_url)
    log, found = played(options, *given.broken or ())
    words = [str(finding) for finding in found] or [f"{given.size or 'whole'} {given.seed}: {WELL}"]
    words += ["  with --shrink: the least that shows it, as a test"] if found and given.size else []
    sys.stdout.write("".join(f"{line}\n" for line in words))
    if given.log:
        given.log.write_text("\n".join(log.lines()), encoding="utf-8")
    if given.story:
        given.story.write_text(story(options.on_paper(), log), encoding="utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    if os.environ.get(HASHES) != "0":
        os.execve(sys.executable, [sys.executable, "-m", "tests.year", *sys.argv[1:]], {**os.environ, HASHES: "0"})
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(STOPPED)
