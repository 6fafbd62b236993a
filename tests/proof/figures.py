"""The figures behind the promises, counted from the program and its tests: `python -m tests.proof.figures`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from meldcode.domain.access.matrix import matrix
from meldcode.domain.access.rules import Permission
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from storage.db.schema import metadata
from storage.integrity.verify import FaultKind
from tests.bot.attacks import test_body_fuzz, test_hostile
from tests.bot.cases import test_every_field
from tests.meldcode.access import test_every_use_case_denies as denies
from tests.storage.integrity import test_backup, test_verify


def figures() -> Iterator[tuple[int | str, str]]:
    """Each figure, and what it counts."""
    classes = Counter(column.info["class"] for table in metadata.sorted_tables for column in table.columns)
    yield classes.total(), f"columns in {len(metadata.sorted_tables)} tables, each classified: {_told(classes)}"
    for plan in map(load_plan, shipped_plans()):
        yield from _of_plan(plan)
    yield len(denies.FOUND), "use cases that somebody asks for, each denied to strangers"
    named = [function for function in denies.FOUND if denies._names_a_case(function)]
    yield len(named), "of these name a case: the same answer and the same statements as for no case"
    yield len(FaultKind), "kinds of tampering that `meldwijzer verify` tells apart"
    yield len(test_verify.TAMPERINGS), "ways to tamper by plain SQL that are tried, in both databases"
    yield test_body_fuzz.EXAMPLES, "whole requests with anything in them changed"
    forms, buttons = len(test_hostile.REFS), len(test_hostile.VALUES) * len(test_hostile.ACTIONS)
    yield forms, "forged forms, each by two callbacks"
    yield buttons, "forged buttons"
    yield len(test_backup.OLDER), "older versions of the tables whose backups come back"


def _of_plan(plan: Plan) -> Iterator[tuple[int | str, str]]:
    rows = list(matrix(plan))
    cells = len(rows) * (len(Permission) + len(plan.records))
    yield cells, f"cells in the access matrix of {plan.plan}: {len(rows)} rows of role and situation"
    forms, fields = test_every_field.forms(plan), test_every_field.text_fields(plan)
    yield f"{len(fields)} / {len(forms)}", f"fields with a canary / forms of {plan.plan}"


def _told(classes: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in classes.most_common())


if __name__ == "__main__":
    for number, what in figures():
        sys.stdout.write(f"{number:>9}  {what}\n")
