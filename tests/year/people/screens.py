"""What people find on their screens: the buttons of a case, of a message, and the step that a case is at."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from practice.blocks.elements import all_elements
from practice.model import Message, View
from tests.on_screen import words_of

Json = dict[str, Any]
CODE = re.compile(r"\d\d-[A-Z0-9]{4}")
OPENS = "open-case"
"""The button of a message that opens a case."""
SETTLES = "appointment_done"


def asked_for(view: View, due: Collection[int]) -> Json | None:
    """The button for what a case asks: one of the appointments that are due, or else its next step."""
    buttons = [e for _, e in all_elements(view.payload["blocks"]) if e["type"] == "button"]
    makes = [e for e in buttons if e["action_id"].startswith("make-record.")]
    for button in makes:
        about = json.loads(button["value"])
        if about["record"] == SETTLES and about.get("appointment") in due:
            return button
    return next((button for button in makes if button.get("style") == "primary"), None)


def offered(view: View, records: Collection[str]) -> list[Json]:
    """What can be recorded here of these: by a button, or a choice in a menu of whatever kind."""
    elements = [e for _, e in all_elements(view.payload["blocks"])]
    options = [(e, option) for e in elements for option in e.get("options", [])]
    found = [e for e in elements if e["type"] == "button" and _record_of(e) in records]
    chosen = [(e, option) for e, option in options if _record_of(option) in records]
    return found + [{**e, "value": option["value"], "chosen": option} for e, option in chosen]


def any_of(found: Sequence[Json], chance: random.Random) -> Json | None:
    """One of these, if there are any."""
    return chance.choice(found) if found else None


def button_of(messages: Sequence[Message], code: str) -> tuple[Message, str] | None:
    """The newest of these messages that opens this case, and the block with its button."""
    found = ((message, block, e) for message in reversed(messages) for block, e in all_elements(message.blocks))
    opening = (
        (message, block["block_id"])
        for message, block, e in found
        if e.get("action_id") == OPENS and e.get("value") == code
    )
    return next(opening, None)


def step_on(view: View, titles: Mapping[str, str]) -> str:
    """The step of the case that is open; `titles` are those of the plan."""
    words = words_of(view)
    found = (id_ for title, id_ in titles.items() if f": {title}*" in words)
    return next(found, "closed" if "gesloten" in words else "joined")


def _record_of(element: Json) -> str:
    """The action of a button or an option, if it is one."""
    try:
        about = json.loads(element.get("value", ""))
    except ValueError:
        return ""
    return str(about.get("record", "")) if isinstance(about, dict) else ""
