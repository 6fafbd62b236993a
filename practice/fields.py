"""What Slack's own client does in a modal before the app hears of it: finding fields, taking values, first checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from practice.elements import STATE_KEYS, current_value
from practice.model import Json, View

REQUIRED = "Please complete this required field."


def field_errors(view: View) -> dict[str, str]:
    """Return what Slack's client says of the fields, by block_id; nothing when they may be sent."""
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
        return "" if block.get("optional") else REQUIRED
    return _length_error(block["element"], value) if isinstance(value, str) else ""


def _length_error(element: Json, value: str) -> str:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        return f"This entry must have at least {low} characters."
    if element["type"] == "plain_text_input" and len(value) > high:
        return f"This entry must have at most {high} characters."
    return ""


def input_with_label(view: View, label: str) -> Json:
    """Return the input block with this label; LookupError when the view has none."""
    inputs = [block for block in view.payload["blocks"] if block["type"] == "input"]
    for block in inputs:
        if block["label"]["text"] == label:
            return cast(Json, block)
    raise LookupError(f"no field {label!r}; there are {[block['label']['text'] for block in inputs]}")


def options_of(element: Json) -> list[Json]:
    """Return the options of an element, those in groups too."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def _option(element: Json, text: str) -> Json:
    for option in options_of(element):
        if option["text"]["text"] == text:
            return option
    raise LookupError(f"no option {text!r}; there are {[option['text']['text'] for option in options_of(element)]}")


def _one(element: Json, value: Any) -> Any:
    return None if value is None else _option(element, value)


def _several(element: Json, value: Any) -> Any:
    return [_option(element, text) for text in value]


def _as_given(_: Json, value: Any) -> Any:
    return value


_CHOOSERS: dict[str, Callable[[Json, Any], Any]] = {"selected_option": _one, "selected_options": _several}


def element_state(element: Json, value: Any) -> Json:
    """Return the state of an element that a person gives this value, in the words on the screen."""
    key = STATE_KEYS[element["type"]].current
    choose = _CHOOSERS.get(key, _as_given)
    return {"type": element["type"], key: choose(element, value)}
