"""Slack's limits on blocks and views, as tables. A check yields (JSON pointer, what is wrong) for a value.

Sources: docs.slack.dev, the limits in slack_sdk.models and @slack/types.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

from practice.elements import all_elements
from practice.model import Json

Problems = Iterator[tuple[str, str]]
Check = Callable[[Any, str], Problems]

VIEW_BYTES = 250_000


# What checks are made of.
def string(high: int, low: int = 1) -> Check:
    """Accept a string of `low` to `high` characters."""

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str):
            yield at, "must be a string"
        elif len(value) > high:
            yield at, f"must be less than {high + 1} characters"
        elif len(value) < low:
            yield at, f"must be more than {low - 1} characters"

    return check


def number(low: int, high: int) -> Check:
    """Accept a whole number from `low` to `high`."""

    def check(value: Any, at: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            yield at, "must be an integer"
        elif not low <= value <= high:
            yield at, f"must be from {low} to {high}"

    return check


def pattern(expression: str, words: str) -> Check:
    """Accept a string that matches the whole expression."""

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str) or not re.fullmatch(expression, value):
            yield at, f"must be {words}"

    return check


def boolean(value: Any, at: str) -> Problems:
    """Accept true and false only."""
    if not isinstance(value, bool):
        yield at, "must be a boolean"


def anything(value: Any, at: str) -> Problems:  # noqa: ARG001 (has the form of a check)
    """Accept any value."""
    yield from ()


def items(check: Check, high: int, low: int = 1) -> Check:
    """Accept a list of `low` to `high` values that each pass the check."""

    def check_items(value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            yield at, "must be an array"
            return
        if len(value) > high:
            yield at, f"no more than {high} items allowed"
        if len(value) < low:
            yield at, f"no fewer than {low} items allowed"
        for index, item in enumerate(value):
            yield from check(item, f"{at}/{index}")

    return check_items


def shape(required: str = "", *also: Check, **properties: Check) -> Check:
    """Accept an object with these properties only, of which `required` (names apart by spaces) must be there.

    The checks of `also` look at several properties together, once each of them is good by itself.
    """

    def check_each(value: Json, at: str) -> Problems:
        yield from ((at, f"missing required field: {name}") for name in required.split() if name not in value)
        for name, inner in value.items():
            if name != "type":
                yield from properties.get(name, _additional)(inner, f"{at}/{name}")

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must be an object"
            return
        found = list(check_each(value, at))
        yield from found or itertools.chain.from_iterable(further(value, at) for further in also)

    return check


def _additional(value: Any, at: str) -> Problems:  # noqa: ARG001 (has the form of a check)
    parent, _, name = at.rpartition("/")
    yield parent, f"invalid additional property: {name}"


def by_type(table: dict[str, Check]) -> Check:
    """Accept an object whose `type` stands in the table and that passes the check found there."""

    def check(value: Any, at: str) -> Problems:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield at, "missing required field: type"
        elif not isinstance(kind, str) or kind not in table:
            yield f"{at}/type", f"unsupported type: {kind}"
        else:
            yield from table[kind](value, at)

    return check


def exactly_one(*names: str) -> Check:
    """Accept an object with exactly one of these properties."""

    def check(value: Json, at: str) -> Problems:
        if sum(name in value for name in names) != 1:
            yield at, f"must have exactly one of: {', '.join(names)}"

    return check


def _at_least_one(*names: str) -> Check:
    def check(value: Json, at: str) -> Problems:
        if not any(name in value for name in names):
            yield at, f"missing required field: {' or '.join(names)}"

    return check


# Composition objects.
def _plain(high: int) -> dict[str, Check]:
    return {"plain_text": shape("text", text=string(high), emoji=boolean)}


def plain(high: int) -> Check:
    """Accept a plain_text object; mrkdwn is refused."""
    return by_type(_plain(high))


def text(high: int) -> Check:
    """Accept a plain_text or mrkdwn object."""
    return by_type({**_plain(high), "mrkdwn": shape("text", text=string(high), verbatim=boolean)})


def _option(label: Check, **more: Check) -> Check:
    return shape("text value", text=label, value=string(150), description=plain(75), **more)


def _known_choice(value: Json, at: str) -> Problems:
    """Refuse a start value that is not among the options, as Slack does."""
    groups = value.get("option_groups") or [value]
    known = [option.get("value") for group in groups for option in group.get("options", [])]
    for name in ("initial_option", "initial_options"):
        chosen = value.get(name, [])
        for option in chosen if isinstance(chosen, list) else [chosen]:
            if option.get("value") not in known:
                yield f"{at}/{name}", "must match one of the options"


def _fits_itself(value: Json, at: str) -> Problems:
    """Refuse a start value that the input itself would not take."""
    if len(value.get("initial_value") or "") > value.get("max_length", 3000):
        yield f"{at}/initial_value", "must not be longer than max_length"
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield f"{at}/min_length", "must not be greater than max_length"


ID = string(255)
URL = string(3000)
CONFIRM = shape(
    "title text confirm deny",
    title=plain(100),
    text=text(300),
    confirm=plain(30),
    deny=plain(30),
    style=pattern("primary|danger", "primary or danger"),
)
OPTION = _option(plain(75))
RICH_OPTION = _option(text(75))
OPTION_GROUP = shape("label options", label=plain(75), options=items(OPTION, 100))
DISPATCH = shape("trigger_actions_on", trigger_actions_on=items(string(50), 2))
DATE = pattern(r"\d{4}-\d\d-\d\d", "a date as YYYY-MM-DD")
TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")


# Elements. Everything a person can act on has an action_id; most can have a confirmation and the focus.
def _element(required: str = "", *also: Check, **properties: Check) -> Check:
    return shape(required, *also, action_id=ID, confirm=CONFIRM, focus_on_load=boolean, **properties)


def _input(**properties: Check) -> Check:
    return shape(
        "",
        _fits_itself,
        action_id=ID,
        focus_on_load=boolean,
        placeholder=plain(150),
        dispatch_action_config=DISPATCH,
        **properties,
    )


def _select(*also: Check, **properties: Check) -> Check:
    return _element("", *also, placeholder=plain(150), **properties)


_CHOICES = {"options": items(OPTION, 100), "option_groups": items(OPTION_GROUP, 100)}
_STATIC = (exactly_one("options", "option_groups"), _known_choice)
_MULTI = {"max_selected_items": number(1, 1000)}

SELECTS: dict[str, Check] = {
    "static_select": _select(*_STATIC, **_CHOICES, initial_option=OPTION),
    "multi_static_select": _select(*_STATIC, **_CHOICES, **_MULTI, initial_options=items(OPTION, 100)),
    "users_select": _select(initial_user=ID),
    "multi_users_select": _select(**_MULTI, initial_users=items(ID, 1000)),
    "conversations_select": _select(initial_conversation=ID, default_to_current_conversation=boolean, filter=anything),
    "channels_select": _select(initial_channel=ID),
}
CHOICES: dict[str, Check] = {
    "checkboxes": _element(
        "options", _known_choice, options=items(RICH_OPTION, 10), initial_options=items(RICH_OPTION, 10)
    ),
    "radio_buttons": _element("options", _known_choice, options=items(RICH_OPTION, 10), initial_option=RICH_OPTION),
    "datepicker": _element(placeholder=plain(150), initial_date=DATE),
    "timepicker": _element(placeholder=plain(150), initial_time=TIME, timezone=string(100)),
    **SELECTS,
}
DATETIMEPICKER: dict[str, Check] = {"datetimepicker": _element(initial_date_time=number(1_000_000_000, 9_999_999_999))}
BUTTONS: dict[str, Check] = {
    "button": shape(
        "text",
        text=plain(75),
        action_id=ID,
        value=string(2000, 0),
        url=URL,
        confirm=CONFIRM,
        style=pattern("primary|danger", "primary or danger"),
        accessibility_label=string(75),
    ),
    "overflow": shape("options", action_id=ID, confirm=CONFIRM, options=items(_option(plain(75), url=URL), 5)),
}
INPUTS: dict[str, Check] = {
    "plain_text_input": _input(
        initial_value=string(3000, 0), multiline=boolean, min_length=number(0, 3000), max_length=number(1, 3000)
    ),
    "email_text_input": _input(initial_value=string(3000, 0)),
    "url_text_input": _input(initial_value=string(3000, 0)),
    "number_input": _input(
        is_decimal_allowed=boolean, initial_value=string(30), min_value=string(30), max_value=string(30)
    ),
}
IMAGE = shape(
    "alt_text", _at_least_one("image_url", "slack_file"), alt_text=string(2000), image_url=URL, slack_file=anything
)
CONTEXT_PARTS: dict[str, Check] = {
    "image": IMAGE,
    "plain_text": text(3000),
    "mrkdwn": text(3000),
}


# Blocks.
def _unique_actions(block: Json, at: str) -> Problems:
    yield from _repeated((part.get("action_id") for part in block["elements"]), at, "action_id")


def _repeated(ids: Iterator[Any], at: str, name: str) -> Problems:
    yield from ((at, f"{name} must be unique: {one}") for one, count in Counter(ids).items() if one and count > 1)


def _block(required: str = "", *also: Check, **properties: Check) -> Check:
    return shape(required, *also, block_id=ID, **properties)


COMMON_BLOCKS: dict[str, Check] = {
    "section": _block(
        "",
        _at_least_one("text", "fields"),
        text=text(3000),
        fields=items(text(2000), 10),
        accessory=by_type({**BUTTONS, **CHOICES, "image": IMAGE}),
        expand=boolean,
    ),
    "divider": _block(),
    "header": _block("text", text=plain(150)),
    "image": _block(
        "alt_text",
        _at_least_one("image_url", "slack_file"),
        alt_text=string(2000),
        image_url=URL,
        slack_file=anything,
        title=plain(2000),
    ),
    "context": _block("elements", elements=items(by_type(CONTEXT_PARTS), 10)),
    "actions": _block(
        "elements", _unique_actions, elements=items(by_type({**BUTTONS, **CHOICES, **DATETIMEPICKER}), 25)
    ),
    "rich_text": _block("elements", elements=items(anything, 1000)),
}
INPUT_BLOCK: dict[str, Check] = {
    "input": _block(
        "label element",
        label=plain(2000),
        hint=plain(2000),
        element=by_type({**INPUTS, **CHOICES, **DATETIMEPICKER}),
        optional=boolean,
        dispatch_action=boolean,
    )
}
# Input blocks stand in views only; tables and markdown in messages only.
MESSAGE_BLOCKS = {
    **COMMON_BLOCKS,
    "markdown": _block("text", text=string(12_000)),
    "table": _block("rows", rows=anything, column_settings=anything),
}
VIEW_BLOCKS = {**COMMON_BLOCKS, **INPUT_BLOCK}


# Whole surfaces.
def _unique_blocks(view: Json, at: str) -> Problems:
    yield from _repeated((block.get("block_id") for block in view["blocks"]), f"{at}/blocks", "block_id")


def _needs_submit(view: Json, at: str) -> Problems:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield at, "missing required field: submit (the view has an input block)"


def _one_focus(view: Json, at: str) -> Problems:
    if sum(part.get("focus_on_load", False) for _, part in all_elements(view["blocks"])) > 1:
        yield f"{at}/blocks", "only one element can have focus_on_load"


_VIEW: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_MODAL = shape(
    "title blocks",
    _unique_blocks,
    _needs_submit,
    _one_focus,
    **_VIEW,
    title=plain(24),
    submit=plain(24),
    close=plain(24),
    clear_on_close=boolean,
    notify_on_close=boolean,
    blocks=items(by_type(VIEW_BLOCKS), 100),
)
_HOME = shape("blocks", _unique_blocks, _one_focus, **_VIEW, blocks=items(by_type(VIEW_BLOCKS), 100, low=0))
_MESSAGE = shape("", _unique_blocks, blocks=items(by_type(MESSAGE_BLOCKS), 50, low=0))
_VIEWS: dict[str, Check] = {"modal": by_type({"modal": _MODAL}), "home": by_type({"home": _HOME})}


def view_problems(view: Any, surface: Literal["modal", "home"], at: str = "/view") -> list[str]:
    """Return what Slack would say is wrong with a view on this surface, nothing when it is good."""
    return _worded(_VIEWS[surface](view, at))


def message_problems(blocks: Any) -> list[str]:
    """Return what Slack would say is wrong with the blocks of a message."""
    return _worded(_MESSAGE({"blocks": blocks}, ""))


def is_too_large(view: Any) -> bool:
    """Tell whether a view is over 250 KB."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def _worded(problems: Problems) -> list[str]:
    return [f"[ERROR] {what} [json-pointer:{at or '/'}]" for at, what in problems]
