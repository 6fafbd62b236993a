"""Plays many years, in several processes at once, and goes on where it was stopped."""

from __future__ import annotations

import sys
from multiprocessing import get_context
from pathlib import Path

from tests.year.seeds import played, short, tiny

SIZES = {"tiny": tiny, "short": short}
WELL = "well"
AT_MOST = 40
"""Years in one process: what they leave in its memory goes with it."""


def several(first: int, count: int, size: str, processes: int, state: Path | None) -> int:
    """Play so many years, one line for each: 1 if anything is wrong. Those in `state` are not played again."""
    asked = [f"{size} {seed}" for seed in range(first, first + count)]
    lines = state.read_text(encoding="utf-8").splitlines() if state and state.exists() else []
    done = {line.split(": ")[0]: line for line in lines}
    if left := [year for year in asked if year not in done]:
        with get_context("spawn").Pool(processes, maxtasksperchild=AT_MOST) as pool:
            for line in pool.imap(line_of, left):
                done[line.split(": ")[0]] = line
                _say(line, state)
    return 0 if all(done[year].endswith(WELL) for year in asked) else 1


def line_of(year: str) -> str:
    """Play this year, and say how it was."""
    size, seed = year.split(" ")
    found = played(SIZES[size](int(seed)))[1]
    return f"{year}: {found[0] if found else WELL}"


def _say(line: str, state: Path | None) -> None:
    size, seed = line.split(": ", maxsplit=1)[0].split(" ")
    again = "" if line.endswith(WELL) else f"  again: python -m tests.year --{size} --seed {seed} [--shrink]\n"
    sys.stdout.write(f"{line}\n{again}")
    sys.stdout.flush()
    if state:
        with state.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
