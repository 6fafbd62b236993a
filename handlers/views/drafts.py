"""The forms that somebody was filling in, to go on with or to throw away (promise 10)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.i18n import texts
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.actions import GO_ON, THROW_AWAY
from meldcode.application.cases.drafts import OwnDraft
from meldcode.domain.calendar import AMSTERDAM

SHOWN = 20


def drafts_modal(drafts: Sequence[OwnDraft]) -> b.View:
    """Return the list, the newest first. What was typed is not in it."""
    rows = [block for number, draft in enumerate(drafts[:SHOWN]) for block in _row(number, draft)]
    left = len(drafts) - SHOWN
    more = [b.context(texts.counted("and_more", left))] if left > 0 else []
    blocks = [b.section(text("drafts_private" if rows else "drafts_none")), *rows, *more]
    return b.modal(text("drafts"), blocks, close=text("close"))


def _row(number: int, draft: OwnDraft) -> list[b.Block]:
    where = text("drafts_in_case", code=draft.case) if draft.case else ""
    kept = text("drafts_until", day=day(draft.until), time=f"{draft.until.astimezone(AMSTERDAM):%H:%M}")
    sure = b.confirm(*map(text, ("throw_away_title", "throw_away_sure", "throw_away", "throw_away_not")))
    buttons = [
        b.button(text("go_on"), f"{GO_ON}.{number}", draft.key, style="primary"),
        b.button(text("throw_away"), f"{THROW_AWAY}.{number}", draft.key, confirm=sure),
    ]
    return [b.divider(), b.section(f"*{b.escape(draft.record.title)}*{where}\n{kept}"), *b.actions(buttons)]
