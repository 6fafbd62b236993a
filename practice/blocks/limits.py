"""Slack's limits on blocks and views, as tables of checks.

Sources: docs.slack.dev, the limits in slack_sdk.models and @slack/types.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from practice.blocks.checks import (
    Check,
    Problems,
    anything,
    at_least_one,
    boolean,
    by_type,
    exactly_one,
    items,
    number,
    pattern,
    repeated,
    shape,
    string,
)
from practice.blocks.elements import all_elements
from practice.model import Json

VIEW_BYTES = 250_000


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


# The parts of a rich text, and what stands in them.
_RICH_WORD = by_type(
    {
        "text": shape("text", text=string(3000), style=anything),
        "link": shape("url", url=URL, text=string(3000, 0), unsafe=boolean, style=anything),
        "user": shape("user_id", user_id=ID, style=anything),
        "usergroup": shape("usergroup_id", usergroup_id=ID, style=anything),
        "channel": shape("channel_id", channel_id=ID, style=anything),
        "emoji": shape("name", name=string(255), unicode=string(255), style=anything),
        "broadcast": shape("range", range=pattern("here|channel|everyone", "here, channel or everyone")),
        "date": shape("timestamp format", timestamp=anything, format=string(255), url=URL, fallback=string(255)),
        "color": shape("value", value=string(255)),
    }
)
_RICH_SECTION = shape("elements", elements=items(_RICH_WORD, 1000, low=0))
_RICH_BOX = shape("elements", elements=items(_RICH_WORD, 1000, low=0), border=number(0, 1), language=string(255))
RICH_PART = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_list": shape(
            "elements style",
            elements=items(by_type({"rich_text_section": _RICH_SECTION}), 1000),
            style=pattern("bullet|ordered", "bullet or ordered"),
            indent=number(0, 8),
            offset=number(0, 10_000),
            border=number(0, 1),
        ),
        "rich_text_quote": _RICH_BOX,
        "rich_text_preformatted": _RICH_BOX,
    }
)


# Elements. Everything a person can act on has an action_id; most can have a confirmation and the focus.
def _element(required: str = "", *also: Check, **properties: Check) -> Check:
    return shape(required, *also, action_id=ID, confirm=CONFIRM, focus_on_load=boolean, **properties)


def _input(required: str = "", **properties: Check) -> Check:
    return shape(
        required,
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
    "multi_conversations_select": _select(
        **_MULTI, initial_conversations=items(ID, 1000), default_to_current_conversation=boolean, filter=anything
    ),
    "channels_select": _select(initial_channel=ID),
    "multi_channels_select": _select(**_MULTI, initial_channels=items(ID, 1000)),
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
    "rich_text_input": _element(
        placeholder=plain(150),
        dispatch_action_config=DISPATCH,
        initial_value=by_type({"rich_text": shape("elements", elements=items(RICH_PART, 1000))}),
    ),
    "number_input": _input(
        "is_decimal_allowed",
        is_decimal_allowed=boolean,
        initial_value=string(30),
        min_value=string(30),
        max_value=string(30),
    ),
}
IMAGE = shape(
    "alt_text", at_least_one("image_url", "slack_file"), alt_text=string(2000), image_url=URL, slack_file=anything
)
CONTEXT_PARTS: dict[str, Check] = {
    "image": IMAGE,
    "plain_text": text(3000),
    "mrkdwn": text(3000),
}


# Blocks.
def _unique_actions(block: Json, at: str) -> Problems:
    yield from repeated((part.get("action_id") for part in block["elements"]), at, "action_id")


def _block(required: str = "", *also: Check, **properties: Check) -> Check:
    return shape(required, *also, block_id=ID, **properties)


COMMON_BLOCKS: dict[str, Check] = {
    "section": _block(
        "",
        at_least_one("text", "fields"),
        text=text(3000),
        fields=items(text(2000), 10),
        accessory=by_type({**BUTTONS, **CHOICES, "image": IMAGE}),
        expand=boolean,
    ),
    "divider": _block(),
    "header": _block("text", text=plain(150)),
    "image": _block(
        "alt_text",
        at_least_one("image_url", "slack_file"),
        alt_text=string(2000),
        image_url=URL,
        slack_file=anything,
        title=plain(2000),
    ),
    "context": _block("elements", elements=items(by_type(CONTEXT_PARTS), 10)),
    "actions": _block(
        "elements", _unique_actions, elements=items(by_type({**BUTTONS, **CHOICES, **DATETIMEPICKER}), 25)
    ),
    "rich_text": _block("elements", elements=items(RICH_PART, 1000)),
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
    yield from repeated((block.get("block_id") for block in view["blocks"]), f"{at}/blocks", "block_id")


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
_BLOCKS = items(by_type(MESSAGE_BLOCKS), 50, low=0)
_MESSAGE = shape("", _unique_blocks, blocks=_BLOCKS)
_VIEWS: dict[str, Check] = {"modal": by_type({"modal": _MODAL}), "home": by_type({"home": _HOME})}


def view_problems(view: Any, surface: Literal["modal", "home"], at: str = "/view") -> list[str]:
    """Return what Slack would say is wrong with a view on this surface, nothing when it is good."""
    return _worded(_VIEWS[surface](view, at))


def message_problems(blocks: Any) -> list[str]:
    """Return what Slack would say is wrong with the blocks of a message."""
    return _worded(_MESSAGE({"blocks": blocks}, ""))


def validated(kind: Literal["blocks", "message", "view"], value: Any) -> list[Json]:
    """Return what `blocks.validate` says of a value of this kind: each problem with the place where it is."""
    return [{"pointer": at or "/", "code": "failed_constraint", "message": what} for at, what in _WHOLE[kind](value)]


def _view_of_any_kind(view: Any) -> Problems:
    surface = view.get("type") if isinstance(view, dict) else None
    return _VIEWS["home" if surface == "home" else "modal"](view, "")


_WHOLE: dict[str, Callable[[Any], Problems]] = {
    "blocks": lambda blocks: _BLOCKS(blocks, ""),
    "message": lambda message: _MESSAGE(
        {"blocks": message.get("blocks", [])} if isinstance(message, dict) else message, ""
    ),
    "view": _view_of_any_kind,
}


def is_too_large(view: Any) -> bool:
    """Tell whether a view is over 250 KB."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES


def _worded(problems: Problems) -> list[str]:
    return [f"[ERROR] {what} [json-pointer:{at or '/'}]" for at, what in problems]
