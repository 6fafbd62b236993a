"""Slack's input elements as HTML form fields: the values to show, and the state that a sent form stands for.

Slack keeps the state of a view as block_id → action_id → the element's state. The name of a form field consists of
both ids. The type of the element is taken from the view, never from what the browser sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from practice.blocks.elements import STATE_KEYS, all_elements, current_value, initial_state, options_of
from practice.model import Json, Message, Person, View

Values = dict[str, dict[str, Json]]

SELECT_TYPES = ("static_select", "users_select")
GROUP_TYPES = ("radio_buttons", "checkboxes", "multi_users_select")


@dataclass(frozen=True)
class Field:
    """One form field: `id` is its id in the page, `state` its current state in Slack's form."""

    id: str
    name: str
    state: Json

    @property
    def chosen(self) -> list[str]:
        """The current values, as the strings that an HTML form uses."""
        value = current_value(self.state)
        parts = value if isinstance(value, list) else [value]
        return [part["value"] if isinstance(part, dict) else part for part in parts if part]


@dataclass(frozen=True)
class Source:
    """A message or view to show: its blocks, and the values and errors of its elements."""

    id: str
    blocks: list[Json]
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def field(self, block: Json, element: Json) -> Field:
        """Return the form field of an element in one of the blocks."""
        earlier = self.values.get(block["block_id"], {}).get(element["action_id"])
        return Field(
            f"{self.dom_id(block)}/{_without_spaces(element['action_id'])}",
            field_name(block["block_id"], element["action_id"]),
            earlier or initial_state(element),
        )

    def dom_id(self, block: Json) -> str:
        """Return the id of a block in the page. It is unique, as block ids are unique in a message or view."""
        return _without_spaces(f"{self.id}/{block['block_id']}")


def source_of(shown: Message | View) -> Source:
    """Return the source for a message or view, with what was typed in it earlier."""
    if isinstance(shown, Message):
        return Source(f"message/{shown.ts}", shown.blocks)
    values = shown.payload.get("state", {}).get("values", {})
    return Source(f"view/{shown.id}", shown.payload["blocks"], values, shown.errors)


def _without_spaces(text: str) -> str:
    return re.sub(r"\s", "_", text)


def field_name(block_id: str, action_id: str) -> str:
    """Return the name of an element in an HTML form."""
    return f"{block_id}/{action_id}"


def values_sent(blocks: list[Json], sent: Mapping[str, list[str]]) -> Values:
    """Return the state of all elements after a form was sent."""
    values: Values = {}
    for block, element in all_elements(blocks):
        if has_state(element):
            name = field_name(block["block_id"], element["action_id"])
            values.setdefault(block["block_id"], {})[element["action_id"]] = state_of(element, sent.get(name, []))
    return values


def has_state(element: Json) -> bool:
    """Tell whether a person can type or choose something in an element."""
    return element["type"] in STATE_KEYS


def state_of(element: Json, sent: list[str]) -> Json:
    """Return the state of an element for which the browser sent these strings."""
    key = STATE_KEYS[element["type"]].current
    chosen: list[Any] = [text.replace("\r\n", "\n") for text in sent if text]
    if key.startswith("selected_option"):
        chosen = [option for option in options_of(element) if option["value"] in chosen]
    value = chosen if key.endswith("s") else next(iter(chosen), None)
    return {"type": element["type"], key: value}


def people_options(people: Iterable[Person]) -> list[Json]:
    """Return the active members as options, for the elements that select people."""
    named = ((person.id, ", ".join(filter(None, (person.name, person.title)))) for person in people if person.is_active)
    return [{"value": user_id, "text": {"type": "plain_text", "text": text}} for user_id, text in named]
