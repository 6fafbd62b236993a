"""A block that the app gave no id keeps the practice workspace's own id wherever it moves to."""

from __future__ import annotations

import pytest

from practice.blocks.elements import find_element, find_pressed, with_ids
from practice.model import Json


def button(value: str) -> Json:
    """A row of one button."""
    shown = {"type": "button", "action_id": "open", "value": value, "text": {"type": "plain_text", "text": "Openen"}}
    return {"type": "actions", "elements": [shown]}


def test_a_click_on_a_page_that_is_a_moment_old_hits_the_same_button_or_none() -> None:
    before = with_ids([button("first"), button("second")])
    after = with_ids([button("third"), button("first")])
    _, hit = find_element(after, "open", before[0]["block_id"])
    assert hit["value"] == "first"
    assert before[1]["block_id"] not in {block["block_id"] for block in after}


def test_blocks_that_are_equal_have_different_ids() -> None:
    first, second = with_ids([button("same"), button("same")])
    assert first["block_id"] != second["block_id"]


def test_a_press_counts_when_only_the_rest_of_the_block_changed() -> None:
    old = with_ids([button("first")])[0]["block_id"]
    _, hit = find_pressed(with_ids([button("other"), button("first") | {"changed": "since"}]), "open", old, "first")
    assert hit["value"] == "first"
    with pytest.raises(LookupError):
        find_pressed(with_ids([button("other")]), "open", old, "first")
