"""The form that arranges a deputy, and its confirmation (G5)."""

from __future__ import annotations

from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import DEPUTY_FORM, DEPUTY_PERIOD, DEPUTY_STOP
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


def change_deputy_modal(found: Appointed) -> b.View:
    """Return an arrangement with its period to change, if the reader may, and the button that ends it."""
    days = {"first_day": found.first_day, "last_day": found.last_day}
    inputs = [_input(name, "datepicker", str(at)) for name, at in days.items()] if found.may_change else []
    sure = b.confirm(*map(text, ("deputy_stop", "deputy_stop_sure", "deputy_stop_yes", "cancel")))
    stop = b.button(text("deputy_stop"), DEPUTY_STOP, str(found.deputy_id), style="danger", confirm=sure)
    submit = {"submit": b.plain(text("save")), "callback_id": DEPUTY_PERIOD} if found.may_change else {}
    return b.modal(
        text("deputy_title"),
        [b.section(_said("home_stands_in", found)), *inputs, *b.actions([stop])],
        close=text("cancel"),
        private_metadata=str(found.deputy_id),
        **submit,
    )


def _input(name: str, kind: str, given: str = "") -> b.Block:
    block: b.Block = {
        "type": "input",
        "block_id": name,
        "label": b.plain(text(f"deputy_{name}")),
        "element": {"type": kind, "action_id": ANSWER} | ({"initial_date": given} if given else {}),
        "optional": name == "person",
    }
    return block | {"hint": b.plain(text("deputy_person_hint"))} if name == "person" else block


def appointed_modal(appointed: Appointed) -> b.View:
    """Return the confirmation: who stands in for whom, and when; or that it ended."""
    words = _said("deputy_stopped" if appointed.is_ended else "deputy_saved", appointed)
    return b.modal(text("deputy_title"), [b.section(words)], close=text("close"), clear_on_close=True)


def _said(code: str, found: Appointed) -> str:
    words = text(
        code,
        deputy=found.deputy.name,
        person=found.person.name,
        first=day(found.first_day),
        last=day(found.last_day),
    )
    return b.escape(words)
