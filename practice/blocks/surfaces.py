"""Slack's limits on whole views and messages, and its error messages for what breaks them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Literal

from practice.blocks.checks import Check, Problems, boolean, by_type, items, repeated, shape, string
from practice.blocks.elements import all_elements
from practice.blocks.limits import MESSAGE_BLOCKS, VIEW_BLOCKS, plain
from practice.model import Json

VIEW_BYTES = 250_000
MESSAGE_CHARACTERS, CHARACTERS_A_BLOCK = 12_000, 135


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
    """Return Slack's error messages for a view on this surface; none when the view is good."""
    return _error_messages(_VIEWS[surface](view, at))


def message_problems(blocks: Any) -> list[str]:
    """Return Slack's error messages for the blocks of a message; none when they are good."""
    return _error_messages(_MESSAGE({"blocks": blocks}, ""))


def validated(kind: Literal["blocks", "message", "view"], value: Any) -> list[Json]:
    """Return the errors that `blocks.validate` reports for a value of this kind, each with a JSON pointer."""
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
    """Tell whether a view is larger than 250 KB, as ASCII JSON: what Slack counts is not documented."""
    return len(json.dumps(view)) > VIEW_BYTES


def is_too_long(blocks: list[Json]) -> bool:
    """Tell whether the blocks of a message, together, have more text than Slack accepts (`msg_blocks_too_long`).

    Slack does not document this limit; others measured about 12,000 characters, less about 135 for each block.
    """
    characters = sum(map(len, _texts(blocks)))
    return characters + CHARACTERS_A_BLOCK * len(blocks) > MESSAGE_CHARACTERS


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _texts(item)
    elif isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            yield from _texts(value)


def _error_messages(problems: Problems) -> list[str]:
    return [f"[ERROR] {what} [json-pointer:{at or '/'}]" for at, what in problems]
