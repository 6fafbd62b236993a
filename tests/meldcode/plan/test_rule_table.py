from __future__ import annotations

import subprocess
import sys

import pytest

from meldcode.domain.plan.file import load_plan
from tests.rule_table import DEFAULT_PLAN, ROOT, RULES, faults, places, table

pytestmark = pytest.mark.slow


def test_every_rule_of_the_step_plan_has_a_test_that_carries_its_id_and_the_page_of_the_rules_says_so() -> None:
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
    tests = {"S1.1": {"tests/a.py::test_one_thing", "tests/a.py::test_another", "tests/b.py::test_it"}}
    rows = table(tests, load_plan(DEFAULT_PLAN)).splitlines()[2:]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == list(RULES)
    assert rows[0].endswith("| `tests/a.py`<br>`tests/b.py` |")


def test_the_table_names_the_place_of_a_rule_in_the_plan() -> None:
    found = places(load_plan(DEFAULT_PLAN))
    assert found["S3.5"] == ["step 3: `parents_talk`"]
    assert found["S1.1"] == ["any step: `signal`, `read`", "step 1: `taken_up`"]
    assert found["G2"] == ["any step: `postponed`", "`deadline`", "`remind`"]
    assert found["G7"] == []
