"""Seeds that are played with every run of the tests: five that stay, and three that are others each day."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
OF_TODAY = 3


def played(*arguments: object) -> tuple[int, str]:
    """The exit code and the findings of the command, which sees to it that a seed is the same in each run."""
    command = [sys.executable, "-m", "tests.year", "--tiny", *map(str, arguments)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    return result.returncode, result.stdout or result.stderr


def test_five_seeds_are_well() -> None:
    code, said = played("--seed", 7, "--seeds", 5)
    assert code == 0, said


def test_three_seeds_of_today_are_well() -> None:
    code, said = played("--seed", datetime.now(UTC).date().toordinal() * OF_TODAY, "--seeds", OF_TODAY)
    assert code == 0, said


@pytest.mark.parametrize(("name", "finding"), [("text-lost", "lost: "), ("no-next-moment", "without next: ")])
def test_a_fault_on_purpose_is_found(name: str, finding: str) -> None:
    code, said = played("--seed", 9, "--broken", name)
    assert (code, finding in said) == (1, True), said
