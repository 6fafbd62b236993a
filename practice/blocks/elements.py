"""What stands in blocks: the interactive elements, the ids that Slack adds, and the state that a person types."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

from practice.model import Json


class StateKeys(NamedTuple):
    """Where an element keeps its state, where its start value stands, and what it holds when empty."""

    current: str
    initial: str
    empty: Any = None


_TEXT = StateKeys("value", "initial_value")
_OPTION = StateKeys("selected_option", "initial_option")
_OPTIONS = StateKeys("selected_options", "initial_options", [])

STATE_KEYS: dict[str, StateKeys] = {
    "plain_text_input": _TEXT,
    "email_text_input": _TEXT,
    "url_text_input": _TEXT,
    "number_input": _TEXT,
    "rich_text_input": StateKeys("rich_text_value", "initial_value"),
    "static_select": _OPTION,
    "external_select": _OPTION,
    "radio_buttons": _OPTION,
    "multi_static_select": _OPTIONS,
    "multi_external_select": _OPTIONS,
    "checkboxes": _OPTIONS,
    "users_select": StateKeys("selected_user", "initial_user"),
    "multi_users_select": StateKeys("selected_users", "initial_users", []),
    "conversations_select": StateKeys("selected_conversation", "initial_conversation"),
    "multi_conversations_select": StateKeys("selected_conversations", "initial_conversations", []),
    "channels_select": StateKeys("selected_channel", "initial_channel"),
    "multi_channels_select": StateKeys("selected_channels", "initial_channels", []),
    "datepicker": StateKeys("selected_date", "initial_date"),
    "timepicker": StateKeys("selected_time", "initial_time"),
    "datetimepicker": StateKeys("selected_date_time", "initial_date_time"),
}


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements of one block."""
    single = [block[name] for name in ("element", "accessory") if name in block]
    several = block["elements"] if block["type"] == "actions" else []
    return [element for element in single + several if element["type"] != "image"]


def all_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each interactive element with the block that it stands in."""
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def find_element(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """Return the block and element that a person points at; LookupError when it is not on the screen."""
    for block, element in all_elements(blocks):
        if element["action_id"] == action_id and block_id in (None, block["block_id"]):
            return block, element
    raise LookupError(f"no element with action_id {action_id!r} on this surface")


def with_ids(blocks: list[Json]) -> list[Json]:
    """Copy the blocks and give each block and element without an id one, as Slack does."""
    copied = copy.deepcopy(blocks)
    for number, block in enumerate(copied):
        block.setdefault("block_id", f"b{number:03d}")
        for place, element in enumerate(elements_of(block)):
            element.setdefault("action_id", f"a{number:03d}{place}")
    return copied


def start_state(element: Json) -> Json:
    """Return the state of an element that nobody touched yet."""
    keys = STATE_KEYS[element["type"]]
    return {"type": element["type"], keys.current: element.get(keys.initial, keys.empty)}


def state_values(blocks: list[Json], typed: Json) -> Json:
    """Return `state.values` of these blocks: what was typed where the element is still there, else its start."""
    values: Json = {}
    for block, element in all_elements(blocks):
        if element["type"] in STATE_KEYS:
            earlier = typed.get(block["block_id"], {}).get(element["action_id"], {})
            kept = earlier if earlier.get("type") == element["type"] else start_state(element)
            values.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return values


def current_value(state: Json) -> Any:
    """Return what an element's state holds."""
    return state.get(STATE_KEYS[state["type"]].current)
