"""What a person can do, and what they see as a result."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from practice.client.actor import TROUBLE, Actor
from practice.model import Json, Message, View
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.clock import Clock
from tests.practice.conftest import KARIN, SANNE, Scripted, manifest


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*texts: str) -> list[Json]:
    return [{"text": plain(text), "value": text.lower()} for text in texts]


def field(label: str, kind: str, *, optional: bool = False, **element: Any) -> Json:
    typed = {"type": kind, "action_id": "act", **element}
    return {"type": "input", "block_id": label, "label": plain(label), "optional": optional, "element": typed}


BUTTON = {"type": "button", "action_id": "go", "value": "26-K7QX", "text": plain("Ga")}
TOOLS = {"type": "actions", "block_id": "tools", "elements": [BUTTON]}


def form(*blocks: Json, **changes: Any) -> Json:
    shown = list(blocks) or [field("Naam", "plain_text_input")]
    head = {"type": "modal", "callback_id": "form", "title": plain("Formulier"), "submit": plain("Klaar")}
    return {**head, "blocks": shown, **changes}


def opened(workspace: Workspace, *blocks: Json, **changes: Any) -> View:
    return workspace.views.open(SANNE, form(*blocks, **changes))


def change_manifest(workspace: Workspace, path: str, value: Any) -> None:
    changed = manifest()
    *parents, last = path.split(".")
    part = changed
    for name in parents:
        part = part[name]
    part[last] = value
    workspace.app = replace(workspace.app, manifest=changed)


# Nothing is sent for what the app does not have.
async def test_an_unknown_command_is_no_command(scripted: Scripted, sanne: Actor) -> None:
    outcome = await sanne.command("/onzin")
    assert (outcome.failure, outcome.text) == ("unknown_command", "/onzin is not a valid command.")
    assert (await sanne.shortcut("onzin")).failure == "unknown_shortcut"
    assert scripted.requests == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("features.app_home.messages_tab_read_only_enabled", True), ("features.app_home.messages_tab_enabled", False)],
)
async def test_a_read_only_dm_accepts_no_messages(
    scripted: Scripted, workspace: Workspace, sanne: Actor, path: str, value: bool
) -> None:
    change_manifest(workspace, path, value)
    assert (await sanne.say("Dag")).failure == "messages_tab_disabled"
    assert (workspace.messages_of(SANNE), scripted.requests) == ([], [])


async def test_an_app_without_a_home_tab_has_none_to_open(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    change_manifest(workspace, "features.app_home.home_tab_enabled", False)
    assert (await sanne.open_home()).failure == "not_enabled"
    assert scripted.requests == []


async def test_clicks_fail_without_interactivity(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    change_manifest(workspace, "settings.interactivity.is_enabled", False)
    assert (await sanne.shortcut("report")).failure == "not_interactive"
    assert scripted.requests == []


async def test_a_deactivated_person_cannot_act(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    workspace.people[SANNE] = replace(workspace.people[SANNE], is_active=False)
    acts = [sanne.command("/signaal"), sanne.shortcut("report"), sanne.open_home(), sanne.say("Dag")]
    assert {(await act).failure for act in acts} == {"account_inactive"}
    assert scripted.requests == []


async def test_the_app_is_told_who_leaves_and_returns(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    change_manifest(workspace, "settings.event_subscriptions.bot_events", ["user_change"])
    for is_gone in (True, False):
        await sanne.leave_or_return(is_gone=is_gone)
        assert workspace.people[SANNE].is_active is not is_gone
    told = [json.loads(body)["event"] for _, body in scripted.requests]
    assert [(event["type"], event["user"]["id"], event["user"]["deleted"]) for event in told] == [
        ("user_change", SANNE, True),
        ("user_change", SANNE, False),
    ]
    await sanne.leave_or_return(is_gone=True)
    workspace.reset()
    assert workspace.people[SANNE].is_active


# Answers to a command.
@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("", []),
        ("Dag", [("Dag", True)]),
        ({"text": "Dag"}, [("Dag", True)]),
        ({"response_type": "in_channel", "text": "Dag"}, [("Dag", False)]),
    ],
)
async def test_an_answer_to_a_command_is_shown(
    scripted: Scripted, workspace: Workspace, sanne: Actor, answer: Any, shown: list[Any]
) -> None:
    scripted.answers(answer)
    outcome = await sanne.command("/signaal")
    assert outcome.ok
    assert outcome.text == (shown[0][0] if shown else "")
    assert [(message.text, message.is_ephemeral) for message in workspace.messages_of(SANNE)] == shown
    assert workspace.messages_of(KARIN) == []


async def test_an_answer_with_bad_blocks_fails(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    scripted.answers({"text": "x", "blocks": [{"type": "header", "text": plain("")}]})
    assert (await sanne.command("/signaal")).failure == "dispatch_failed"
    assert "invalid_blocks" in workspace.traffic[-1].fault
    assert workspace.messages_of(SANNE) == []


# Submitting.
async def test_a_submission_carries_everything_typed(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    view = opened(workspace, field("Naam", "plain_text_input"), private_metadata="m")
    assert (await sanne.fill(view, Naam="Sem")).ok
    sent = scripted.payload
    assert (sent["type"], sent["view"]["id"], sent["view"]["private_metadata"]) == ("view_submission", view.id, "m")
    assert sent["view"]["state"]["values"] == {"Naam": {"act": {"type": "plain_text_input", "value": "Sem"}}}
    assert sent["response_urls"] == []
    assert workspace.modals_of(SANNE) == []


GROUPS = [{"label": plain("Eén"), "options": options("A")}, {"label": plain("Twee"), "options": options("B")}]
KINDS: list[tuple[Json, Any, Json]] = [
    (field("F", "plain_text_input"), "x", {"value": "x"}),
    (field("F", "static_select", options=options("A", "B")), "B", {"selected_option": options("B")[0]}),
    (field("F", "static_select", option_groups=GROUPS), "B", {"selected_option": options("B")[0]}),
    (field("F", "radio_buttons", options=options("A", "B")), "A", {"selected_option": options("A")[0]}),
    (field("F", "checkboxes", options=options("A", "B")), ["A", "B"], {"selected_options": options("A", "B")}),
    (field("F", "datepicker"), "2026-09-01", {"selected_date": "2026-09-01"}),
    (field("F", "timepicker"), "08:30", {"selected_time": "08:30"}),
    (field("F", "users_select"), KARIN, {"selected_user": KARIN}),
    (field("F", "multi_users_select"), [KARIN], {"selected_users": [KARIN]}),
]


@pytest.mark.parametrize(("block", "value", "expected"), KINDS, ids=[kind["element"]["type"] for kind, _, _ in KINDS])
async def test_each_kind_of_field_is_filled_by_its_label(
    scripted: Scripted, workspace: Workspace, sanne: Actor, block: Json, value: Any, expected: Json
) -> None:
    view = opened(workspace, block)
    assert (await sanne.submit(view, {})).errors.keys() == {"F"}
    assert (await sanne.fill(view, F=value)).ok
    state = scripted.payload["view"]["state"]["values"]["F"]["act"]
    assert state == {"type": block["element"]["type"], **expected}


async def test_a_field_that_dispatches_tells_the_app_before_the_form_is_sent(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    first = {**field("Eerst", "radio_buttons", options=options("A", "B")), "dispatch_action": True}
    view = opened(workspace, first, field("Dan", "plain_text_input"))
    assert (await sanne.fill(view, Dan="x", Eerst="B")).ok
    told, sent = (json.loads(dict(parse_qsl(body))["payload"]) for _, body in scripted.requests)
    assert (told["type"], told["actions"][0]["selected_option"]) == ("block_actions", options("B")[0])
    assert told["view"]["state"]["values"]["Dan"]["act"]["value"] == "x", "with what was typed so far"
    assert sent["type"] == "view_submission"


async def test_unchanged_initial_values_are_sent(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    view = opened(workspace, field("Naam", "plain_text_input", initial_value="Sem"))
    assert (await sanne.submit(view, {})).ok
    assert scripted.payload["view"]["state"]["values"]["Naam"]["act"]["value"] == "Sem"


@pytest.mark.parametrize(
    ("block", "value", "is_taken"),
    [
        (field("F", "plain_text_input"), "", False),
        (field("F", "plain_text_input"), "  ", False),
        (field("F", "plain_text_input", optional=True), "", True),
        (field("F", "plain_text_input", min_length=3), "ab", False),
        (field("F", "plain_text_input", min_length=3), "abc", True),
        (field("F", "plain_text_input", max_length=3), "abc", True),
        (field("F", "plain_text_input", max_length=3), "abcd", False),
        (field("F", "plain_text_input"), "x" * 3001, False),
        (field("F", "checkboxes", options=options("A")), [], False),
    ],
)
async def test_slacks_client_checks_fields_before_the_app_is_told(
    scripted: Scripted, workspace: Workspace, sanne: Actor, block: Json, value: Any, is_taken: bool
) -> None:
    view = opened(workspace, block)
    outcome = await sanne.fill(view, F=value)
    assert (outcome.ok, len(scripted.requests)) == (is_taken, 1 if is_taken else 0)
    assert (view.errors.keys() == {"F"}) is not is_taken


async def test_what_is_not_on_the_screen_cannot_be_used(workspace: Workspace, sanne: Actor) -> None:
    view = opened(workspace, field("F", "static_select", options=options("A")), TOOLS)
    with pytest.raises(LookupError, match="no field 'G'"):
        await sanne.fill(view, G="x")
    with pytest.raises(LookupError, match="no option 'B'"):
        await sanne.fill(view, F="B")
    with pytest.raises(LookupError, match="'away'"):
        await sanne.click(view, "away")


async def test_field_errors_keep_the_modal_and_what_was_typed(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    scripted.answers({"response_action": "errors", "errors": {"Naam": "Te kort"}})
    view = opened(workspace)
    outcome = await sanne.fill(view, Naam="S")
    assert (outcome.errors, outcome.ok) == ({"Naam": "Te kort"}, False)
    [shown] = workspace.modals_of(SANNE)
    assert shown.errors == {"Naam": "Te kort"}
    assert shown.payload["state"]["values"]["Naam"]["act"]["value"] == "S"
    assert (await sanne.submit(view, {})).ok
    assert view.errors == {}


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"Onbekend": "x"}},
        {"response_action": "errors", "errors": {"tools": "x"}},
        {"response_action": "errors", "errors": {"Naam": ""}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors"},
        {"response_action": "explode"},
        {"response_action": "update"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push", "view": form(title=plain("x" * 25))},
        {"text": "Dag"},
        "Dag",
    ],
)
async def test_an_unusable_answer_fails_and_keeps_the_modal(
    scripted: Scripted, workspace: Workspace, sanne: Actor, answer: Any
) -> None:
    scripted.answers(answer)
    view = opened(workspace, field("Naam", "plain_text_input"), TOOLS)
    outcome = await sanne.fill(view, Naam="Sem")
    assert (outcome.failure, outcome.text) == ("dispatch_failed", TROUBLE)
    assert workspace.modals_of(SANNE) == [view]
    assert workspace.traffic[-1].fault


async def test_an_answer_can_replace_the_view(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    scripted.answers({"response_action": "update", "view": form(title=plain("Verder"))})
    view = opened(workspace)
    assert (await sanne.fill(view, Naam="Sem")).ok
    [shown] = workspace.modals_of(SANNE)
    assert (shown.id, shown.payload["title"]["text"]) == (view.id, "Verder")
    assert shown.payload["state"]["values"]["Naam"]["act"]["value"] == "Sem"


async def test_an_answer_can_push_a_view_and_another_can_clear_the_stack(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    scripted.answers({"response_action": "push", "view": form()})
    first = opened(workspace)
    await sanne.fill(first, Naam="Sem")
    below, top = workspace.modals_of(SANNE)
    assert (below, top.payload["previous_view_id"]) == (first, first.id)
    scripted.answers({"response_action": "clear"})
    await sanne.fill(top, Naam="Sem")
    assert workspace.modals_of(SANNE) == []


async def test_an_empty_answer_closes_only_the_top(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    first = opened(workspace)
    top = workspace.views.push(SANNE, form())
    assert (await sanne.fill(top, Naam="Sem")).ok
    assert workspace.modals_of(SANNE) == [first]


async def test_a_double_click_reaches_the_app_twice(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    view = opened(workspace)
    first, second = await asyncio.gather(sanne.fill(view, Naam="Sem"), sanne.fill(view, Naam="Sem"))
    assert (first.ok, second.ok, len(scripted.requests)) == (True, True, 2)
    assert (await sanne.fill(view, Naam="Sem")).failure == "not_found"


# Closing.
@pytest.mark.parametrize("notify", [True, False])
async def test_the_app_is_told_of_a_closed_modal_if_it_asked_for_that(
    scripted: Scripted, workspace: Workspace, sanne: Actor, notify: bool
) -> None:
    view = opened(workspace, notify_on_close=notify)
    assert (await sanne.close(view)).ok
    assert workspace.modals_of(SANNE) == []
    assert len(scripted.requests) == int(notify)
    assert not notify or scripted.payload["type"] == "view_closed"

    assert not notify or scripted.payload["is_cleared"] is False


async def test_a_message_event_needs_its_scope(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    assert (await sanne.say("Dag")).ok
    assert scripted.payload["event"]["text"] == "Dag"
    changed = manifest()
    changed["oauth_config"]["scopes"]["bot"].remove("im:history")
    workspace.app = replace(workspace.app, manifest=changed)
    assert (await sanne.say("Nog eens")).ok
    assert len(scripted.requests) == 1


async def test_closing_a_modal_with_clear_on_close_closes_those_below_it(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    opened(workspace)
    top = workspace.views.push(SANNE, form(clear_on_close=True, notify_on_close=True))
    assert (await sanne.close(top)).ok
    assert workspace.modals_of(SANNE) == []
    assert scripted.payload["is_cleared"] is True


# Clicking.
async def test_a_click_in_a_message_says_where_it_was(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    message = workspace.post(SANNE, "Kijk", [TOOLS])
    assert (await sanne.click(message, "go")).ok
    sent = scripted.payload
    [action] = sent["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "tools", "26-K7QX")
    assert (sent["message"]["text"], sent["channel"]["id"]) == ("Kijk", "D0SANNE")
    assert sent["container"]["message_ts"] == message.ts
    assert workspace.triggers.find(sent["trigger_id"]).user_id == SANNE


async def test_the_content_of_an_ephemeral_message_is_not_sent_along(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    message = workspace.post(SANNE, "Kijk", [TOOLS], is_ephemeral=True)
    await sanne.click(message, "go")
    assert "message" not in scripted.payload
    assert scripted.payload["container"]["is_ephemeral"] is True


async def test_a_click_in_a_modal_carries_what_was_typed_so_far(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    view = opened(workspace, field("Naam", "plain_text_input"), TOOLS)
    typed = {"Naam": {"act": {"type": "plain_text_input", "value": "Se"}}}
    assert (await sanne.click(view, "go", state=typed)).ok
    assert scripted.payload["view"]["state"]["values"]["Naam"]["act"]["value"] == "Se"
    assert scripted.payload["container"] == {"type": "view", "view_id": view.id}
    assert workspace.modals_of(SANNE)[0].payload["state"]["values"] == typed


async def test_a_choice_is_sent_and_kept(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    chooser = {"type": "static_select", "action_id": "act", "options": options("A", "B")}
    view = opened(workspace, {"type": "section", "block_id": "s", "text": plain("Kies"), "accessory": chooser})
    chosen = {"selected_option": options("B")[0]}
    await sanne.click(view, "act", chosen)
    assert scripted.payload["actions"][0]["selected_option"] == options("B")[0]
    assert view.payload["state"]["values"]["s"]["act"] == {"type": "static_select", **chosen}


async def test_typing_in_an_input_block_sends_nothing(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    view = opened(workspace, field("F", "static_select", options=options("A")))
    await sanne.click(view, "act", {"selected_option": options("A")[0]})
    assert scripted.requests == []
    assert view.payload["state"]["values"]["F"]["act"]["selected_option"] == options("A")[0]


async def test_the_traffic_keeps_payloads_as_they_were_sent(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    view = opened(workspace, field("Naam", "plain_text_input"), TOOLS)
    for text in ("Se", "Sem"):
        await sanne.click(view, "go", state={"Naam": {"act": {"type": "plain_text_input", "value": text}}})
    sent = [line.request["view"]["state"]["values"]["Naam"]["act"]["value"] for line in workspace.traffic]
    assert sent == ["Se", "Sem"]


# Response urls.
async def clicked(scripted: Scripted, workspace: Workspace, sanne: Actor) -> tuple[Message, AsyncWebhookClient]:
    message = workspace.post(SANNE, "Kijk", [TOOLS])
    await sanne.click(message, "go")
    return message, AsyncWebhookClient(scripted.payload["response_url"])


async def test_a_response_url_can_be_used_five_times(
    server: PracticeServer, scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    _, hook = await clicked(scripted, workspace, sanne)
    answers = [await hook.send(text=str(number)) for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[-1].body == "used_url"
    assert [message.text for message in workspace.messages_of(SANNE)] == ["Kijk", *"01234"]


@pytest.mark.parametrize(("minutes", "status"), [(30, 200), (30.1, 404)])
async def test_a_response_url_lives_half_an_hour(
    server: PracticeServer,
    scripted: Scripted,
    workspace: Workspace,
    sanne: Actor,
    clock: Clock,
    minutes: float,
    status: int,
) -> None:
    _, hook = await clicked(scripted, workspace, sanne)
    clock.forward(minutes=minutes)
    assert (await hook.send(text="Dag")).status_code == status


async def test_a_response_url_can_replace_and_delete_the_message(
    server: PracticeServer, scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    message, hook = await clicked(scripted, workspace, sanne)
    await hook.send(text="Gezien", replace_original=True)
    assert [shown.text for shown in workspace.messages_of(SANNE)] == ["Gezien"]
    assert workspace.messages_of(SANNE)[0].ts == message.ts
    await hook.send(delete_original=True)
    assert workspace.messages_of(SANNE) == []


async def test_a_response_url_refuses_bad_content(
    server: PracticeServer, scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    _, hook = await clicked(scripted, workspace, sanne)
    answer = await hook.send(text="")
    assert (answer.status_code, answer.body) == (400, "no_text")
