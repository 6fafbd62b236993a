"""Seeds that are played with every run of the tests: five that stay, and three that are others each day."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
OF_TODAY = 3
QUICK = ("draft-kept", "reminders-forgotten", "no-vacation-notice")


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


def test_faults_on_purpose_are_found() -> None:
    """Some that one year shows; `python -m tests.year --tiny --broken all` looks for all of them."""
    code, said = played("--seed", 6, "--broken", ",".join(QUICK))
    assert code == 0, said
    assert {line.split(":")[0] for line in said.splitlines() if not line.startswith(" ")} == {*QUICK}
