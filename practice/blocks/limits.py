"""Slack's limits on blocks, elements and composition objects, as tables of checks.

Only what the app uses is in the tables. Anything else is refused, as Slack refuses a type that it does not know.
Sources: docs.slack.dev, the limits in slack_sdk.models and @slack/types.
"""

from __future__ import annotations

from practice.blocks.checks import (
    Check,
    Problems,
    at_least_one,
    boolean,
    by_type,
    items,
    number,
    pattern,
    repeated,
    shape,
    string,
)
from practice.blocks.elements import options_of
from practice.model import Json


# Composition objects.
def _plain(high: int) -> dict[str, Check]:
    return {"plain_text": shape("text", text=string(high), emoji=boolean)}


def plain(high: int) -> Check:
    """Accept a plain_text object; mrkdwn is refused."""
    return by_type(_plain(high))


def text(high: int) -> Check:
    """Accept a plain_text or mrkdwn object."""
    return by_type({**_plain(high), "mrkdwn": shape("text", text=string(high), verbatim=boolean)})


def _option(label: Check) -> Check:
    return shape("text value", text=label, value=string(150), description=plain(75))


def _known_choice(value: Json, at: str) -> Problems:
    """Refuse an initial option that is not among the options, as Slack does."""
    known = [option.get("value") for option in options_of(value)]
    for name in ("initial_option", "initial_options"):
        chosen = value.get(name, [])
        for option in chosen if isinstance(chosen, list) else [chosen]:
            if option.get("value") not in known:
                yield f"{at}/{name}", "must match one of the options"


def _fits_itself(value: Json, at: str) -> Problems:
    """Refuse an initial value that the input itself would not accept."""
    if len(value.get("initial_value") or "") > value.get("max_length", 3000):
        yield f"{at}/initial_value", "must not be longer than max_length"
    if value.get("min_length", 0) > value.get("max_length", 3000):
        yield f"{at}/min_length", "must not be greater than max_length"


ID = string(255)
STYLE = pattern("primary|danger", "primary or danger")
CONFIRM = shape(
    "title text confirm deny", title=plain(100), text=text(300), confirm=plain(30), deny=plain(30), style=STYLE
)
OPTION = _option(plain(75))
RICH_OPTION = _option(text(75))
DATE = pattern(r"\d{4}-\d\d-\d\d", "a date as YYYY-MM-DD")
TRIGGER = pattern("on_enter_pressed|on_character_entered", "on_enter_pressed or on_character_entered")
TIME = pattern(r"(?:[01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")


# Elements. Everything a person can act on has an action_id, and can have a confirmation and the focus.
def _element(required: str = "", *also: Check, **properties: Check) -> Check:
    return shape(required, *also, action_id=ID, confirm=CONFIRM, focus_on_load=boolean, **properties)


CHOICES: dict[str, Check] = {
    "static_select": _element(
        "",
        at_least_one("options", "option_groups"),
        _known_choice,
        placeholder=plain(150),
        options=items(OPTION, 100),
        option_groups=items(shape("label options", label=plain(75), options=items(OPTION, 100)), 100),
        initial_option=OPTION,
    ),
    "users_select": _element(placeholder=plain(150), initial_user=ID),
    "multi_users_select": _element(
        placeholder=plain(150), max_selected_items=number(1, 1000), initial_users=items(ID, 1000)
    ),
    "checkboxes": _element(
        "options", _known_choice, options=items(RICH_OPTION, 10), initial_options=items(RICH_OPTION, 10)
    ),
    "radio_buttons": _element("options", _known_choice, options=items(RICH_OPTION, 10), initial_option=RICH_OPTION),
    "datepicker": _element(placeholder=plain(150), initial_date=DATE),
    "timepicker": _element(placeholder=plain(150), initial_time=TIME),
}
BUTTONS: dict[str, Check] = {
    "button": shape("text", text=plain(75), action_id=ID, value=string(2000, 0), confirm=CONFIRM, style=STYLE),
    "overflow": shape("options", action_id=ID, confirm=CONFIRM, options=items(OPTION, 5)),
}
INPUTS: dict[str, Check] = {
    "plain_text_input": shape(
        "",
        _fits_itself,
        action_id=ID,
        focus_on_load=boolean,
        placeholder=plain(150),
        initial_value=string(3000, 0),
        multiline=boolean,
        dispatch_action_config=shape("", trigger_actions_on=items(TRIGGER, 2)),
        min_length=number(0, 3000),
        max_length=number(1, 3000),
    )
}


# Blocks.
def _unique_actions(block: Json, at: str) -> Problems:
    yield from repeated((part.get("action_id") for part in block["elements"]), at, "action_id")


def _block(required: str = "", *also: Check, **properties: Check) -> Check:
    return shape(required, *also, block_id=ID, **properties)


MESSAGE_BLOCKS: dict[str, Check] = {
    "section": _block(
        "",
        at_least_one("text", "fields"),
        text=text(3000),
        fields=items(text(2000), 10),
        accessory=by_type({**BUTTONS, **CHOICES}),
        expand=boolean,
    ),
    "divider": _block(),
    "header": _block("text", text=plain(150)),
    "context": _block("elements", elements=items(text(3000), 10)),
    "actions": _block("elements", _unique_actions, elements=items(by_type({**BUTTONS, **CHOICES}), 25)),
}
# Input blocks are for views only.
VIEW_BLOCKS: dict[str, Check] = {
    **MESSAGE_BLOCKS,
    "input": _block(
        "label element",
        label=plain(2000),
        hint=plain(2000),
        element=by_type({**INPUTS, **CHOICES}),
        optional=boolean,
        dispatch_action=boolean,
    ),
}
