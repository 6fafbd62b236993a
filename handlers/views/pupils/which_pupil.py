"""The question whether a new signal is about the pupil of a case that there is already (G10)."""

from __future__ import annotations

from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import ANSWER, SAME_AS
from handlers.views import blocks as b
from handlers.views.actions import ADJUST, WHICH_PUPIL
from handlers.views.pupils.names import full_name
from meldcode.application.case_context import CaseContext
from meldcode.application.cases.pupils.same_pupil import ANOTHER, WhichPupil
from meldcode.domain.case.state import Status


def which_pupil_modal(asked: WhichPupil, ref: FormRef) -> b.View:
    """Return the question. Nothing has been saved yet, except the draft."""
    another = b.option(text("which_another"), ANOTHER, text("which_another_means"))
    options = [*map(_option, asked.cases), another]
    is_short = len(options) <= limits.RADIO_BUTTONS
    radio = {"type": "radio_buttons", "action_id": ANSWER, "options": options}
    element = radio if is_short else b.select(ANSWER, options)
    question = {"type": "input", "block_id": SAME_AS, "label": b.plain(text("which_question")), "element": element}
    adjust = b.button(text("adjust"), ADJUST, "adjust")
    return b.modal(
        text("which_title"),
        [b.section(text("which_intro")), question, *b.actions([adjust])],
        close=text("do_not_save"),
        submit=b.plain(text("save")),
        callback_id=WHICH_PUPIL,
        private_metadata=ref.dumped(),
        notify_on_close=True,
    )


def _option(case: CaseContext) -> b.Block:
    code, opened, group = case.stored.code, day(case.stored.opened_at), b.isolated(case.pupil.group)
    means = "which_closed" if case.stored.status is Status.CLOSED else "which_open"
    label = text("which_this", name=full_name(case.pupil))
    return b.option(label, code, text(means, code=code, day=opened, group=group))
