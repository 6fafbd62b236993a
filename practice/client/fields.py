"""What Slack's own client does in a modal before the app hears of it: finding fields, taking values, first checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from urllib.parse import urlsplit

from practice.blocks.elements import STATE_KEYS, current_value
from practice.model import Json, View

REQUIRED = "Please complete this required field."
NO_EMAIL = "Please enter a valid email address."
NO_URL = "Please enter a valid URL."
NO_NUMBER = "Please enter a valid number."


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
    check = _CHECKS.get(block["element"]["type"])
    return check(block["element"], value) if check else ""


def _text_error(element: Json, value: str) -> str:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        return f"This entry must have at least {low} characters."
    if len(value) > high:
        return f"This entry must have at most {high} characters."
    return ""


def _email_error(_: Json, value: str) -> str:
    return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value) else NO_EMAIL


def _url_error(_: Json, value: str) -> str:
    parts = urlsplit(value)
    return "" if parts.scheme and parts.netloc else NO_URL


def _number_error(element: Json, value: str) -> str:
    try:
        number = Decimal(value)
        low, high = Decimal(element.get("min_value", "-Infinity")), Decimal(element.get("max_value", "Infinity"))
    except InvalidOperation:
        return NO_NUMBER
    if not number.is_finite() or (number % 1 and not element.get("is_decimal_allowed")):
        return NO_NUMBER
    if not low <= number <= high:
        return f"This number must be from {low} to {high}."
    return ""


def _selection_error(element: Json, value: list[Any]) -> str:
    high = element.get("max_selected_items", len(value))
    return f"You can select at most {high} items." if len(value) > high else ""


_CHECKS: dict[str, Callable[[Json, Any], str]] = {
    "plain_text_input": _text_error,
    "email_text_input": _email_error,
    "url_text_input": _url_error,
    "number_input": _number_error,
    "multi_static_select": _selection_error,
    "multi_users_select": _selection_error,
}


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
