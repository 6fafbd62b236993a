"""Delivery to the app: signatures, timeouts, redeliveries, and what people see when it fails."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from practice.client.actor import TROUBLE, Actor
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.clock import until
from tests.practice.conftest import KARIN, SANNE, Scripted, bolt, manifest, over_socket


# What is sent.
async def test_every_request_is_signed(scripted: Scripted, sanne: Actor) -> None:
    await sanne.command("/signaal", "Sem & Noor")
    await sanne.shortcut("report")
    await sanne.open_home()
    verifier = SignatureVerifier("shh")
    for headers, body in scripted.requests:
        assert verifier.is_valid_request(body, headers)
        assert not SignatureVerifier("other").is_valid_request(body, headers)
        assert abs(int(headers["x-slack-request-timestamp"]) - time.time()) < 5
    assert len(scripted.requests) == 3


async def test_a_command_is_a_plain_form(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    await sanne.command("/signaal", "Sem & Noor")
    headers, _ = scripted.requests[0]
    sent = scripted.payload
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert (sent["command"], sent["text"], sent["user_id"]) == ("/signaal", "Sem & Noor", SANNE)
    assert (sent["channel_id"], sent["team_id"], sent["api_app_id"]) == ("D0SANNE", "T0PRACTICE", "A0PRACTICE")
    assert sent["response_url"].startswith(f"{workspace.base_url}/response/")
    assert workspace.triggers.find(sent["trigger_id"]).user_id == SANNE


async def test_a_shortcut_is_a_payload(scripted: Scripted, sanne: Actor) -> None:
    await sanne.shortcut("report")
    sent = scripted.payload
    assert (sent["type"], sent["callback_id"], sent["user"]["id"]) == ("shortcut", "report", SANNE)
    assert sent["team"] == {"id": "T0PRACTICE", "domain": "de-linde"}
    assert sent["trigger_id"]


async def test_an_event_is_json_with_its_own_id(scripted: Scripted, sanne: Actor) -> None:
    await sanne.open_home()
    first = scripted.payload
    await sanne.say("Dag")
    second = scripted.payload
    assert first["event"]["type"] == "app_home_opened"
    assert (second["event"]["channel_type"], second["event"]["text"]) == ("im", "Dag")
    assert first["event_id"] != second["event_id"]
    assert "x-slack-retry-num" not in scripted.requests[0][0]


async def test_someone_of_another_team_sends_that_team(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    workspace.people[SANNE] = replace(workspace.people[SANNE], team_id="T0OTHER")
    await sanne.command("/signaal")
    assert scripted.payload["team_id"] == "T0OTHER"
    await sanne.shortcut("report")
    assert (scripted.payload["team"]["id"], scripted.payload["user"]["team_id"]) == ("T0OTHER", "T0OTHER")


async def test_everything_sent_and_answered_is_in_the_traffic(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    scripted.answers({"text": "Dag"})
    await sanne.command("/signaal")
    [line] = workspace.traffic
    assert (line.direction, line.what, line.answer, line.fault) == ("to_app", "/signaal", {"text": "Dag"}, "")
    assert line.request["command"] == "/signaal"
    assert line.milliseconds > 0


# When the app does not answer properly.
async def test_a_late_command_times_out(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    workspace.timeouts.acknowledgement = 0.05
    scripted.delay = 0.5
    outcome = await sanne.command("/signaal")
    assert outcome.failure == "operation_timeout"
    assert outcome.text == '/signaal failed with the error "operation_timeout"'
    assert "operation_timeout" in workspace.traffic[-1].fault


def test_slack_waits_three_seconds(workspace: Workspace) -> None:
    assert workspace.timeouts.acknowledgement == 3


@pytest.mark.parametrize("status", [201, 302, 404, 500])
async def test_any_status_but_200_fails(scripted: Scripted, sanne: Actor, status: int) -> None:
    scripted.answers("", status)
    assert (await sanne.command("/signaal")).failure == "dispatch_failed"
    scripted.answers("", status)
    outcome = await sanne.shortcut("report")
    assert (outcome.failure, outcome.text) == ("dispatch_failed", TROUBLE)


async def test_an_app_that_is_not_there_fails(workspace: Workspace, sanne: Actor) -> None:
    workspace.app = replace(workspace.app, request_url="http://127.0.0.1:1/")
    assert (await sanne.command("/signaal")).failure == "dispatch_failed"


async def test_without_a_socket_nothing_is_delivered(workspace: Workspace, sanne: Actor) -> None:
    assert (await sanne.command("/signaal")).failure == "dispatch_failed"
    assert "no open socket" in workspace.traffic[-1].fault


# Redelivery of events.
async def test_an_event_is_sent_again_until_it_is_acknowledged(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    scripted.answers("", 500)
    scripted.answers("", 500)
    assert (await sanne.open_home()).ok
    await workspace.finish_background()
    numbers = [headers.get("x-slack-retry-num") for headers, _ in scripted.requests]
    assert numbers == [None, "1", "2"]
    assert scripted.requests[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({body for _, body in scripted.requests}) == 1


async def test_an_event_is_sent_again_three_times_at_most(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    for _ in range(9):
        scripted.answers("", 500)
    await sanne.open_home()
    await workspace.finish_background()
    assert len(scripted.requests) == 4


async def test_a_redelivery_says_that_the_event_timed_out(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    workspace.timeouts.acknowledgement = 0.05
    scripted.delay = 0.1
    await sanne.open_home()
    await workspace.finish_background()
    assert scripted.requests[1][0]["x-slack-retry-reason"] == "http_timeout"


async def test_a_fault_sends_events_twice(scripted: Scripted, workspace: Workspace, sanne: Actor) -> None:
    workspace.faults.redeliver = True
    await sanne.open_home()
    assert [headers.get("x-slack-retry-num") for headers, _ in scripted.requests] == [None, "1"]
    assert workspace.traffic[-1].what == "app_home_opened (again)"


async def test_an_event_without_subscription_is_not_sent(
    scripted: Scripted, workspace: Workspace, sanne: Actor
) -> None:
    changed = manifest()
    changed["settings"]["event_subscriptions"]["bot_events"] = ["message.im"]
    workspace.app = replace(workspace.app, manifest=changed)
    assert (await sanne.open_home()).ok
    assert scripted.requests == []


# Socket Mode.
async def test_envelopes_go_to_the_sockets_in_turn(workspace: Workspace, client: AsyncWebClient, sanne: Actor) -> None:
    app = bolt(client)

    @app.command("/signaal")
    async def answer(ack: Any) -> None:
        await ack("Dag")

    async with over_socket(app, workspace, links=2) as handlers:
        seen: list[int] = []
        for number, handler in enumerate(handlers):

            async def note(_: Any, request: Any, number: int = number) -> None:
                seen.append(number)

            handler.client.socket_mode_request_listeners.append(note)
        for _ in range(4):
            assert (await sanne.command("/signaal")).text == "Dag"
        await until(lambda: len(seen) == 4)
    assert sorted(seen) == [0, 0, 1, 1]


async def test_a_socket_that_does_not_acknowledge_times_out(
    workspace: Workspace, client: AsyncWebClient, sanne: Actor
) -> None:
    workspace.timeouts.acknowledgement = 0.05
    app = bolt(client)

    @app.command("/signaal")
    async def never(ack: Any) -> None:
        await asyncio.sleep(0.3)

    async with over_socket(app, workspace):
        assert (await sanne.command("/signaal")).failure == "operation_timeout"


@pytest.mark.parametrize(("text", "is_taken"), [("x" * 19_000, True), ("x" * 20_000, False), ("é" * 3_400, False)])
async def test_a_response_of_20_kilobytes_is_dropped_in_silence(
    workspace: Workspace, client: AsyncWebClient, sanne: Actor, text: str, is_taken: bool
) -> None:
    workspace.timeouts.acknowledgement = 0.5
    app = bolt(client)

    @app.command("/signaal")
    async def answer(ack: Any) -> None:
        await ack(text)

    async with over_socket(app, workspace):
        outcome = await sanne.command("/signaal")
    assert outcome.failure == ("" if is_taken else "operation_timeout")
    assert ("response_too_large" in [line.fault for line in workspace.traffic]) is not is_taken
    assert [message.text for message in workspace.messages_of(SANNE)] == ([text] if is_taken else [])


async def test_a_dropped_socket_comes_back(workspace: Workspace, client: AsyncWebClient, sanne: Actor) -> None:
    app = bolt(client)

    @app.command("/signaal")
    async def answer(ack: Any) -> None:
        await ack("Dag")

    async with over_socket(app, workspace):
        workspace.faults.drop_socket()
        assert workspace.traffic[-1].fault == "drop_socket"
        assert len(workspace.sockets) == 0
        await until(lambda: len(workspace.sockets) == 1)
        assert (await sanne.command("/signaal")).text == "Dag"


async def test_an_actor_in_another_thread_reaches_the_socket(workspace: Workspace) -> None:
    with PracticeServer(workspace) as server:
        app = bolt(AsyncWebClient("xoxb-test", base_url=server.api_url))

        @app.command("/signaal")
        async def answer(ack: Any) -> None:
            await ack("Dag")

        async with over_socket(app, workspace):
            assert (await Actor(workspace, KARIN).command("/signaal")).text == "Dag"


async def test_a_socket_needs_a_ticket_and_there_are_ten_at_most(workspace: Workspace) -> None:
    links = workspace.sockets
    assert links.enter("invented") is None
    ticket = links.new_ticket()
    assert links.enter(ticket) is not None
    assert links.enter(ticket) is None
    for _ in range(9):
        assert links.enter(links.new_ticket()) is not None
    assert links.enter(links.new_ticket()) is None


async def test_the_socket_is_for_the_app_token_only(server: PracticeServer) -> None:
    with_bot_token = AsyncWebClient(base_url=server.api_url).apps_connections_open(app_token="xoxb-test")
    with pytest.raises(Exception, match="not_allowed_token_type"):
        await with_bot_token
