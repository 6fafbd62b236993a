"""The table of who may do what, for the school's privacy officer (`meldwijzer plan show --access`)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby

from handlers.i18n import texts
from handlers.i18n.texts import text
from meldcode.domain.access.matrix import Row, Situation, matrix
from meldcode.domain.access.rules import OF_A_CASE, Permission
from meldcode.domain.plan.model import Plan

WIDTH = 110


def as_text(plan: Plan) -> str:
    """Return who may do what in this plan, by role and situation, from the function that checks every request."""
    lines = [text("access_title", plan=plan.plan, version=str(plan.version)), text("access_intro"), ""]
    for role, rows in groupby(matrix(plan), key=lambda row: row.role):
        lines += [(texts.role(role, plan) if role else text("access_no_role")).upper(), *_of_role(list(rows)), ""]
    return "\n".join(lines)


def _of_role(rows: list[Row]) -> Iterator[str]:
    in_school = [action for action in Permission if action in rows[0].actions - OF_A_CASE]
    yield from _wrapped(text("access_in_school"), [text(f"access_{action}") for action in in_school])
    for situation, of_situation in groupby(rows, key=lambda row: row.situation):
        yield from _in_situation(situation, list(of_situation))


def _in_situation(situation: Situation, rows: list[Row]) -> Iterator[str]:
    """What they may do, once for steps in a row in which that is the same."""
    runs = [list(run) for _, run in groupby(rows, key=lambda row: (row.actions, row.records))]
    for run in runs:
        numbers = dict.fromkeys(str(row.step.number) for row in run)
        steps = [] if len(runs) == 1 else [text("reads_in", steps=texts.listed(list(numbers)))]
        label = ", ".join([text(f"access_case_{situation}"), *steps])
        can = [action for action in Permission if action in run[0].actions & OF_A_CASE - {Permission.RECORD}]
        yield from _wrapped(label, [text(f"access_{action}") for action in can])
        if run[0].records:
            yield from _wrapped(f"  {text('access_record')}", [record.title for record in run[0].records])


def _wrapped(label: str, words: list[str]) -> list[str]:
    said = f"  {label}: {', '.join(words) or text('access_nothing')}"
    return textwrap.wrap(said, WIDTH, subsequent_indent="      ", drop_whitespace=True)
