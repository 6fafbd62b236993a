"""What Slack's own client does in a modal before it calls the app: finding fields, taking values, first checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from practice.blocks.elements import STATE_KEYS, current_value, options_of
from practice.i18n import text
from practice.model import Json, View


def field_errors(view: View) -> dict[str, str]:
    """Return the remarks of Slack's client on the fields, by block_id; none when the modal may be submitted."""
    values = view.payload["state"]["values"]
    found = {
        block["block_id"]: _field_error(block, values[block["block_id"]][block["element"]["action_id"]])
        for block in view.payload["blocks"]
        if block["type"] == "input"
    }
    return {block_id: error for block_id, error in found.items() if error}


def _field_error(block: Json, state: Json) -> str:
    value = current_value(state)
    if not value or (isinstance(value, str) and not value.strip()):
        return "" if block.get("optional") else text("field_required")
    check = _CHECKS.get(block["element"]["type"])
    return check(block["element"], value) if check else ""


def _text_error(element: Json, value: str) -> str:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        return text("field_too_short", low=low)
    return text("field_too_long", high=high) if len(value) > high else ""


def _selection_error(element: Json, value: list[Any]) -> str:
    high = element.get("max_selected_items", len(value))
    return text("field_too_many", high=high) if len(value) > high else ""


_CHECKS: dict[str, Callable[[Json, Any], str]] = {
    "plain_text_input": _text_error,
    "multi_users_select": _selection_error,
}


def look_alike(shown: str, wanted: str) -> bool:
    """Whether two labels look the same: a sign that keeps words on one line looks like any other."""
    return shown.translate(_LOOKS) == wanted.translate(_LOOKS)


_LOOKS = {ord("\N{NO-BREAK SPACE}"): " ", ord("\N{NON-BREAKING HYPHEN}"): "-"}


def input_with_label(view: View, label: str) -> Json:
    """Return the input block with this label. Raises LookupError if the view has none."""
    inputs = [block for block in view.payload["blocks"] if block["type"] == "input"]
    for block in inputs:
        if look_alike(block["label"]["text"], label):
            return cast(Json, block)
    raise LookupError(f"no field {label!r}; there are {[block['label']['text'] for block in inputs]}")


def _option(element: Json, label: str) -> Json:
    for option in options_of(element):
        if look_alike(option["text"]["text"], label):
            return option
    raise LookupError(f"no option {label!r}; there are {[option['text']['text'] for option in options_of(element)]}")


def _one(element: Json, value: Any) -> Any:
    return None if value is None else _option(element, value)


def _several(element: Json, value: Any) -> Any:
    return [_option(element, label) for label in value]


def _unchanged(_: Json, value: Any) -> Any:
    return value


_CHOOSERS: dict[str, Callable[[Json, Any], Any]] = {"selected_option": _one, "selected_options": _several}


def element_state(element: Json, value: Any) -> Json:
    """Return the state of an element after a person chose this value, which is given as it reads on the screen."""
    key = STATE_KEYS[element["type"]].current
    choose = _CHOOSERS.get(key, _unchanged)
    return {"type": element["type"], key: choose(element, value)}
