"""A real Bolt app in the workspace: command, modal, submission, Home tab and messages, by HTTP and Socket Mode."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from practice.client.actor import Actor
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.practice.conftest import SANNE, bolt, over_http, over_socket


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    return {"text": plain(text), "value": text.lower()}


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Signaal"),
    "submit": plain("Melden"),
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Voornaam"),
            "element": {"type": "plain_text_input", "action_id": "name", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "kind",
            "label": plain("Soort"),
            "optional": True,
            "element": {"type": "static_select", "action_id": "kind", "options": [option("Zorg"), option("Uitspraak")]},
        },
    ],
}


def sample_app(client: AsyncWebClient, seen: list[Any]) -> AsyncApp:
    app = bolt(client)

    @app.command("/signaal")
    async def open_form(ack: Any, body: Any, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.view("form")
    async def take(ack: Any, view: Any, body: Any, client: Any) -> None:
        seen.append(view["state"]["values"])
        if view["state"]["values"]["name"]["name"]["value"] == "fout":
            await ack(response_action="errors", errors={"name": "Dat kan niet"})
            return
        await client.chat_postMessage(channel=body["user"]["id"], text="Genoteerd", blocks=BUTTONS)
        await ack()

    @app.view_closed("form")
    async def closed(ack: Any) -> None:
        seen.append("closed")
        await ack()

    @app.action("again")
    async def again(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Gelezen", response_type="ephemeral")

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        blocks = [{"type": "section", "text": plain("Welkom")}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    return app


BUTTONS = [{"type": "actions", "elements": [{"type": "button", "action_id": "again", "text": plain("Lees")}]}]


@asynccontextmanager
async def delivered(how: str, app: AsyncApp, workspace: Workspace) -> Any:
    if how == "socket":
        async with over_socket(app, workspace):
            yield
    else:
        async with over_http(app) as url:
            workspace.app = replace(workspace.app, request_url=url)
            yield


@pytest.mark.parametrize("how", ["socket", "http"])
async def test_a_signal_from_command_to_answered_button(
    how: str, workspace: Workspace, client: AsyncWebClient, sanne: Actor
) -> None:
    seen: list[Any] = []
    async with delivered(how, sample_app(client, seen), workspace):
        assert (await sanne.command("/signaal", "Sem")).ok
        [form] = workspace.modals_of(SANNE)

        refused = await sanne.fill(form, Voornaam="fout")
        assert refused.errors == {"name": "Dat kan niet"}
        assert workspace.modals_of(SANNE) == [form]

        assert (await sanne.fill(form, Voornaam="Sem", Soort="Zorg")).ok
        assert workspace.modals_of(SANNE) == []
        assert seen[-1]["name"]["name"]["value"] == "Sem"
        assert seen[-1]["kind"]["kind"]["selected_option"]["value"] == "zorg"

        [message] = workspace.messages_of(SANNE)
        assert (message.text, workspace.unread_of(SANNE)) == ("Genoteerd", 1)
        assert (await sanne.click(message, "again")).ok
        assert [(m.text, m.is_ephemeral) for m in workspace.messages_of(SANNE)][1:] == [("Gelezen", True)]


@pytest.mark.parametrize("how", ["socket", "http"])
async def test_opening_the_home_tab_publishes_it(
    how: str, workspace: Workspace, client: AsyncWebClient, sanne: Actor
) -> None:
    async with delivered(how, sample_app(client, []), workspace):
        assert workspace.home_of(SANNE) is None
        assert (await sanne.open_home()).ok
    home = workspace.home_of(SANNE)
    assert home is not None
    assert home.payload["blocks"][0]["text"]["text"] == "Welkom"
    lines = [(line.direction, line.what, line.fault) for line in workspace.traffic]
    assert lines[-2:] == [("from_app", "views.publish", ""), ("to_app", "app_home_opened", "")]


async def test_a_thread_can_run_the_server(workspace: Workspace) -> None:
    with PracticeServer(workspace) as server:
        answer = await AsyncWebClient("xoxb-test", base_url=server.api_url).auth_test()
    assert answer["user_id"] == workspace.app.bot_user_id


async def test_who_did_something_gets_an_answer_while_the_server_stops(workspace: Workspace) -> None:
    """The app stopped first, and does not acknowledge any more."""
    silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/"
    workspace.app = replace(workspace.app, request_url=url)
    async with silent, aiohttp.ClientSession() as session:
        async with PracticeServer(workspace) as server:
            page = {"Origin": server.url}
            answer = asyncio.create_task(
                session.post(f"{server.url}/als/{SANNE}/zeg", data={"text": "Dag"}, headers=page)
            )
            await asyncio.sleep(0.3)
        assert (await answer).status == 200
