"""Installing the app over OAuth: a code works once, for ten minutes, and only for the right client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.api.oauth import removal_events
from practice.model import Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.practice.conftest import config, manifest

REDIRECT = "https://bot.example/slack/oauth_redirect"


class Slack:
    """Two workspaces, and the time."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        app = config(manifest=manifest(), client_id="1.2", client_secret="geheim", bot_token="", team_id="T0ONE")
        app.manifest["oauth_config"]["redirect_urls"] = [REDIRECT]
        apps = [app, replace(app, team_id="T0TWO", team_name="De Beuk", bot_user_id="U0BOT2")]
        self.one, self.two = (
            Workspace(each, [Person(f"U{n}", "Sanne de Boer")], now=lambda: self.time) for n, each in enumerate(apps)
        )
        self.server = PracticeServer(self.one, others=[self.two])

    def client(self, token: str = "") -> AsyncWebClient:
        return AsyncWebClient(token or None, base_url=self.server.api_url)

    async def consent(self, **asked: str) -> tuple[int, dict[str, list[str]]]:
        """Allow the app on Slack's page; the status and what goes back with the browser."""
        query = {"client_id": "1.2", "scope": "commands,chat:write", "state": "s", "team": "T0TWO"} | asked
        address = f"{self.server.url}/oauth/v2/authorize?{urlencode(query)}"
        async with aiohttp.ClientSession() as session, session.get(address, allow_redirects=False) as answer:
            return answer.status, parse_qs(urlsplit(answer.headers.get("Location", "")).query)

    async def exchange(self, code: str, secret: str = "geheim", client_id: str = "1.2") -> str:
        """Exchange a code, and return the team's id or the error."""
        try:
            said = await self.client().oauth_v2_access(client_id=client_id, client_secret=secret, code=code)
        except SlackApiError as refused:
            return str(refused.response["error"])
        return str(said["team"]["id"])


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    async with slack.server:
        yield slack


async def test_a_code_is_exchanged_once_for_a_token_of_the_chosen_workspace(slack: Slack) -> None:
    status, given = await slack.consent()
    assert (status, given["state"]) == (302, ["s"])
    assert await slack.exchange(given["code"][0]) == "T0TWO"
    assert await slack.exchange(given["code"][0]) == "code_already_used"
    assert (await slack.client(slack.two.app.bot_token).auth_test())["team_id"] == "T0TWO"
    assert slack.one.app.bot_token == ""
    assert not [line for line in slack.one.traffic if "geheim" in str(line)]


async def test_a_wrong_exchange_gets_slacks_error(slack: Slack) -> None:
    _, given = await slack.consent()
    code = given["code"][0]
    assert await slack.exchange(code, secret="ander") == "bad_client_secret"
    assert await slack.exchange(code, client_id="9.9") == "invalid_client_id"
    assert await slack.exchange("verzonnen") == "invalid_code"
    slack.time += timedelta(minutes=11)
    assert await slack.exchange(code) == "invalid_code"


@pytest.mark.parametrize(
    "wrong", [{"client_id": "9.9"}, {"redirect_uri": "https://elders.example/"}, {"scope": "commands,admin"}]
)
async def test_consent_must_match_the_manifest(slack: Slack, wrong: dict[str, str]) -> None:
    assert await slack.consent(**wrong) == (400, {})


async def test_a_token_works_in_its_workspace_until_the_app_is_removed(slack: Slack) -> None:
    for team in ("T0ONE", "T0TWO"):
        _, given = await slack.consent(team=team)
        assert await slack.exchange(given["code"][0]) == team
    theirs = slack.client(slack.two.app.bot_token)
    await theirs.chat_postMessage(channel="U1", text="Dag")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await theirs.chat_postMessage(channel="U0", text="Dag")
    assert [event["type"] for event in removal_events(slack.two)] == ["tokens_revoked", "app_uninstalled"]
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await theirs.auth_test()
    await slack.client(slack.one.app.bot_token).auth_test()
