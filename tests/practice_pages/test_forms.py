"""What a browser sends becomes the state that Slack would send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from practice.client.fields import field_errors
from practice.i18n import use_language
from practice.model import Json, Message, Person, View
from practice.web.forms import Source, field_name, people_options, source_of, state_of, values_sent
from tests.practice_pages.sample import field, form, options

TWO = options("Een", "Twee")


@pytest.mark.parametrize(
    ("element", "sent", "state"),
    [
        ({"type": "plain_text_input"}, ["a\r\nb"], {"value": "a\nb"}),
        ({"type": "plain_text_input"}, [""], {"value": None}),
        ({"type": "static_select", "options": TWO}, ["twee"], {"selected_option": TWO[1]}),
        ({"type": "static_select", "option_groups": [{"options": TWO}]}, ["twee"], {"selected_option": TWO[1]}),
        ({"type": "static_select", "options": TWO}, [""], {"selected_option": None}),
        ({"type": "static_select", "options": TWO}, ["drie"], {"selected_option": None}),
        ({"type": "radio_buttons", "options": TWO}, [], {"selected_option": None}),
        ({"type": "checkboxes", "options": TWO}, ["twee", "een"], {"selected_options": TWO}),
        ({"type": "checkboxes", "options": TWO}, [], {"selected_options": []}),
        ({"type": "datepicker"}, ["2026-09-01"], {"selected_date": "2026-09-01"}),
        ({"type": "timepicker"}, ["08:30"], {"selected_time": "08:30"}),
        ({"type": "timepicker"}, [""], {"selected_time": None}),
        ({"type": "users_select"}, ["U1"], {"selected_user": "U1"}),
        ({"type": "multi_users_select"}, ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
    ],
)
def test_state_of_an_element(element: Json, sent: list[str], state: Json) -> None:
    assert state_of(element, sent) == {"type": element["type"], **state}


def test_the_view_decides_which_values_are_read() -> None:
    blocks = [field("Voornaam", "first", {"type": "plain_text_input"})]
    sent = {field_name("first", "first"): ["Noor"], field_name("other", "other"): ["x"], "source": ["y"]}
    assert values_sent(blocks, sent) == {"first": {"first": {"type": "plain_text_input", "value": "Noor"}}}


def test_every_kind_in_the_sample_form_has_a_state() -> None:
    values = values_sent(form()["blocks"], {})
    assert list(values) == ["first", "group", "kind", "what", "day", "time", "people", "colleague", "marks"]


def test_a_field_shows_what_was_typed_earlier_or_its_initial_value() -> None:
    block = field("Voornaam", "first name", {"type": "plain_text_input", "initial_value": "Noor"})
    typed = {"first name": {"first name": {"type": "plain_text_input", "value": "Sam"}}}
    assert Source("view/V1", [block]).field(block, block["element"]).chosen == ["Noor"]
    assert Source("view/V1", [block], typed).field(block, block["element"]).chosen == ["Sam"]
    assert " " not in Source("view/V1", [block]).field(block, block["element"]).id


@pytest.mark.parametrize(
    ("element", "typed"),
    [
        ({"type": "datepicker"}, "2026-09-01"),
        ({"type": "timepicker"}, "08:30"),
        ({"type": "plain_text_input"}, "een\ntwee"),
    ],
)
def test_typed_values_are_shown_again(element: Json, typed: str) -> None:
    block = field("Wanneer", "a", element)
    values = {"a": {"a": state_of(element, [typed])}}
    assert Source("view/V1", [block], values).field(block, block["element"]).chosen == [typed]


PEOPLE = {"type": "multi_users_select", "max_selected_items": 1}
REMARKS: list[tuple[Json, list[str], str, str]] = [
    ({"type": "plain_text_input"}, ["x"], "", ""),
    ({"type": "plain_text_input"}, [], "Vul dit veld in.", "Please complete this required field."),
    ({"type": "plain_text_input", "min_length": 3}, ["ab"], "Gebruik hier ten minste 3 tekens.",
     "This entry must have at least 3 characters."),
    ({"type": "plain_text_input", "max_length": 3}, ["abcd"], "Gebruik hier ten hoogste 3 tekens.",
     "This entry must have at most 3 characters."),
    (PEOPLE, ["U1"], "", ""),
    (PEOPLE, ["U1", "U2"], "Kies er hier ten hoogste 1.", "You can select at most 1 items."),
]  # fmt: skip


@pytest.mark.parametrize(("element", "sent", "dutch", "english"), REMARKS)
def test_slacks_client_checks_a_field_first(element: Json, sent: list[str], dutch: str, english: str) -> None:
    block = field("Vraag", "a", element)
    state = {"values": {"a": {"a": state_of(block["element"], sent)}}}
    view = View("V1", "U1", {"type": "modal", "blocks": [block], "state": state})
    for language, remark in (("nl", dutch), ("en", english)):
        with use_language(language):
            view.errors = field_errors(view)
        assert source_of(view).errors == ({"a": remark} if remark else {})


def test_source_of_a_message() -> None:
    message = Message("1.2", "D1", "U1", "tekst", datetime(2026, 9, 1, tzinfo=UTC), [{"type": "divider"}])
    assert source_of(message) == Source("message/1.2", [{"type": "divider"}])


def test_active_people_can_be_selected() -> None:
    people = [Person("U1", "Sanne", "Leerkracht"), Person("U2", "Karin"), Person("U3", "Weg", is_active=False)]
    assert [option["text"]["text"] for option in people_options(people)] == ["Sanne, Leerkracht", "Karin"]
