"""The pages on a free loopback port, with a real Bolt app behind them that keeps what it hears."""

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
class Stage:
    """Where a test plays: the workspace, its address, and what the app heard."""

    workspace: Workspace
    url: str
    heard: list[Json]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[Stage]:
    workspace = Workspace(config(), PEOPLE)
    heard: list[Json] = []
    async with PracticeServer(workspace) as server:
        app = sample_app(AsyncWebClient("xoxb-test", base_url=server.api_url, timeout=5), heard)
        async with over_http(app) as url:
            workspace.app = replace(workspace.app, request_url=url)
            yield Stage(workspace, server.url, heard)
            workspace.touch()  # ends the waiting of pages for news, for which the server would wait in turn


@pytest_asyncio.fixture(loop_scope="session")
async def stage(running: Stage) -> Stage:
    """An empty stage; the server behind it is kept from one test to the next."""
    running.workspace.reset()
    running.workspace.timeouts = Timeouts()
    running.heard.clear()
    return running
