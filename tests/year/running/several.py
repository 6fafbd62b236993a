"""Plays many years, in several processes at once, and goes on where it was stopped."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from tests.year.seeds import SIZES, played
from tests.year.world import Options

WELL, CRASH = "well", "crash: "
AT_ONCE = 2
AT_MOST = 40
"""Years in one process: what they leave in its memory goes with it."""
PLAYED = re.compile(r"^(?P<name>\w+ -?\d+): (?P<verdict>.+)\n", re.MULTILINE)


def several(first: int, count: int, size: str, processes: int, state: Path | None) -> int:
    """Play so many years, one line for each: 1 if anything is wrong. Those in `state` are not played again."""
    names = [f"{size} {seed}" for seed in range(first, first + count)]
    before = _played_before(state)
    wrong = [(name, before[name]) for name in names if before.get(name, WELL) != WELL]
    is_wrong = bool(wrong)
    for name, verdict in _verdicts([name for name in names if name not in before], processes):
        _say(name, verdict)
        _keep(name, verdict, state)
        is_wrong |= verdict != WELL
    for name, verdict in wrong:
        _say(name, verdict, "found before: ")
    return 1 if is_wrong else 0


def _verdicts(names: list[str], processes: int) -> Iterator[tuple[str, str]]:
    if names:
        with get_context("spawn").Pool(processes, maxtasksperchild=AT_MOST) as pool:
            yield from zip(names, pool.imap(_verdict, names), strict=True)


def _verdict(name: str) -> str:
    size, seed = name.split()
    return verdict_of(SIZES[size](int(seed)))


def verdict_of(options: Options, broken: str = "") -> str:
    """Play this year, and say how it was. A crash is how it was: the years after it are played all the same."""
    try:
        found = played(options, broken)[1]
    except Exception as crash:  # the year again, alone, says where
        return f"{CRASH}{type(crash).__name__}"
    return " ".join(str(found[0]).split()) if found else WELL


def _played_before(state: Path | None) -> dict[str, str]:
    """What was played before it was stopped. A line that was torn then is left out, and its year is played again."""
    said = state.read_text(encoding="utf-8", errors="replace") if state and state.exists() else ""
    lines = [*PLAYED.finditer(said)]
    if state and said != (whole := "".join(line[0] for line in lines)):
        state.write_text(whole, encoding="utf-8")
    return {line["name"]: line["verdict"] for line in lines}


def _say(name: str, verdict: str, before: str = "") -> None:
    shrink = "" if verdict.startswith(CRASH) else " [--shrink]"
    size, seed = name.split()
    again = "" if verdict == WELL else f"  again: python -m tests.year --{size} --seed {seed}{shrink}\n"
    sys.stdout.write(f"{before}{name}: {verdict}\n{again}")
    sys.stdout.flush()


def _keep(name: str, verdict: str, state: Path | None) -> None:
    if state:
        with state.open("a", encoding="utf-8") as file:
            file.write(f"{name}: {verdict}\n")
