"""A seed is a whole year: it is played again as it was, byte for byte."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.year.drawn.options import Options
from tests.year.drawn.schools import Size
from tests.year.faults.trouble import FAULTS
from tests.year.people.characters import CHARACTERS
from tests.year.playing import play

REAL = {id(one) for one in (time.time, time.monotonic, time.perf_counter, time.clock_gettime, time.sleep, os.urandom)}
ANYBODYS = vars(random)["_inst"]
"""The random generator that has no seed."""
WITHOUT_EFFECT = ("/sqlalchemy/", "/hypothesis/")
"""They measure how long their own work takes, also that of tests which ran in this process before."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
AS_IT_IS = "import sys; from tests.year.__main__ import main; sys.exit(main())"
"""The command, without the fixed order of sets with which it starts itself again."""


def played(seed: int, log: Path, hashes: str) -> bytes:
    """The log of a tiny year with all faults, for which Python has this order of sets."""
    command = [sys.executable, "-c", AS_IT_IS, "--tiny", "--faults", "all", "--seed", str(seed), "--log", str(log)]
    subprocess.run(command, check=False, capture_output=True, env={**os.environ, "PYTHONHASHSEED": hashes})
    return log.read_bytes()


def test_the_same_seed_gives_the_same_log_whatever_the_order_of_sets(tmp_path: Path) -> None:
    """Tests that `--shrink` prints rely on it: pytest has any order."""
    first, second = (played(3, tmp_path / name, name) for name in ("1", "2"))
    assert first == second
    assert b'"what": "did"' in first
    assert played(4, tmp_path / "4", "1") != first


def test_the_command_has_one_order_of_sets(tmp_path: Path) -> None:
    """For the years in which it would make a difference, and for faults on purpose."""
    asked = "import os, sys; os.execve = lambda *given: print(given[2]['PYTHONHASHSEED']); import runpy;"
    ran = f"{asked} runpy.run_module('tests.year', run_name='__main__')"
    env = {**os.environ, "PYTHONHASHSEED": "1"}
    said = subprocess.run([sys.executable, "-c", ran, "--seeds", "0"], check=False, capture_output=True, env=env).stdout
    assert said == b"0\n"


LAST_OF = """
import sys, tempfile
from pathlib import Path
from tests.year.drawn.seeds import tiny
from tests.year.playing import play
for seed in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as folder:
        log = play(tiny(int(seed)), Path(folder))
sys.stdout.write("\\n".join(log.lines()))
"""


def test_the_years_before_it_in_one_process_change_nothing() -> None:
    """What the program keeps from then on takes no chance any more."""
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    alone, later = (
        subprocess.run([sys.executable, "-c", LAST_OF, *seeds], check=True, capture_output=True, env=env).stdout
        for seeds in (["10"], ["11", "10"])
    )
    assert alone == later
    assert b'"what": "did"' in alone


def test_nothing_asks_the_real_clock_or_real_chance(tmp_path: Path) -> None:
    asked: set[str] = set()

    def called(frame: FrameType, event: str, what: Any) -> None:
        is_chance = event == "c_call" and getattr(what, "__self__", None) is ANYBODYS
        if event == "c_call" and (id(what) in REAL or is_chance):
            asked.add(f"{frame.f_code.co_filename}:{frame.f_lineno} {what.__name__}")

    size = Size(people=6, cases=3, characters=tuple(CHARACTERS), part_time=0.3, days=14)
    sys.setprofile(called)
    try:
        play(Options(3, size, first_day=date(2026, 9, 28), faults=tuple(FAULTS)), tmp_path)
    finally:
        sys.setprofile(None)
    assert [place for place in sorted(asked) if not any(each in place for each in WITHOUT_EFFECT)] == []
