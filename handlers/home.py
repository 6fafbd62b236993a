"""The Home tab: everyone's dashboard, with case codes, steps and buttons alone (promise 4)."""

from __future__ import annotations

from handlers import blocks as b
from handlers.logbook import day
from handlers.screens import DEPUTY, NEW_SIGNAL, acute_button, open_button, step_short
from handlers.texts import text
from meldcode.case import Status
from meldcode.people import Deputy
from meldcode.reading import CaseRow, Overview

ROWS = 20


def home_view(overview: Overview) -> b.View:
    """Everyone's dashboard: what waits for this person first."""
    buttons = [b.button(text("report"), NEW_SIGNAL, "signal", style="primary")] if overview.may_report else []
    deputy = b.button(text("home_deputy"), DEPUTY, "deputy")
    blocks = [b.header(text("home_title", name=overview.person.name)), *b.actions([*buttons, deputy, acute_button()])]
    waiting = [row for row in overview.rows if row.is_waiting]
    others = [row for row in overview.rows if not row.is_waiting]
    blocks += _rows("home_waiting", waiting[:ROWS]) + _rows("home_following", others[:ROWS])
    if not overview.rows:
        blocks.append(b.section(text("home_empty")))
    if left := len(waiting[ROWS:]) + len(others[ROWS:]):
        blocks.append(b.context(text("home_more", count=str(left))))
    blocks += [b.context(b.escape(_stands_in(deputy, overview))) for deputy in overview.deputies[:ROWS]]
    return {"type": "home", "blocks": [*blocks, b.context(text("home_private"))]}


def _stands_in(deputy: Deputy, overview: Overview) -> str:
    return text(
        "home_stands_in",
        deputy=overview.names[deputy.deputy],
        person=overview.names[deputy.person],
        first=day(deputy.first_day),
        last=day(deputy.last_day),
    )


def problem_home(words: str) -> b.View:
    """The Home tab when it cannot be shown."""
    return {"type": "home", "blocks": [b.section(words), *b.actions([acute_button()])]}


def case_list(overview: Overview) -> list[b.Block]:
    """A person's open cases, for an answer that only they see."""
    rows = [block for row in overview.rows[:ROWS] for block in _row(row)]
    return rows or [b.section(text("home_empty"))]


def _rows(title: str, rows: list[CaseRow]) -> list[b.Block]:
    if not rows:
        return []
    return [b.header(text(title)), *(block for row in rows for block in _row(row))]


def _row(row: CaseRow) -> list[b.Block]:
    step = row.plan.step(row.case.step)
    if row.case.status is Status.JOINED:
        words = text("home_row", code=row.case.code, step=text("home_row_own"))
    else:
        words = text("home_row", code=row.case.code, step=step_short(row.plan, step))
    notes = [text("home_since", day=day(row.case.since))] + ([text("home_row_own")] if row.is_own else [])
    return [b.section(f"{words}\n{' · '.join(notes)}", accessory=open_button(row.case.code))]
