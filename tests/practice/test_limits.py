"""Both sides of each of Slack's limits: accepted at the limit, refused just above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.blocks.surfaces import is_too_large, is_too_long, message_problems, view_problems
from practice.model import Json


def plain(length: int = 5) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 5) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def options(count: int, **changes: Any) -> list[Json]:
    return [{"text": plain(), "value": f"v{number}", **changes} for number in range(count)]


def confirm(**changes: Any) -> Json:
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **changes}


def button(**changes: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "go", **changes}


def select(**changes: Any) -> Json:
    return {"type": "static_select", "action_id": "choose", "options": options(2), **changes}


def grouped(groups: int, count: int = 2, name: int = 5) -> Json:
    group = {"label": plain(name), "options": options(count)}
    return {"type": "static_select", "action_id": "choose", "option_groups": [group] * groups}


def section(**changes: Any) -> Json:
    return {"type": "section", "text": plain(), **changes}


def accessory(element: Json) -> Json:
    return section(accessory=element)


def actions(count: int) -> Json:
    return {"type": "actions", "elements": [button(action_id=f"a{number}") for number in range(count)]}


def field(element: Json | None = None, **changes: Any) -> Json:
    typed = element or {"type": "plain_text_input", "action_id": "typed"}
    return {"type": "input", "label": plain(), "element": typed, **changes}


def typed(**changes: Any) -> Json:
    return field({"type": "plain_text_input", "action_id": "typed", **changes})


def modal(*blocks: Json, **changes: Any) -> Json:
    shown = list(blocks) or [section()]
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": shown, **changes}


def choices(kind: str, count: int) -> Json:
    return accessory({"type": kind, "action_id": "choose", "options": options(count)})


def dividers(count: int) -> list[Json]:
    return [{"type": "divider"} for _ in range(count)]


VIEW_LIMITS: dict[str, tuple[Callable[[int], Json], int, str]] = {
    "title": (lambda n: modal(title=plain(n)), 24, "/view/title/text"),
    "submit": (lambda n: modal(submit=plain(n)), 24, "/view/submit/text"),
    "close": (lambda n: modal(close=plain(n)), 24, "/view/close/text"),
    "blocks": (lambda n: modal(*dividers(n)), 100, "/view/blocks"),
    "private_metadata": (lambda n: modal(private_metadata="x" * n), 3000, "/view/private_metadata"),
    "callback_id": (lambda n: modal(callback_id="x" * n), 255, "/view/callback_id"),
    "label": (lambda n: modal(field(label=plain(n))), 2000, "/view/blocks/0/label/text"),
    "hint": (lambda n: modal(field(hint=plain(n))), 2000, "/view/blocks/0/hint/text"),
    "placeholder": (lambda n: modal(typed(placeholder=plain(n))), 150, "/view/blocks/0/element/placeholder/text"),
    "max_length": (lambda n: modal(typed(max_length=n)), 3000, "/view/blocks/0/element/max_length"),
    "min_length": (lambda n: modal(typed(min_length=n)), 3000, "/view/blocks/0/element/min_length"),
    "initial_value": (lambda n: modal(typed(initial_value="x" * n)), 3000, "/view/blocks/0/element/initial_value"),
    "own max_length": (
        lambda n: modal(typed(initial_value="x" * n, max_length=7)),
        7,
        "/view/blocks/0/element/initial_value",
    ),
}
BLOCK_LIMITS: dict[str, tuple[Callable[[int], Json], int, str]] = {
    "section text": (lambda n: section(text=mrkdwn(n)), 3000, "/text/text"),
    "section fields": (lambda n: section(fields=[plain()] * n), 10, "/fields"),
    "section field": (lambda n: section(fields=[mrkdwn(n)]), 2000, "/fields/0/text"),
    "header": (lambda n: {"type": "header", "text": plain(n)}, 150, "/text/text"),
    "context": (lambda n: {"type": "context", "elements": [mrkdwn()] * n}, 10, "/elements"),
    "context text": (lambda n: {"type": "context", "elements": [mrkdwn(n)]}, 3000, "/elements/0/text"),
    "actions": (actions, 25, "/elements"),
    "block_id": (lambda n: section(block_id="x" * n), 255, "/block_id"),
    "action_id": (lambda n: accessory(button(action_id="x" * n)), 255, "/accessory/action_id"),
    "button text": (lambda n: accessory(button(text=plain(n))), 75, "/accessory/text/text"),
    "button value": (lambda n: accessory(button(value="x" * n)), 2000, "/accessory/value"),
    "confirm title": (
        lambda n: accessory(button(confirm=confirm(title=plain(n)))),
        100,
        "/accessory/confirm/title/text",
    ),
    "confirm text": (lambda n: accessory(button(confirm=confirm(text=mrkdwn(n)))), 300, "/accessory/confirm/text/text"),
    "confirm yes": (
        lambda n: accessory(button(confirm=confirm(confirm=plain(n)))),
        30,
        "/accessory/confirm/confirm/text",
    ),
    "confirm no": (lambda n: accessory(button(confirm=confirm(deny=plain(n)))), 30, "/accessory/confirm/deny/text"),
    "select": (lambda n: accessory(select(options=options(n))), 100, "/accessory/options"),
    "option text": (
        lambda n: accessory(select(options=options(1, text=plain(n)))),
        75,
        "/accessory/options/0/text/text",
    ),
    "option value": (lambda n: accessory(select(options=options(1, value="x" * n))), 150, "/accessory/options/0/value"),
    "option description": (
        lambda n: accessory(select(options=options(1, description=plain(n)))),
        75,
        "/accessory/options/0/description/text",
    ),
    "option groups": (lambda n: accessory(grouped(n)), 100, "/accessory/option_groups"),
    "options of a group": (lambda n: accessory(grouped(1, n)), 100, "/accessory/option_groups/0/options"),
    "name of a group": (lambda n: accessory(grouped(1, name=n)), 75, "/accessory/option_groups/0/label/text"),
    "overflow": (lambda n: choices("overflow", n), 5, "/accessory/options"),
    "checkboxes": (lambda n: choices("checkboxes", n), 10, "/accessory/options"),
    "radio": (lambda n: choices("radio_buttons", n), 10, "/accessory/options"),
}


NAMES = ["type", "text", "blocks", "elements", "element", "options", "initial_option", "action_id"]


def offence_at(problems: list[str], pointer: str) -> bool:
    return any(problem.endswith(f"[json-pointer:{pointer}]") for problem in problems)


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_is_accepted_at_its_limit_and_refused_above_it(name: str) -> None:
    make, limit, pointer = VIEW_LIMITS[name]
    assert view_problems(make(limit), "modal") == []
    assert offence_at(view_problems(make(limit + 1), "modal"), pointer)


@pytest.mark.parametrize("name", BLOCK_LIMITS)
def test_a_block_is_accepted_at_its_limit_and_refused_above_it(name: str) -> None:
    make, limit, pointer = BLOCK_LIMITS[name]
    assert message_problems([make(limit)]) == []
    assert view_problems(modal(make(limit)), "modal") == []
    assert offence_at(message_problems([make(limit + 1)]), f"/blocks/0{pointer}")
    assert offence_at(view_problems(modal(make(limit + 1)), "modal"), f"/view/blocks/0{pointer}")


def test_a_message_has_fifty_blocks_at_most() -> None:
    assert message_problems(dividers(50)) == []
    assert message_problems(dividers(51)) == ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]


def test_a_view_is_250_kilobytes_at_most() -> None:
    empty = len('{"text": ""}')
    assert not is_too_large({"text": "x" * (250_000 - empty)})
    assert is_too_large({"text": "x" * (250_001 - empty)})
    assert is_too_large({"text": "é" * 130_000})


def test_a_home_tab_may_be_empty_and_a_modal_may_not() -> None:
    assert view_problems({"type": "home", "blocks": []}, "home") == []
    assert view_problems({"type": "modal", "title": plain(), "blocks": []}, "modal") != []


def test_home_tabs_may_have_inputs_without_a_submit_button() -> None:
    assert view_problems({"type": "home", "blocks": [field()]}, "home") == []


GOOD = {
    "a section of fields only": {"type": "section", "fields": [plain()]},
    "an emoji flag on plain text": section(text={**plain(), "emoji": True}),
    "mrkdwn in checkboxes": accessory(
        {"type": "checkboxes", "action_id": "a", "options": options(1, text=mrkdwn()), "initial_options": options(1)}
    ),
    "a start option": accessory(select(initial_option=options(2)[1])),
    "a date": accessory({"type": "datepicker", "action_id": "a", "initial_date": "2026-09-01"}),
    "a time": accessory({"type": "timepicker", "action_id": "a", "initial_time": "08:30"}),
    "people": accessory({"type": "multi_users_select", "action_id": "a", "max_selected_items": 3}),
    "an empty value": accessory(button(value="")),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_blocks_are_accepted_everywhere(name: str) -> None:
    assert message_problems([GOOD[name]]) == []
    assert view_problems(modal(GOOD[name]), "modal") == []


BAD = {
    "empty text": (section(text=plain(0)), "must be more than 0 characters"),
    "no text": ({"type": "section"}, "missing required field: text or fields"),
    "unknown block": ({"type": "sectoin", "text": plain()}, "unsupported type: sectoin"),
    "unknown element": (accessory({"type": "knob"}), "unsupported type: knob"),
    "no type": ({"text": plain()}, "missing required field: type"),
    "not an object": ("hello", "missing required field: type"),
    "unknown property": (section(colour="red"), "invalid additional property: colour"),
    "mrkdwn header": ({"type": "header", "text": mrkdwn()}, "unsupported type: mrkdwn"),
    "mrkdwn on a button": (accessory(button(text=mrkdwn())), "unsupported type: mrkdwn"),
    "text instead of an object": (section(text="hello"), "missing required field: type"),
    "emoji flag on mrkdwn": (section(text={**mrkdwn(), "emoji": True}), "invalid additional property: emoji"),
    "typed text in a section": (accessory({"type": "plain_text_input", "action_id": "a"}), "unsupported type"),
    "no options": (accessory(select(options=[])), "no fewer than 1 items allowed"),
    "foreign start option": (accessory(select(initial_option=options(3)[2])), "must match one of the options"),
    "foreign start radio": (
        accessory({"type": "radio_buttons", "action_id": "a", "options": options(1), "initial_option": options(2)[1]}),
        "must match one of the options",
    ),
    "half a confirmation": (accessory(button(confirm={"title": plain()})), "missing required field: deny"),
    "odd style": (accessory(button(style="purple")), "must be primary or danger"),
    "odd date": (accessory({"type": "datepicker", "action_id": "a", "initial_date": "1-9-2026"}), "must be a date"),
    "odd time": (accessory({"type": "timepicker", "action_id": "a", "initial_time": "8:30"}), "must be a time"),
    "late time": (accessory({"type": "timepicker", "action_id": "a", "initial_time": "24:00"}), "must be a time"),
    "the same action twice": (
        {"type": "actions", "elements": [button(), button()]},
        "action_id must be unique: go",
    ),
    "a flag that is no flag": (section(expand="yes"), "must be a boolean"),
    "a list that is no list": ({"type": "actions", "elements": button()}, "must be an array"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_blocks_are_refused_everywhere(name: str) -> None:
    block, words = BAD[name]
    assert any(words in problem for problem in message_problems([block]))
    assert any(words in problem for problem in view_problems(modal(block), "modal"))  # type: ignore[arg-type]


BAD_VIEWS = {
    "no title": ({"type": "modal", "blocks": [section()]}, "missing required field: title"),
    "no blocks": ({"type": "modal", "title": plain()}, "missing required field: blocks"),
    "an input without submit": (
        {"type": "modal", "title": plain(), "blocks": [field()]},
        "missing required field: submit",
    ),
    "the same block_id twice": (modal(section(block_id="b"), section(block_id="b")), "block_id must be unique: b"),
    "a home tab": ({"type": "home", "blocks": []}, "unsupported type: home"),
    "a mrkdwn title": (modal(title=mrkdwn()), "unsupported type: mrkdwn"),
    "an input without a label": (modal({"type": "input", "element": select()}), "missing required field: label"),
    "a button as input": (modal(field(button())), "unsupported type: button"),
    "crossed lengths": (modal(typed(min_length=9, max_length=3)), "must not be greater than max_length"),
    "a length that is no number": (modal(typed(max_length="9")), "must be an integer"),
    "two focused": (
        modal(typed(focus_on_load=True), field(select(focus_on_load=True))),
        "only one element can have focus_on_load",
    ),
    "a file input": (modal(field({"type": "file_input", "action_id": "a"})), "unsupported type: file_input"),
    "a flag to dispatch that is no flag": (modal(typed() | {"dispatch_action": "yes"}), "must be a boolean"),
    "a submit_disabled": (modal(submit_disabled=True), "invalid additional property: submit_disabled"),
}


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_bad_views_are_refused(name: str) -> None:
    view, words = BAD_VIEWS[name]
    assert any(words in problem for problem in view_problems(view, "modal"))


EVERY_INPUT = [
    {"type": "plain_text_input", "multiline": True},
    {"type": "datepicker"},
    {"type": "timepicker"},
    {"type": "users_select"},
    {"type": "multi_users_select"},
    {"type": "static_select", "options": options(1)},
    {"type": "radio_buttons", "options": options(1)},
    {"type": "checkboxes", "options": options(1)},
]


@pytest.mark.parametrize("element", EVERY_INPUT, ids=lambda element: element["type"])
def test_every_kind_of_input_is_accepted_in_a_modal(element: Json) -> None:
    assert view_problems(modal(field({"action_id": "a", **element})), "modal") == []


def test_input_blocks_are_refused_in_messages() -> None:
    assert message_problems([field()]) == ["[ERROR] unsupported type: input [json-pointer:/blocks/0/type]"]


UNUSED_BLOCKS = ["image", "rich_text", "markdown", "table", "video", "file"]
UNUSED_ELEMENTS = ["datetimepicker", "number_input", "email_text_input", "url_text_input", "file_input",
                   "rich_text_input", "multi_static_select", "external_select", "conversations_select"]  # fmt: skip


@pytest.mark.parametrize("kind", UNUSED_BLOCKS)
def test_a_block_that_the_app_does_not_use_is_refused(kind: str) -> None:
    assert message_problems([{"type": kind}]) == [f"[ERROR] unsupported type: {kind} [json-pointer:/blocks/0/type]"]
    assert any(f"unsupported type: {kind}" in problem for problem in view_problems(modal({"type": kind}), "modal"))


@pytest.mark.parametrize("kind", UNUSED_ELEMENTS)
def test_an_element_that_the_app_does_not_use_is_refused(kind: str) -> None:
    [problem] = view_problems(modal(field({"type": kind, "action_id": "a"})), "modal")
    assert problem == f"[ERROR] unsupported type: {kind} [json-pointer:/view/blocks/0/element/type]"


def test_the_blocks_of_a_message_have_about_12000_characters_at_most() -> None:
    blocks = [section(text=mrkdwn(3000)) for _ in range(3)]
    room = 12_000 - 3 * 3000 - 4 * 135
    assert not is_too_long([*blocks, section(text=mrkdwn(room))])
    assert is_too_long([*blocks, section(text=mrkdwn(room + 1))])
    assert is_too_long([*blocks, {"type": "section", "fields": [plain(room), plain(1)]}])
    assert not is_too_long([])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(ANYTHING)
def test_any_input_is_checked_without_an_exception(sent: Any) -> None:
    assert view_problems(sent, "modal")
    assert isinstance(message_problems([sent]), list)
    assert isinstance(view_problems(modal(accessory(sent), field(sent or {})), "modal"), list)


def test_a_home_tab_has_no_title() -> None:
    [problem] = view_problems({"type": "home", "title": plain(), "blocks": []}, "home")
    assert problem == "[ERROR] invalid additional property: title [json-pointer:/view]"
