"""The text that was typed, with its hints marked, before it is saved (S1.4, S1.5)."""

from __future__ import annotations

from handlers.i18n.texts import text
from handlers.platform.forms.form_reference import FormRef
from handlers.views import blocks as b
from handlers.views.actions import ADJUST, REVIEW
from meldcode import hints
from meldcode.application.cases.record_entry import NeedsReview


def review_modal(review: NeedsReview, ref: FormRef) -> b.View:
    """Return the text with its hints marked. Nothing has been saved yet, except the draft."""
    blocks = [b.section(text("review_intro"))]
    kinds = {spot.kind for spots in review.found.values() for spot in spots}
    for field in review.record.fields:
        if spots := review.found.get(field.id):
            blocks.append(b.context(f"*{b.escape(field.label)}*"))
            blocks += b.typed(hints.mark(str(review.answers[field.id]), spots))
    reasons = [text("review_hedges")] if "hedge" in kinds else []
    reasons += [text("review_own_name")] if "own_name" in kinds else []
    reasons += [text("review_names")] if kinds - {"hedge", "own_name"} else []
    blocks.append(b.context("\n".join([*reasons, text("review_silence")])))
    blocks += b.actions([b.button(text("adjust"), ADJUST, "adjust", style="primary")])
    return b.modal(
        text("review_title"),
        blocks,
        close=text("do_not_save"),
        submit=b.plain(text("save_anyway")),
        callback_id=REVIEW,
        private_metadata=ref.dumped(),
        notify_on_close=True,
    )
