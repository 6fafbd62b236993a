"""The workspace itself: faults on demand, its version, and starting over."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.practice.conftest import SANNE


async def test_a_rate_limit_says_when_to_retry(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.rate_limited = 2
    workspace.faults.retry_after = 7
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel=SANNE, text="Dag")
        response = caught.value.response
        assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert workspace.messages_of(SANNE) == []
    assert (await client.chat_postMessage(channel=SANNE, text="Dag"))["ok"]
    assert [line.fault for line in workspace.traffic] == ["rate_limited", "rate_limited", ""]


async def test_a_server_error_passes(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.server_error = 1
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=SANNE, text="Dag")
    assert caught.value.response.status_code == 503
    assert (await client.chat_postMessage(channel=SANNE, text="Dag"))["ok"]
    assert workspace.traffic[0].fault == "server_error"


async def test_slow_answers_arrive(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.faults.slow_seconds = 0.1
    start = time.monotonic()
    assert (await client.chat_postMessage(channel=SANNE, text="Dag"))["ok"]
    assert time.monotonic() - start >= 0.1
    assert workspace.traffic[-1].fault == "slow"


async def test_a_message_can_be_posted_without_an_answer(workspace: Workspace, server: PracticeServer) -> None:
    workspace.faults.taken_then_timeout = 1
    impatient = AsyncWebClient("xoxb-test", base_url=server.api_url, timeout=1)
    impatient.timeout = 0.1  # type: ignore[assignment]
    with pytest.raises(asyncio.TimeoutError):
        await impatient.chat_postMessage(channel=SANNE, text="Dag")
    assert [message.text for message in workspace.messages_of(SANNE)] == ["Dag"]
    assert workspace.traffic[-1].fault == "taken_then_timeout"
    assert (await impatient.chat_postMessage(channel=SANNE, text="Nog eens"))["ok"]


def test_no_fault_is_on_by_default(workspace: Workspace) -> None:
    faults = workspace.faults
    numbers = (faults.rate_limited, faults.server_error, faults.taken_then_timeout, faults.slow_seconds)
    assert (numbers, faults.redeliver) == ((0, 0, 0, 0), False)


async def test_waiting_ends_at_a_change(workspace: Workspace) -> None:
    since = workspace.version
    waiting = asyncio.create_task(workspace.wait_for_change(since, 2))
    await asyncio.sleep(0)
    workspace.post(SANNE, "Dag")
    assert await waiting == workspace.version > since


async def test_waiting_ends_at_a_change_in_another_thread(workspace: Workspace) -> None:
    waiting = asyncio.create_task(workspace.wait_for_change(workspace.version, 20))
    await asyncio.sleep(0)
    before = time.monotonic()
    await asyncio.to_thread(workspace.post, SANNE, "Dag")
    await waiting
    assert time.monotonic() - before < 10


async def test_waiting_ends_at_the_timeout(workspace: Workspace) -> None:
    assert await workspace.wait_for_change(workspace.version, 0.01) == workspace.version
    assert await workspace.wait_for_change(workspace.version - 1, 60) == workspace.version


async def test_the_token_is_not_in_the_traffic(workspace: Workspace, server: PracticeServer) -> None:
    sent = {"token": "xoxb-test", "channel": SANNE, "text": "Dag"}
    async with aiohttp.ClientSession() as session:
        await session.post(f"{server.api_url}chat.postMessage", data=sent)
    assert workspace.traffic[-1].request == {"channel": SANNE, "text": "Dag"}


async def test_the_traffic_is_bounded(workspace: Workspace) -> None:
    for _ in range(600):
        workspace.record("to_app", "x", {}, {})
    assert [len(workspace.traffic), workspace.traffic[-1].number] == [500, 600]


async def test_starting_over_leaves_nothing_but_the_people(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=SANNE, text="Dag")
    workspace.faults.rate_limited = 3
    version = workspace.version
    workspace.reset()
    assert (workspace.messages_of(SANNE), len(workspace.traffic), workspace.faults.rate_limited) == ([], 0, 0)
    assert SANNE in workspace.people
    assert workspace.version > version
