"""A seed is a whole year: it is played again as it was, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SMALL = ("--people", "6", "--cases", "3", "--days", "21", "--first-day", "2026-09-28")


def played(seed: int, log: Path, hashes: str) -> bytes:
    """The log of a small year, played by the command."""
    command = [sys.executable, "-m", "tests.year", "--seed", str(seed), *SMALL, "--log", str(log)]
    subprocess.run(command, check=False, capture_output=True, env={**os.environ, "PYTHONHASHSEED": hashes})
    return log.read_bytes()


def test_the_same_seed_gives_the_same_log(tmp_path: Path) -> None:
    first, second = (played(3, tmp_path / name, name) for name in ("1", "2"))
    assert first == second
    assert b'"what": "did"' in first
    assert played(4, tmp_path / "4", "1") != first
