"""Plays many years, in several processes at once, and goes on where it was stopped."""

from __future__ import annotations

import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.year.drawn.options import Options
from tests.year.drawn.seeds import SIZES, played

WELL, CRASH = "well", "crash: "
AT_ONCE = 2
AT_MOST = 40
"""Years in one process: what they leave in its memory goes with it."""
PLAYED = re.compile(r"^(?P<size>\w+) (?P<seed>-?\d+): (?P<verdict>.+)\n", re.MULTILINE)


def is_state(file: Path | None) -> bool:
    """Whether nothing is lost when the years are kept in this file: it has only those, and maybe a torn line."""
    lines = _said_in(file).splitlines(keepends=True)
    return all(PLAYED.fullmatch(line) for line in lines[:-1] or lines)


def several(first: int, count: int, size: str, processes: int, state: Path | None) -> int:
    """Play so many years, one line for each: 1 if anything is wrong. Those in `state` are not played again."""
    before = _played_before(size, state)
    seeds = range(first, first + count)
    wrong = [(seed, before[seed]) for seed in seeds if before.get(seed, WELL) != WELL]
    if known := len(before.keys() & {*seeds}):
        sys.stdout.write(f"played before: {known}\n")
    is_wrong = bool(wrong)
    for seed, verdict in _verdicts(size, [seed for seed in seeds if seed not in before], processes):
        _say(size, seed, verdict)
        _keep(size, seed, verdict, state)
        is_wrong |= verdict != WELL
    for seed, verdict in wrong:
        _say(size, seed, verdict, "found before: ")
    return 1 if is_wrong else 0


def _verdicts(size: str, seeds: list[int], processes: int) -> Iterator[tuple[int, str]]:
    if not seeds:
        return
    with (
        tempfile.TemporaryDirectory(prefix="years") as folder,
        get_context("spawn").Pool(processes, _begin, (folder,), maxtasksperchild=AT_MOST) as pool,
    ):
        yield from zip(seeds, pool.imap(partial(_verdict, size), seeds), strict=True)


def _begin(folder: str) -> None:
    """A process that ends whenever the command does: what it leaves is in a folder that the command removes."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _verdict(size: str, seed: int) -> str:
    return verdict_of(SIZES[size](seed))


def verdict_of(options: Options, broken: str = "") -> str:
    """Play this year, and say how it was. A crash is how it was: the years after it are played all the same."""
    try:
        found = played(options, broken)[1]
    except Exception as crash:  # the year again, alone, says where
        return f"{CRASH}{type(crash).__name__}"
    return " ".join(str(found[0]).split()) if found else WELL


def _played_before(size: str, state: Path | None) -> dict[int, str]:
    """What was played before it was stopped. A line that was torn then is left out, and its year is played again."""
    said = _said_in(state)
    lines = [*PLAYED.finditer(said)]
    if state and said != (whole := "".join(line[0] for line in lines)):
        state.write_text(whole, encoding="utf-8")
    return {int(line["seed"]): line["verdict"] for line in lines if line["size"] == size}


def _said_in(state: Path | None) -> str:
    return state.read_text(encoding="utf-8", errors="replace") if state and state.exists() else ""


def _say(size: str, seed: int, verdict: str, before: str = "") -> None:
    again = "" if verdict == WELL else again_as(f"--{size} --seed {seed}", verdict)
    sys.stdout.write(f"{before}{size} {seed}: {verdict}\n{again}")
    sys.stdout.flush()


def again_as(words: str, verdict: str = "") -> str:
    """The command that plays this year again, and prints what is wrong as a test; a crash it only shows."""
    shrink = "" if verdict.startswith(CRASH) else " --shrink"
    return f"  again: python -m tests.year {words}{shrink}\n"


def _keep(size: str, seed: int, verdict: str, state: Path | None) -> None:
    if state:
        with state.open("a", encoding="utf-8") as file:
            file.write(f"{size} {seed}: {verdict}\n")
