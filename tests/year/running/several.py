"""Plays many years, in several processes at once, and goes on where it was stopped."""

from __future__ import annotations

import sys
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.year.seeds import played, short, tiny

SIZES = {"tiny": tiny, "short": short}
WELL = "well"
AT_MOST = 40
"""Years in one process: what they leave in its memory goes with it."""


def several(first: int, count: int, size: str, processes: int, state: Path | None) -> int:
    """Play so many years, one line for each: 1 if anything is wrong. Those in `state` are not played again."""
    lines = state.read_text(encoding="utf-8").splitlines() if state and state.exists() else []
    known = dict(line.split(": ", maxsplit=1) for line in lines)
    done = {seed: known[_name(size, seed)] for seed in range(first, first + count) if _name(size, seed) in known}
    left = [seed for seed in range(first, first + count) if seed not in done]
    if left:
        with get_context("spawn").Pool(processes, maxtasksperchild=AT_MOST) as pool:
            for seed, verdict in zip(left, pool.imap(partial(verdict_of, size), left), strict=True):
                done[seed] = verdict
                _say(size, seed, verdict, state)
    return 0 if all(verdict == WELL for verdict in done.values()) else 1


def verdict_of(size: str, seed: int) -> str:
    """Play this year, and say how it was."""
    found = played(SIZES[size](seed))[1]
    return str(found[0]) if found else WELL


def _name(size: str, seed: int) -> str:
    return f"{size} {seed}"


def _say(size: str, seed: int, verdict: str, state: Path | None) -> None:
    line = f"{_name(size, seed)}: {verdict}\n"
    again = "" if verdict == WELL else f"  again: python -m tests.year --{size} --seed {seed} [--shrink]\n"
    sys.stdout.write(f"{line}{again}")
    sys.stdout.flush()
    if state:
        with state.open("a", encoding="utf-8") as file:
            file.write(line)
