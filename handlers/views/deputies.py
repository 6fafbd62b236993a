"""The form that arranges a deputy, and its confirmation (G5)."""

from __future__ import annotations

from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import DEPUTY_FORM
from meldcode.application.staff.deputies import Appointed

DEPUTY_FIELDS = {
    "person": "users_select",
    "deputy": "users_select",
    "first_day": "datepicker",
    "last_day": "datepicker",
}


def deputy_modal() -> b.View:
    """Return the form: who is away, who stands in, and the first and last day."""
    return b.modal(
        text("deputy_title"),
        [b.section(text("deputy_explain")), *(_input(name, kind) for name, kind in DEPUTY_FIELDS.items())],
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=DEPUTY_FORM,
    )


def _input(name: str, kind: str) -> b.Block:
    block: b.Block = {
        "type": "input",
        "block_id": name,
        "label": b.plain(text(f"deputy_{name}")),
        "element": {"type": kind, "action_id": ANSWER},
        "optional": name == "person",
    }
    return block | {"hint": b.plain(text("deputy_person_hint"))} if name == "person" else block


def appointed_modal(appointed: Appointed) -> b.View:
    """Return the confirmation: who stands in for whom, and when."""
    words = text(
        "deputy_saved",
        deputy=b.escape(appointed.deputy.name),
        person=b.escape(appointed.person.name),
        first=day(appointed.first_day),
        last=day(appointed.last_day),
    )
    return b.modal(text("deputy_title"), [b.section(words)], close=text("close"), clear_on_close=True)
