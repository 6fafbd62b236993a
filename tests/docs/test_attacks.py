"""The threat model lists each attack that `python -m tests.attack` runs, and each attack has tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.attack import ATTACKS

ROOT = Path(__file__).parents[2]


def test_the_threat_model_says_of_each_attack_what_was_tried_and_what_held() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    table = text.split("## Attacks tried", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^\| ([^|]+) \|(?! what)[^|]+\|[^|]+\|$", table, re.MULTILINE) == list(ATTACKS)


def test_each_attack_has_tests() -> None:
    assert not [path for paths in ATTACKS.values() for path in paths if not (ROOT / path).exists()]


def test_one_line_says_that_an_attack_held() -> None:
    command = [sys.executable, "-m", "tests.attack", "--quick", "alarm flood"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.fullmatch(r"held +alarm flood: [0-9]+ passed.* \([0-9]+ s\)\n", done.stdout), done.stdout + done.stderr


def test_an_unknown_attack_is_refused() -> None:
    command = [sys.executable, "-m", "tests.attack", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "no such attack: nothing" in done.stderr) == (2, True)
