"""The pages on a free loopback port, with a real Bolt app that records what it receives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from practice.model import Json
from practice.state.workspace import Timeouts, Workspace
from practice.web.server import PracticeServer
from tests.practice.conftest import over_http
from tests.practice_pages.sample import PEOPLE, config, sample_app


@dataclass
class Practice:
    """A running workspace: its state, its address, and what the app received."""

    workspace: Workspace
    url: str
    received: list[Json]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[Practice]:
    workspace = Workspace(config(), PEOPLE)
    received: list[Json] = []
    async with PracticeServer(workspace) as server:
        app = sample_app(AsyncWebClient("xoxb-test", base_url=server.api_url, timeout=5), received)
        async with over_http(app) as url:
            workspace.app = replace(workspace.app, request_url=url)
            yield Practice(workspace, server.url, received)
            workspace.touch()  # answers the pages that wait for a change; the server would wait for them


@pytest_asyncio.fixture(loop_scope="session")
async def practice(running: Practice) -> Practice:
    """An empty workspace. All tests share its server."""
    running.workspace.reset()
    running.workspace.timeouts = Timeouts()
    running.received.clear()
    return running
