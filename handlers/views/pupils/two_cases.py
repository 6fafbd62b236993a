"""The screens on which a reader brings two cases together: find the other, choose it, what was done (G10, G11)."""

from __future__ import annotations

import json

from handlers.i18n.texts import text
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import CHOOSE_CASE, FIND_OTHER, open_button
from handlers.views.pupils.names import full_name
from handlers.views.pupils.search import case_lines
from meldcode.application.finding.search import NamedCase
from meldcode.application.finding.two_cases import TYPED, Candidates

WHAT, MERGE, SIBLINGS = "two_what", "merge", "siblings"
OTHER = "two_other"


def find_other_modal(code: str) -> b.View:
    """Return the form that asks for the code or the name of the other case."""
    element = {"type": "plain_text_input", "action_id": ANSWER, "max_length": 100}
    typed = {"type": "input", "block_id": TYPED, "label": b.plain(text(TYPED)), "element": element}
    return b.modal(
        text("two_title"),
        [b.context(text("form_case", code=code)), b.section(text("two_explain")), typed],
        close=text("cancel"),
        submit=b.plain(text("search_button")),
        callback_id=FIND_OTHER,
        private_metadata=json.dumps({"case": code}),
    )


def choose_case_modal(found: Candidates) -> b.View:
    """Return the cases that were found, and the question what the two have to do with each other."""
    kinds = [
        b.option(text("two_merge"), MERGE, text("two_merge_means")),
        b.option(text("two_siblings"), SIBLINGS, text("two_siblings_means")),
    ]
    more = [] if found.is_all else [b.context(text("two_more"))]
    return b.modal(
        text("two_title"),
        [
            _radio(OTHER, [_option(one) for one in found.found]),
            *more,
            _radio(WHAT, kinds),
            b.section(text("same_confirm")),
        ],
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=CHOOSE_CASE,
        private_metadata=json.dumps({"case": found.code}),
    )


def together_modal(code: str, what: str) -> b.View:
    """Return what was done, with a button that opens the case that goes on."""
    done = text("two_merged" if what == MERGE else "two_linked", code=code)
    return b.modal(
        text("saved_title"), [b.section(done), *b.actions([open_button(code, style="primary")])], close=text("close")
    )


def _option(one: NamedCase) -> b.Block:
    return b.option(
        full_name(one.pupil),
        one.case.code,
        " · ".join([text("which_group", group=b.isolated(one.pupil.group)), case_lines(one)[1]]),
    )


def _radio(name: str, options: list[b.Block]) -> b.Block:
    element = {"type": "radio_buttons", "action_id": ANSWER, "options": options}
    return {"type": "input", "block_id": name, "label": b.plain(text(name)), "element": element}
