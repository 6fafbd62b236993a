"""Between Slack's input elements and an HTML form: what stands in an element, and what was sent back.

Slack keeps the state of a view as block_id → action_id → the element's state. A form field carries both ids in its
name, and the view itself says of what kind the element is: nothing that a browser claims about that is believed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from practice.blocks.elements import STATE_KEYS, all_elements, current_value, start_state
from practice.client.fields import options_of
from practice.model import Json, Message, Person, View
from practice.web import words

Values = dict[str, dict[str, Json]]

TEXT_KINDS = ("plain_text_input", "email_text_input", "number_input", "url_text_input", "rich_text_input")
MOMENT_KINDS = ("datepicker", "timepicker", "datetimepicker")
SELECT_KINDS = ("static_select", "users_select", "conversations_select", "channels_select")
GROUP_KINDS = (
    "radio_buttons",
    "checkboxes",
    "multi_static_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
)
ZONE = ZoneInfo("Europe/Amsterdam")
_TRIGGERS = {"on_enter_pressed": "enter", "on_character_entered": "input"}


def rich_text(text: str) -> Json:
    """What somebody typed without formatting, as the block that Slack makes of it."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def rich_text_as_typed(block: Json) -> str:
    """The text of a rich text, a line for each of its parts, without its formatting."""
    parts = (part.get("elements", []) for part in block.get("elements", []))
    return "\n".join("".join(str(each.get("text") or each.get("url") or "") for each in part) for part in parts)


def moment_typed(text: str) -> int | None:
    """The seconds since 1970 of a moment in the Netherlands; nothing when it is no moment."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())
    except ValueError:
        return None


def moment_as_typed(seconds: int) -> str:
    """The moment in the Netherlands, as a form field takes it."""
    return datetime.fromtimestamp(seconds, ZONE).strftime("%Y-%m-%dT%H:%M")


_SHOWN: dict[str, Callable[[Any], str]] = {"rich_text_input": rich_text_as_typed, "datetimepicker": moment_as_typed}
_TAKEN: dict[str, Callable[[str], Any]] = {"rich_text_input": rich_text, "datetimepicker": moment_typed}


@dataclass(frozen=True)
class Field:
    """One element where something is typed or chosen, with what stands in it now; `id` is its id in the page."""

    id: str
    name: str
    state: Json

    @property
    def chosen(self) -> list[str]:
        """What stands in it, as the strings that an HTML form works with."""
        value = current_value(self.state)
        if value and self.state["type"] in _SHOWN:
            return [_SHOWN[self.state["type"]](value)]
        parts = value if isinstance(value, list) else [value]
        return [part["value"] if isinstance(part, dict) else part for part in parts if part]


@dataclass(frozen=True)
class Source:
    """A message or view whose blocks are shown: where its elements get their ids, values and errors from."""

    id: str
    blocks: list[Json]
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def field(self, block: Json, element: Json) -> Field:
        """The field of an element in one of the blocks."""
        before = self.values.get(block["block_id"], {}).get(element["action_id"])
        return Field(
            f"{self.dom_id(block)}/{_spaceless(element['action_id'])}",
            field_name(block["block_id"], element["action_id"]),
            before or start_state(element),
        )

    def dom_id(self, block: Json) -> str:
        """The id of a block in the page: unique, since block ids are unique within their message or view."""
        return _spaceless(f"{self.id}/{block['block_id']}")


def source_of(shown: Message | View) -> Source:
    """The source of the blocks of a message or view, with what was typed in it before."""
    if isinstance(shown, Message):
        return Source(f"message/{shown.ts}", shown.blocks)
    values = shown.payload.get("state", {}).get("values", {})
    return Source(f"view/{shown.id}", shown.payload["blocks"], values, words.field_errors(shown.errors))


def _spaceless(text: str) -> str:
    return re.sub(r"\s", "_", text)


def field_name(block_id: str, action_id: str) -> str:
    """The name that an element has in an HTML form."""
    return f"{block_id}/{action_id}"


def values_sent(blocks: list[Json], sent: Mapping[str, list[str]]) -> Values:
    """The state of all elements according to a form that was sent in."""
    values: Values = {}
    for block, element in all_elements(blocks):
        if is_shown(element):
            name = field_name(block["block_id"], element["action_id"])
            values.setdefault(block["block_id"], {})[element["action_id"]] = state_of(element, sent.get(name, []))
    return values


def is_shown(element: Json) -> bool:
    """True for the elements with a state that the pages have a field for."""
    return element["type"] in TEXT_KINDS + MOMENT_KINDS + SELECT_KINDS + GROUP_KINDS


def state_of(element: Json, sent: list[str]) -> Json:
    """The state of an element after these strings came back for it, in the form in which Slack sends it."""
    key = STATE_KEYS[element["type"]].current
    given = [text.replace("\r\n", "\n") for text in sent if text]
    chosen: list[Any] = given
    if key.startswith("selected_option"):
        chosen = [option for option in options_of(element) if option["value"] in given]
    elif take := _TAKEN.get(element["type"]):
        chosen = [take(text) for text in given]
    value = chosen if key.endswith("s") else next(iter(chosen), None)
    return {"type": element["type"], key: value}


def people_options(people: Iterable[Person]) -> list[Json]:
    """The members as options, for the elements with which one picks people."""
    named = ((person.id, ", ".join(filter(None, (person.name, person.title)))) for person in people if person.is_active)
    return [{"value": user_id, "text": {"type": "plain_text", "text": text}} for user_id, text in named]


def dispatch_on(element: Json) -> str:
    """When the app hears of a change in an element: at the change, at Enter, or while typing."""
    if element["type"] not in TEXT_KINDS:
        return "change"
    triggers = element.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
    return " ".join(_TRIGGERS[trigger] for trigger in triggers)
