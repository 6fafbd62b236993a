"""All cases of one pupil in one chronology, with the copies for parents who ask to see them (G11)."""

from __future__ import annotations

import json

from handlers.i18n import texts
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.actions import HISTORY_PAGE, OPEN_FOUND, PARENTS_COPY
from handlers.views.logbook import logbook
from handlers.views.pupils.names import pupil_name
from meldcode.application.cases.view_case import CaseView
from meldcode.application.finding.history import PupilHistory
from meldcode.domain.case.state import Status

MOST_CASES = 8


def history_modal(history: PupilHistory, page: int | None = None) -> b.View:
    """Return the cases with their buttons, and a page of their entries, by default the last one."""
    blocks = [b.section(text("history_explain"))]
    cases, left = history.cases[:MOST_CASES], len(history.cases) - MOST_CASES
    for view in cases:
        blocks += [
            b.header(pupil_name(view.context.pupil)),
            b.section(_standing(view)),
            *b.actions(_buttons(history, view)),
        ]
    blocks += [b.context(texts.counted("case_more_same", left))] if left > 0 else []
    blocks += [b.divider(), *logbook(history.together, page, blocks, turn=HISTORY_PAGE)]
    return b.modal(text("history_title"), [*blocks, b.context(text("history_private"))], close=text("close"))


def _standing(view: CaseView) -> str:
    case, state = view.context.stored, view.context.state
    words = {"code": case.code, "day": day(case.opened_at)}
    if state.status is not Status.CLOSED:
        return text("history_open", **words)
    outcome = view.context.plan.outcome(state.outcome)
    kept = day(view.kept_until) if view.kept_until else "?"
    return text("history_closed", outcome=outcome.title if outcome else "", kept=kept, **words)


def _buttons(history: PupilHistory, view: CaseView) -> list[b.Block]:
    code = view.context.stored.code
    buttons = [b.button(text("open_case"), f"{OPEN_FOUND}.{code}", code)]
    if record := history.exported_as.get(code):
        value = json.dumps({"case": code, "record": record})
        buttons.append(b.button(text("parents_copy"), f"{PARENTS_COPY}.{code}", value))
    return buttons
