"""The interactive elements in blocks, the ids that Slack adds, and the state that a person types or chooses."""

from __future__ import annotations

import copy
import itertools
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from practice.model import Json


class StateKeys(NamedTuple):
    """The names of an element's state and of its initial value, and the value of an empty element."""

    current: str
    initial: str
    empty: Any = None


STATE_KEYS: dict[str, StateKeys] = {
    "plain_text_input": StateKeys("value", "initial_value"),
    "static_select": StateKeys("selected_option", "initial_option"),
    "radio_buttons": StateKeys("selected_option", "initial_option"),
    "checkboxes": StateKeys("selected_options", "initial_options", []),
    "users_select": StateKeys("selected_user", "initial_user"),
    "multi_users_select": StateKeys("selected_users", "initial_users", []),
    "datepicker": StateKeys("selected_date", "initial_date"),
    "timepicker": StateKeys("selected_time", "initial_time"),
}


def options_of(element: Json) -> list[Json]:
    """Return the options of an element, those in groups too."""
    return [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements of one block."""
    single = [block[name] for name in ("element", "accessory") if name in block]
    several = block["elements"] if block["type"] == "actions" else []
    return [*single, *several]


def all_elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each interactive element, with its block."""
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def find_element(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """Return the element that a person uses, with its block. Raises LookupError if it is not on the screen."""
    for block, element in all_elements(blocks):
        if element["action_id"] == action_id and block_id in (None, block["block_id"]):
            return block, element
    raise LookupError(f"no element with action_id {action_id!r} on this surface")


def find_pressed(blocks: list[Json], action_id: str, block_id: str, value: str) -> tuple[Json, Json]:
    """Return what a person pressed on a page that may be a moment old: the block may be another, with this button."""
    with suppress(LookupError):
        return find_element(blocks, action_id, block_id)
    for block, element in all_elements(blocks):
        if element["action_id"] == action_id and value and value in _values_of(element):
            return block, element
    raise LookupError(f"no element with action_id {action_id!r} and this value on this surface")


def _values_of(element: Json) -> list[str]:
    return [each["value"] for each in (element, *element.get("options", ())) if "value" in each]


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy of the blocks in which every block and element has an id; Slack adds the missing ones."""
    copied = copy.deepcopy(blocks)
    used: set[str] = set()
    for number, block in enumerate(copied):
        used.add(block.setdefault("block_id", _block_id(block, used)))
        for index, element in enumerate(elements_of(block)):
            element.setdefault("action_id", f"a{number:03d}{index}")
    return copied


def _block_id(block: Json, used: set[str]) -> str:
    """The same block has the same id where it moves to: a click on a page that is a moment old hits no other block."""
    content = json.dumps(block, sort_keys=True)
    ids = (f"b{zlib.crc32(f'{turn}{content}'.encode()):08x}" for turn in itertools.count())
    return next(each for each in ids if each not in used)


def initial_state(element: Json) -> Json:
    """Return the state of an element that nobody has used yet."""
    keys = STATE_KEYS[element["type"]]
    return {"type": element["type"], keys.current: element.get(keys.initial, keys.empty)}


def state_values(blocks: list[Json], typed: Json) -> Json:
    """Return `state.values`: what was typed earlier in an element that is still there, else its initial state."""
    values: Json = {}
    for block, element in all_elements(blocks):
        if element["type"] in STATE_KEYS:
            earlier = typed.get(block["block_id"], {}).get(element["action_id"], {})
            kept = earlier if earlier.get("type") == element["type"] else initial_state(element)
            values.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return values


def current_value(state: Json) -> Any:
    """Return the value in an element's state."""
    return state.get(STATE_KEYS[state["type"]].current)
