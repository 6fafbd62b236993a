"""The switches for faults, Slack's rate limits, and late acknowledgements."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.client.actor import Actor
from practice.model import Json
from practice.state.faults import SWITCHES, Faults
from practice.state.rates import Rates
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from practice.web.traffic import FILTERS, find, mark_of
from tests.clock import Clock, until
from tests.practice.conftest import SANNE, bolt, over_socket

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
LASTING = [name for name, switch in SWITCHES.items() if not switch.once]


def waits(calls: int, method: str, channel: str = "D1", every: float = 0) -> list[int]:
    rates = Rates()
    return [rates.wait(method, channel, NOW + timedelta(seconds=number * every)) for number in range(calls)]


@pytest.mark.parametrize(
    ("method", "high"),
    [
        ("views.open", 100),
        ("users.info", 100),
        ("files.delete", 50),
        ("files.getUploadURLExternal", 100),
        ("views.publish", 100),
        ("chat.delete", 50),
    ],
)
def test_methods_have_a_limit_per_minute(method: str, high: int) -> None:
    assert waits(high, method) == [0] * high
    assert waits(high + 1, method)[-1] == 60


def test_a_conversation_accepts_a_message_a_second_and_short_bursts() -> None:
    assert waits(30, "chat.postMessage", every=1) == [0] * 30
    assert waits(6, "chat.postMessage") == [0, 0, 0, 0, 0, 5]
    rates = Rates()
    assert [rates.wait("chat.postMessage", f"D{number}", NOW) for number in range(9)] == [0] * 9


def test_refused_calls_do_not_count_and_the_limit_passes() -> None:
    rates = Rates()
    for _ in range(50):
        assert rates.wait("chat.delete", "", NOW) == 0
    assert rates.wait("chat.delete", "", NOW + timedelta(seconds=59)) == 1
    assert rates.wait("chat.delete", "", NOW + timedelta(seconds=60)) == 0


def test_a_method_without_a_rate_limit_is_never_limited() -> None:
    assert waits(500, "auth.test") == [0] * 500


@pytest.mark.parametrize("name", LASTING)
def test_a_switch_says_that_it_is_on_and_turns_off(name: str) -> None:
    faults, switch = Faults(), SWITCHES[name]
    assert switch.status(faults) == ""
    switch.turn(faults, True)
    assert switch.status(faults)
    assert [other for other in LASTING if SWITCHES[other].status(faults)] == [name]
    switch.turn(faults, False)
    assert (switch.status(faults), faults) == ("", Faults())


def test_all_are_turned_off_at_once() -> None:
    faults = Faults()
    for name in LASTING:
        SWITCHES[name].turn(faults, True)
    faults.off()
    assert faults == Faults()


async def test_calls_are_counted_as_in_slack(workspace: Workspace, client: AsyncWebClient, clock: Clock) -> None:
    async def five() -> None:
        for _ in range(5):
            await client.chat_postMessage(channel=SANNE, text="Dag")

    await five()
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=SANNE, text="Dag")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "5")
    workspace.faults.off()
    assert workspace.faults.retry_after == 1, "what Slack counts is no fault that somebody turned on"
    clock.forward(seconds=5)
    await five()
    assert len(workspace.messages_of(SANNE)) == 10


async def test_only_our_own_pages_may_use_a_switch(workspace: Workspace, server: PracticeServer) -> None:
    async with aiohttp.ClientSession() as session:
        ours = {"sec-fetch-site": "same-origin"}
        for headers, path, status in (
            ({}, "te-vaak/aan", 403),
            (ours, "onzin/aan", 404),
            (ours, "te-vaak/aan", 200),
        ):
            async with session.post(f"{server.url}/storingen/{path}", headers=headers) as response:
                assert response.status == status
        assert (workspace.faults.rate_limited, workspace.faults.retry_after) == (5, 3)
        async with session.post(f"{server.url}/storingen/alles/uit", headers=ours) as response:
            assert response.status == 200
    assert workspace.faults.rate_limited == 0


async def test_a_late_acknowledgement_is_recorded(workspace: Workspace, client: AsyncWebClient, sanne: Actor) -> None:
    app = bolt(client)

    @app.command("/signaal")
    async def slow(ack: object) -> None:
        await asyncio.sleep(0.2)
        await ack()  # type: ignore[operator]

    workspace.timeouts.acknowledgement = 0.05
    async with over_socket(app, workspace):
        assert (await sanne.command("/signaal")).failure == "operation_timeout"
        await until(lambda: workspace.traffic[-1].fault == "late_acknowledgement")
    late = [exchange.fault.partition(":")[0] for exchange in find(workspace.traffic, "te-laat", "")]
    assert late == ["late_acknowledgement", "operation_timeout"]
    assert workspace.traffic[-1].milliseconds >= 150


async def test_an_acknowledgement_in_time_has_no_mark(
    workspace: Workspace, client: AsyncWebClient, sanne: Actor
) -> None:
    app = bolt(client)

    @app.command("/signaal")
    async def quick(ack: object) -> None:
        await ack()  # type: ignore[operator]

    async with over_socket(app, workspace):
        assert (await sanne.command("/signaal")).ok
    assert find(workspace.traffic, "te-laat", "") == []


def note(workspace: Workspace, what: str, answer: Json, fault: str = "") -> None:
    workspace.record("from_app", what, {"text": f"verzoek {what}"}, answer, fault=fault)


def test_the_traffic_can_be_filtered_and_gives_reasons(workspace: Workspace) -> None:
    note(workspace, "views.open", {"ok": False, "error": "expired_trigger_id"}, "expired_trigger_id")
    note(workspace, "chat.postMessage", {"ok": True})
    note(workspace, "users.info", {"ok": False, "error": "ratelimited"}, "rate_limited")
    workspace.record("to_app", "/signaal", {}, {}, fault="operation_timeout: no acknowledgement in 3.0 s")
    marks = {exchange.what: mark_of(exchange) for exchange in workspace.traffic}
    assert marks["chat.postMessage"] is None
    assert marks["views.open"] == (
        "geweigerd", "Slack weigert dit", "De app opende het venster later dan 3 seconden na de klik.",
    )  # fmt: skip
    shown = {kind: [exchange.what for exchange in find(workspace.traffic, kind, "")] for kind in FILTERS}
    assert shown == {
        "alles": ["/signaal", "users.info", "chat.postMessage", "views.open"],
        "geweigerd": ["views.open"],
        "te-laat": ["/signaal"],
        "storing": ["users.info"],
        "naar-app": ["/signaal"],
        "van-app": ["users.info", "chat.postMessage", "views.open"],
    }
    assert [exchange.what for exchange in find(workspace.traffic, "alles", " VERZOEK chat")] == ["chat.postMessage"]
    assert [exchange.what for exchange in find(workspace.traffic, "onzin", "views")] == ["views.open"]


def test_the_traffic_keeps_the_last_500_lines(workspace: Workspace) -> None:
    for number in range(600):
        note(workspace, f"m{number}", {"ok": True})
    assert (len(workspace.traffic), workspace.traffic[0].what) == (500, "m100")
    assert len(find(workspace.traffic, "alles", "")) == 100
