"""The rules of the step plan, each with the tests that prove it: `python -m tests.rule_table [--check]`.

Prints a Markdown table. With `--check` it exits 1 when a rule that the program enforces has no test, or when a test
names a rule that does not exist.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

RULES = {
    "S1.1": "A suspicion reaches the IB-er and the confidant always and at once; with neither, the school leader",
    "S1.2": "The logbook is dated, append-only and in order of happening; a correction is a new entry",
    "S1.3": "An entry is of one of the four kinds of the source",
    "S1.4": "Facts only: the form says so and hints, never blocking",
    "S1.5": "No names of others: found before saving, never blocking",
    "S2.1": "The signals are discussed with the SWV or the ZAT by the teacher and one of the others",
    "S2.2": "When the parents do not know yet, the child is discussed anonymously",
    "S3.1": "When a talk is a danger to the pupil, step 3 is skipped",
    "S3.2": "Teacher and care coordinator judge whether the pupil can talk, and with whom",
    "S3.3": "They hold the talk with the pupil, or whom they chose for the pupil's sake",
    "S3.4": "The suspicions are not spoken of unless the pupil names them",
    "S3.5": "Care coordinator and school leader talk with the parents; a teacher is not present",
    "S3.6": "Five points; follow-up appointments have a date and an owner",
    "S3.7": "A suspicion that is taken away ends the case; a new signal reopens it",
    "S4.1": "Teacher and care coordinator weigh all the information together",
    "S4.2": "No decision before it was discussed with the school leader",
    "S4.3": "Care coordinator and school leader decide: one proposes, the other confirms",
    "S4.4": "The cluster director is told of a report at once, and only then",
    "S4.5": "No report only when the parents accept help and the school may keep contact",
    "S4.6": "Under watch the logbook goes on; a worsening puts the case back at the decision at once",
    "S4.7": "The school never reports anonymously",
    "S4.8": "The parent is told in a personal conversation, or it is recorded why that is not safe",
    "S4.9": "With danger, or doubt about it, no report needs advice of Veilig Thuis that said so",
    "G1": "Each step names who acts; others get a clear refusal",
    "G2": "A case that stalls pings the right roles",
    "G3": "Entries are private, every reading leaves a trace, messages hold no personal data",
    "G4": "Immediate danger does not wait for steps",
    "G5": "Deputies, handing over, and cases left behind",
    "G6": "Vacations do not swallow a case",
    "G7": "The program guides and never concludes",
}
PROVEN_HERE = {rule for rule in RULES if rule not in ("G2", "G6")}
"""What `--check` asks a test for."""

ROOT = Path(__file__).parents[1]
Tests = Mapping[str, set[str]]


class _Collector:
    """Takes the marks `rule` of all collected tests."""

    def __init__(self) -> None:
        self.tests: defaultdict[str, set[str]] = defaultdict(set)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            name = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("rule"):
                for rule in mark.args:
                    self.tests[str(rule)].add(name)


def collected() -> Tests:
    """Return the tests of each rule that is named by a mark. Raises RuntimeError when they cannot be collected."""
    collector = _Collector()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main(["--collect-only", "--quiet", "-p", "no:cacheprovider", str(ROOT / "tests")], [collector])
    if code is not pytest.ExitCode.OK:
        raise RuntimeError(said.getvalue())
    return collector.tests


def table(tests: Tests) -> str:
    """Return the rules and their tests as a Markdown table: per file, the names of its tests."""
    rows = [f"| {rule} | {wording} | {_cell(tests.get(rule, set()))} |" for rule, wording in RULES.items()]
    return "\n".join(["| rule | in short | tests |", "|---|---|---|", *rows])


def faults(tests: Tests) -> list[str]:
    """Return what is wrong: rules without a test, and marks that name no rule."""
    unproven = [f"{rule} has no test" for rule in RULES if rule in PROVEN_HERE and not tests.get(rule)]
    unknown = [
        f"there is no rule {rule}: {', '.join(sorted(names))}" for rule, names in tests.items() if rule not in RULES
    ]
    return unproven + unknown


def _cell(names: set[str]) -> str:
    by_file: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        file, _, test = name.partition("::")
        by_file[file.removeprefix("tests/")].append(test.removeprefix("test_").replace("_", " "))
    return "<br>".join(f"`{file}`: {'; '.join(tests)}" for file, tests in by_file.items())


def main() -> int:
    """Print the table, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="exit 1 when a rule has no test or a mark no rule")
    arguments = parser.parse_args()
    tests = collected()
    found = faults(tests) if arguments.check else []
    sys.stdout.write("\n".join(found) + "\n" if found else "" if arguments.check else table(tests) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
