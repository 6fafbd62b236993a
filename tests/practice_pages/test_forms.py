"""What a browser sends back becomes the state that Slack would send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from practice.client.fields import field_errors
from practice.model import Json, Message, Person, View
from practice.web.forms import (
    Source,
    dispatch_on,
    field_name,
    people_options,
    rich_text,
    source_of,
    state_of,
    values_sent,
)
from tests.practice_pages.sample import field, form, options

TWO = options("Een", "Twee")


@pytest.mark.parametrize(
    ("element", "sent", "state"),
    [
        ({"type": "plain_text_input"}, ["a\r\nb"], {"value": "a\nb"}),
        ({"type": "plain_text_input"}, [""], {"value": None}),
        ({"type": "number_input"}, ["3"], {"value": "3"}),
        ({"type": "static_select", "options": TWO}, ["twee"], {"selected_option": TWO[1]}),
        ({"type": "static_select", "option_groups": [{"options": TWO}]}, ["een"], {"selected_option": TWO[0]}),
        ({"type": "static_select", "options": TWO}, [""], {"selected_option": None}),
        ({"type": "static_select", "options": TWO}, ["drie"], {"selected_option": None}),
        ({"type": "radio_buttons", "options": TWO}, [], {"selected_option": None}),
        ({"type": "checkboxes", "options": TWO}, ["twee", "een"], {"selected_options": TWO}),
        ({"type": "checkboxes", "options": TWO}, [], {"selected_options": []}),
        ({"type": "multi_static_select", "options": TWO}, ["een"], {"selected_options": TWO[:1]}),
        ({"type": "datepicker"}, ["2026-09-01"], {"selected_date": "2026-09-01"}),
        ({"type": "datetimepicker"}, ["2026-09-01T09:30"], {"selected_date_time": 1788247800}),
        ({"type": "datetimepicker"}, ["morgen"], {"selected_date_time": None}),
        ({"type": "conversations_select"}, [""], {"selected_conversation": None}),
        ({"type": "multi_conversations_select"}, [], {"selected_conversations": []}),
        ({"type": "rich_text_input"}, ["een\r\ntwee"], {"rich_text_value": rich_text("een\ntwee")}),
        ({"type": "rich_text_input"}, [""], {"rich_text_value": None}),
        ({"type": "timepicker"}, ["09:30"], {"selected_time": "09:30"}),
        ({"type": "users_select"}, ["U1"], {"selected_user": "U1"}),
        ({"type": "multi_users_select"}, ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
    ],
)
def test_state_of_an_element(element: Json, sent: list[str], state: Json) -> None:
    assert state_of(element, sent) == {"type": element["type"], **state}


def test_values_are_read_by_the_view_and_not_by_what_is_sent() -> None:
    blocks = [field("Voornaam", "first", {"type": "plain_text_input"})]
    sent = {field_name("first", "first"): ["Noor"], field_name("other", "other"): ["x"], "source": ["y"]}
    assert values_sent(blocks, sent) == {"first": {"first": {"type": "plain_text_input", "value": "Noor"}}}


def test_every_kind_in_the_sample_form_has_a_state() -> None:
    values = values_sent(form()["blocks"], {})
    assert list(values) == ["first", "group", "kind", "what", "day", "time", "people", "marks"]


def test_a_field_holds_what_was_typed_before_else_what_it_starts_with() -> None:
    block = field("Voornaam", "first name", {"type": "plain_text_input", "initial_value": "Noor"})
    typed = {"first name": {"first name": {"type": "plain_text_input", "value": "Sam"}}}
    assert Source("view/V1", [block]).field(block, block["element"]).chosen == ["Noor"]
    assert Source("view/V1", [block], typed).field(block, block["element"]).chosen == ["Sam"]
    assert " " not in Source("view/V1", [block]).field(block, block["element"]).id


@pytest.mark.parametrize(
    ("element", "typed"),
    [({"type": "datetimepicker"}, "2026-09-01T09:30"), ({"type": "rich_text_input"}, "een\ntwee")],
)
def test_what_was_typed_stands_there_again(element: Json, typed: str) -> None:
    block = field("Wanneer", "a", element)
    values = {"a": {"a": state_of(element, [typed])}}
    assert Source("view/V1", [block], values).field(block, block["element"]).chosen == [typed]


NUMBER = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "8"}
REMARKS: list[tuple[Json, list[str], str]] = [
    ({"type": "email_text_input"}, ["naam@school.nl"], ""),
    ({"type": "email_text_input"}, ["naam@school"], "Dit is geen e-mailadres. Schrijf het als naam@school.nl."),
    ({"type": "url_text_input"}, ["https://school.nl"], ""),
    ({"type": "url_text_input"}, ["school.nl"], "Dit is geen webadres. Laat het beginnen met https://."),
    (NUMBER, ["8"], ""),
    (NUMBER, ["9"], "Kies een getal van 1 tot en met 8."),
    (NUMBER, ["0"], "Kies een getal van 1 tot en met 8."),
    (NUMBER, ["2.5"], "Vul hier een getal in."),
    (NUMBER, ["vijf"], "Vul hier een getal in."),
    (NUMBER, ["NaN"], "Vul hier een getal in."),
    ({**NUMBER, "is_decimal_allowed": True}, ["2.5"], ""),
    ({"type": "multi_static_select", "options": TWO, "max_selected_items": 1}, ["een"], ""),
    ({"type": "multi_static_select", "options": TWO, "max_selected_items": 1}, ["een", "twee"],
     "Kies er hier ten hoogste 1."),
]  # fmt: skip


@pytest.mark.parametrize(("element", "sent", "remark"), REMARKS)
def test_slacks_client_looks_at_a_field_first(element: Json, sent: list[str], remark: str) -> None:
    block = field("Vraag", "a", element)
    state = {"values": {"a": {"a": state_of(block["element"], sent)}}}
    view = View("V1", "U1", {"type": "modal", "blocks": [block], "state": state})
    view.errors = field_errors(view)
    assert source_of(view).errors == ({"a": remark} if remark else {})


def test_slacks_own_remarks_on_a_field_are_in_dutch() -> None:
    errors = {"a": "Please complete this required field.", "b": "This entry must have at least 3 characters.", "c": "X"}
    shown = source_of(View("V1", "U1", {"type": "modal", "blocks": []}, errors))
    assert shown.errors == {"a": "Vul dit veld in.", "b": "Gebruik hier ten minste 3 tekens.", "c": "X"}


def test_source_of_a_message() -> None:
    message = Message("1.2", "D1", "U1", "tekst", datetime(2026, 9, 1, tzinfo=UTC), [{"type": "divider"}])
    assert source_of(message) == Source("message/1.2", [{"type": "divider"}])


def test_when_an_element_tells_the_app() -> None:
    assert dispatch_on({"type": "static_select"}) == "change"
    assert dispatch_on({"type": "plain_text_input"}) == "enter"
    while_typing = {"trigger_actions_on": ["on_character_entered"]}
    assert dispatch_on({"type": "plain_text_input", "dispatch_action_config": while_typing}) == "input"


def test_who_can_be_picked() -> None:
    people = [Person("U1", "Sanne", "Leerkracht"), Person("U2", "Karin"), Person("U3", "Weg", is_active=False)]
    assert [option["text"]["text"] for option in people_options(people)] == ["Sanne, Leerkracht", "Karin"]
