"""Writes docs/rules.md, the rules of the step plan with the tests that prove them: `make rules`.

With `--check` it writes nothing, and exits 1 when a rule that the program enforces has no test, when a test names a
rule that does not exist, or when docs/rules.md is not up to date.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections import defaultdict
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import pytest

from meldcode.domain.plan.file import PLANS, load_plan
from meldcode.domain.plan.model import Plan

RULES = {
    "S1.1": "A suspicion reaches the IB-er and the confidant always and at once; with neither, the school leader",
    "S1.2": "The logbook is dated, append-only and in order of happening; a correction is a new entry",
    "S1.3": "An entry is of one of the four kinds of the source",
    "S1.4": "Facts only: the form says so and hints, never blocking",
    "S1.5": "No names of others: found before saving, never blocking",
    "S1.6": "The pupil's teacher owns the case and is told; teachers who share a group share its cases",
    "S2.1": "The signals are discussed with the SWV or the ZAT by the teacher and one of the others",
    "S2.2": "When the parents do not know yet, the child is discussed anonymously",
    "S3.1": "When a talk may put the pupil in danger, step 3 is skipped; two people judge that",
    "S3.2": "Teacher and care coordinator judge whether the pupil can talk, and with whom",
    "S3.3": "They hold the talk with the pupil, or whom they chose for the pupil's sake",
    "S3.4": "The suspicions are not spoken of unless the pupil names them; a disclosure reaches who must act",
    "S3.5": "Care coordinator and school leader talk with the parents; a teacher is not present",
    "S3.6": "Five points; any number of appointments, each with an owner and a day, chased until decided on",
    "S3.7": "A suspicion that is taken away ends the case; a new signal reopens it",
    "S4.1": "Teacher and care coordinator weigh all the information together; no question about safety has a default",
    "S4.2": "No decision before it was discussed with the school leader",
    "S4.3": "Care coordinator and school leader decide: one proposes, the other confirms",
    "S4.4": "The cluster director is told of a report at once, and only then",
    "S4.5": "No report only when the parents accept help and the school may keep contact",
    "S4.6": "Under watch every signal asks whether it got worse; yes or doubt leads to a new weighing at once",
    "S4.7": "The school never reports anonymously",
    "S4.8": "The parent is told in a personal conversation, or it is recorded why that is not safe",
    "S4.9": "With danger, or doubt about it, no report needs advice of Veilig Thuis; a decided report is due today",
    "S4.10": "After a report the case stays open: the answer of Veilig Thuis is asked for, and two people end it",
    "G1": "Each step names who acts; others get a clear refusal",
    "G2": "A case that stalls pings the right roles",
    "G3": "Entries are private, every reading leaves a trace, messages hold no personal data",
    "G4": "Immediate danger does not wait for steps: who raised it and where, somebody answers, or it escalates",
    "G5": "Deputies, handing over, and cases left behind",
    "G6": "Vacations do not swallow a case",
    "G7": "The program guides and never concludes; a suspicion against staff goes to the school board",
    "G8": "The fast lane: a call or a report is recorded from any step, confirmed the same day, the rest stays owed",
    "G9": "A case can end otherwise: a mistake, no suspicion, a pupil who left; by two people, kept for its own term",
    "G10": "A pupil's particulars can be corrected; two children of one name are never put together without asking",
    "G11": "People who may know can find a pupil's cases by name, with a trace",
    "G12": "Nobody handles a case about themselves or their own family; two roles are two people",
    "G13": "Nothing typed is lost: its author can go on with it for a day, nobody else can",
}
PROVEN_HERE = {rule for rule in RULES if rule not in ("G2", "G6")}
"""What `--check` asks a test for."""
KEYS = {"S4.4": ["tell"], "G1": ["who", "by"], "G2": ["deadline", "remind"], "G3": ["readers"]}
"""The keys of a plan that hold a rule in every step."""

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/rules.md"
DEFAULT_PLAN = PLANS / "heutink.yaml"
INTRODUCTION = f"""\
# The rules of the step plan

Each rule, its place in the default plan (`{DEFAULT_PLAN.relative_to(ROOT)}`: records by step, or keys), and the files
with the tests that prove it. "The program" means that it holds whatever the plan says. The words of a plan:
[plan.md](plan.md).

`make rules` writes this page from the plan and from the marks in the tests; `pytest -m rule --collect-only` lists them.
"""
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


def page(tests: Tests) -> str:
    """Return the whole of docs/rules.md."""
    return f"{INTRODUCTION}\n{table(tests, load_plan(DEFAULT_PLAN))}\n"


def table(tests: Tests, plan: Plan) -> str:
    """Return the rules as a Markdown table: each with its place in the plan and the files of its tests."""
    found = places(plan)
    rows = [
        f"| {rule} | {wording} | {'; '.join(found[rule]) or 'the program'} | {_files(tests.get(rule, set()))} |"
        for rule, wording in RULES.items()
    ]
    return "\n".join(["| rule | in short | place in the plan | tests |", "|---|---|---|---|", *rows])


def places(plan: Plan) -> defaultdict[str, list[str]]:
    """Return where the plan has each rule: the records that name it, by step, and the keys that hold it everywhere."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    steps = {record.id: f"step {step.number}" for step in plan.steps for record in step.records}
    for rule in RULES:
        named = [record.id for record in plan.records.values() if rule in record.rules]
        for step, records in groupby(named, lambda record: steps.get(record, "any step")):
            found[rule].append(f"{step}: {', '.join(f'`{record}`' for record in records)}")
        found[rule] += [f"`{key}`" for key in KEYS.get(rule, ())]
    return found


def faults(tests: Tests) -> list[str]:
    """Return what is wrong: rules without a test, and marks that name no rule."""
    unproven = [f"{rule} has no test" for rule in RULES if rule in PROVEN_HERE and not tests.get(rule)]
    unknown = [
        f"there is no rule {rule}: {', '.join(sorted(names))}" for rule, names in tests.items() if rule not in RULES
    ]
    return unproven + unknown


def _files(names: set[str]) -> str:
    files = {name.partition("::")[0] for name in names}
    return "<br>".join(f"`{file}`" for file in sorted(files))


def main() -> int:
    """Write the page, or check the rules and the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is wrong")
    arguments = parser.parse_args()
    tests = collected()
    if not arguments.check:
        PAGE.write_text(page(tests), encoding="utf-8")
        return 0
    found = faults(tests)
    if page(tests) != PAGE.read_text(encoding="utf-8"):
        found.append("docs/rules.md is not up to date: run `make rules`")
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
