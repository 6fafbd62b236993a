from __future__ import annotations

import subprocess
import sys

from tests.rule_table import ROOT, RULES, faults, table


def test_every_rule_of_the_step_plan_has_a_test_that_carries_its_id() -> None:
    command = [sys.executable, "-m", "tests.rule_table", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout + checked.stderr


def test_a_rule_without_a_test_and_a_mark_without_a_rule_are_faults() -> None:
    tests = {rule: {"tests/a.py::test_b"} for rule in RULES if rule not in ("S3.6", "G2")}
    assert faults(tests) == ["S3.6 has no test"]
    assert faults(tests | {"S3.6": {"t"}, "S9.9": {"tests/a.py::test_c"}}) == [
        "there is no rule S9.9: tests/a.py::test_c"
    ]


def test_the_table_has_a_row_for_every_rule() -> None:
    rows = table({"S1.1": {"tests/a.py::test_one_thing", "tests/a.py::test_another"}}).splitlines()[2:]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == list(RULES)
    assert rows[0].endswith("| `a.py`: another; one thing |")
