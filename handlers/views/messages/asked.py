"""What a message asks, by when, and where the case stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from handlers.i18n import texts
from handlers.i18n.days import in_full
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.actions import acute_button, deny_button, open_button
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.roles import Role

Rendered = tuple[str, list[b.Block]]
"""The notification text of a message, and its blocks."""


def what_is_asked(plan: Plan, record: str, role: Role | None, due: date | None, today: date) -> str:
    """Return what is asked of the reader, and by when; of others if they have no role in it."""
    return by_when(what_to_do(plan, record, role), due, today)


def by_when(what: str, due: date | None, today: date) -> str:
    """Return the sentence that asks this, with its last day."""
    if due is None:
        return text("asked_soon", what=what)
    sentence = "asked_today" if due == today else "asked_late" if due < today else "asked_by"
    return text(sentence, what=what, day=in_full(due))


def what_to_do(plan: Plan, record: str, role: Role | None) -> str:
    """Return the sentence that asks somebody in this role for it, without its end."""
    asked = plan.records[record]
    return (role and asked.ask_of(role)) or text("asked_needed", record=asked.title)


def where_it_stands(plan: Plan, step: Step, assignees: Sequence[Role], needed: str) -> tuple[str, str]:
    """Return where a case stands, and who acts now."""
    here = text("step_of", number=str(step.number), total=texts.steps_in(plan), title=step.title)
    turn = text("turn", who=texts.whose_turn(plan, assignees, plan.records.get(needed)))
    return f"{here}.", turn if assignees else text("case_watch")


def in_case(code: str, line: str, more: Sequence[b.Block] = (), *, may_open: bool = True) -> Rendered:
    """Return a message about a case, with what its reader can do."""
    opening, acute = [open_button(code)] if may_open else [], acute_button(code if may_open else "", asks=may_open)
    return text("told_notification", code=code), [b.section(line), *b.actions([*opening, *more, acute])]


def named_line(plan: Plan, record: str) -> str:
    """Return what is said to somebody who is named as having taken part."""
    sentence = ("named", "named_deny", "named_disagree")[len(plan.denials_of(plan.records[record]))]
    return b.escape(text(sentence, record=plan.records[record].title))


def deny_buttons(plan: Plan, code: str, record: str, entry: int) -> list[b.Block]:
    """Return the buttons that say one was not there or disagrees, if an entry of this record names the reader."""
    return [deny_button(code, said, entry) for said in plan.denials_of(plan.records[record]) if entry]
