"""What a screen shows, as a person reads it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from practice.blocks.elements import all_elements
from practice.model import Json, Message, View


def blocks_of(shown: View | Message) -> list[Json]:
    """The blocks of a view or message."""
    return shown.payload["blocks"] if isinstance(shown, View) else shown.blocks


def texts_of(part: Any) -> Iterator[Json]:
    """Every text object in a payload."""
    if isinstance(part, list):
        for item in part:
            yield from texts_of(item)
    elif isinstance(part, dict):
        if part.get("type") in ("plain_text", "mrkdwn") and "text" in part:
            yield part
        else:
            yield from texts_of(list(part.values()))


def words_of(shown: View | Message) -> str:
    """All texts that are read there, one on a line."""
    return "\n".join(_read(text) for text in texts_of(blocks_of(shown)))


def read(words: str) -> str:
    """The words as a person reads them: a sign that keeps words on one line looks like any other."""
    return words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NON-BREAKING HYPHEN}", "-")


def _read(text: Json) -> str:
    """A text as it is read: in mrkdwn three signs are written otherwise, and a number to call is a link."""
    words = read(text["text"])
    return html.unescape(re.sub(r"<tel:\d+\|([\d-]+)>", r"\1", words)) if text["type"] == "mrkdwn" else words


def button(shown: View | Message, label: str) -> Json:
    """The button with this label; several with the same one count as one when they do the same."""
    found = [e for _, e in all_elements(blocks_of(shown)) if e["type"] == "button" and read(e["text"]["text"]) == label]
    assert found, f"no button {label!r} among {buttons_of(shown)}"
    return found[0]


def buttons_of(shown: View | Message) -> list[str]:
    """The labels of the buttons there."""
    return [read(e["text"]["text"]) for _, e in all_elements(blocks_of(shown)) if e["type"] == "button"]


def said(answer: Json) -> str:
    """The answer to a submission: the errors at the fields, or the text of the view that it shows."""
    return "\n".join(
        [*answer.get("errors", {}).values(), *(read(text["text"]) for text in texts_of(answer.get("view")))]
    )


def typed_in(view: View) -> dict[str, Any]:
    """What stands in the fields of a form, by label."""
    values, found = view.payload["state"]["values"], {}
    for block in view.payload["blocks"]:
        if block["type"] == "input":
            state = values[block["block_id"]][block["element"]["action_id"]]
            value = next(value for key, value in state.items() if key != "type")
            said = [_said(v) for v in value] if isinstance(value, list) else _said(value)
            found[read(block["label"]["text"])] = said
    return found


def _said(value: Any) -> Any:
    return value["text"]["text"] if isinstance(value, dict) else value
