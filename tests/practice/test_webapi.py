"""The Web API over loopback HTTP, with Slack's own client: what it answers and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.client.actor import Actor
from practice.model import Json
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.clock import Clock
from tests.practice.conftest import KARIN, SANNE, manifest

SANNE_DM = "D0SANNE"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(**changes: Any) -> Json:
    blocks = [{"type": "section", "text": plain("Hallo")}]
    return {"type": "modal", "title": plain("Titel"), "blocks": blocks, **changes}


def home(text: str = "Hallo") -> Json:
    return {"type": "home", "blocks": [{"type": "section", "text": plain(text)}]}


async def refusal(call: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Json = caught.value.response.data
    assert answer["ok"] is False
    return answer


async def error(call: Any) -> str:
    return str((await refusal(call))["error"])


def without_scope(workspace: Workspace, scope: str) -> None:
    changed = manifest()
    changed["oauth_config"]["scopes"]["bot"].remove(scope)
    workspace.app = replace(workspace.app, manifest=changed)


# Tokens and scopes.
async def test_auth_test_tells_who_the_bot_is(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team"]) == ("U0MELDBOT", "B0MELDBOT", "De Linde")
    assert answer.headers["x-oauth-scopes"] == "commands,chat:write,users:read,im:write,im:history,files:write"


@pytest.mark.parametrize(
    ("token", "expected"), [("xoxb-wrong", "invalid_auth"), ("xapp-test", "not_allowed_token_type")]
)
async def test_a_wrong_token_is_refused(server: PracticeServer, token: str, expected: str) -> None:
    assert await error(AsyncWebClient(token, base_url=server.api_url).auth_test()) == expected


async def test_no_token_is_refused(server: PracticeServer) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{server.api_url}auth.test") as response:
        assert (response.status, await response.json()) == (200, {"ok": False, "error": "not_authed"})


@pytest.mark.parametrize("where", ["query", "form", "json", "header"])
async def test_arguments_may_be_sent_in_every_form_that_slack_accepts(server: PracticeServer, where: str) -> None:
    token = {"token": "xoxb-test"}
    sent: dict[str, dict[str, Any]] = {
        "query": {"params": token},
        "form": {"data": token},
        "json": {"json": token},
        "header": {"headers": {"Authorization": "Bearer xoxb-test"}},
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.api_url}auth.test", **sent[where]) as response,
    ):
        assert (await response.json())["ok"] is True


async def test_broken_json_is_refused(server: PracticeServer) -> None:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.api_url}auth.test", data="{", headers=headers) as response,
    ):
        assert (await response.json())["error"] == "invalid_json"


@pytest.mark.parametrize(
    "method",
    ["chat.shout", "chat.postEphemeral", "conversations.open", "team.info", "users.list"],
)
async def test_a_method_that_the_app_does_not_use_is_unknown(client: AsyncWebClient, method: str) -> None:
    assert await error(client.api_call(method)) == "unknown_method"


async def test_a_scope_that_the_manifest_lacks_is_named(workspace: Workspace, client: AsyncWebClient) -> None:
    without_scope(workspace, "chat:write")
    answer = await refusal(client.chat_postMessage(channel=SANNE, text="Dag"))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert answer["provided"] == "commands,users:read,im:write,im:history,files:write"


@pytest.mark.parametrize(
    ("method", "scope"),
    [
        ("chat.delete", "chat:write"),
        ("chat.update", "chat:write"),
        ("files.completeUploadExternal", "files:write"),
        ("files.delete", "files:write"),
        ("files.getUploadURLExternal", "files:write"),
        ("users.info", "users:read"),
    ],
)
async def test_each_method_needs_its_scope(
    workspace: Workspace, client: AsyncWebClient, method: str, scope: str
) -> None:
    without_scope(workspace, scope)
    assert (await refusal(client.api_call(method)))["needed"] == scope


# Messages.
async def test_posting_to_a_person_opens_the_dm(workspace: Workspace, client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel=SANNE, text="Dag")
    assert (answer["channel"], answer["message"]["text"]) == (SANNE_DM, "Dag")
    [message] = workspace.messages_of(SANNE)
    assert (message.ts, message.from_app, message.is_ephemeral) == (answer["ts"], True, False)
    assert workspace.messages_of(KARIN) == []


async def test_messages_are_unread_until_they_are_read(workspace: Workspace, client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel=SANNE, text="Dag")
    await client.chat_postMessage(channel=SANNE, text="Nogmaals")
    assert workspace.unread_of(SANNE) == 2
    workspace.mark_read(SANNE)
    assert workspace.unread_of(SANNE) == 0


async def test_an_ephemeral_message_cannot_be_changed(workspace: Workspace, client: AsyncWebClient) -> None:
    message = workspace.post(SANNE, "Alleen jij", is_ephemeral=True)
    assert await error(client.chat_update(channel=SANNE_DM, ts=message.ts, text="Anders")) == "message_not_found"


async def test_a_message_can_be_changed(workspace: Workspace, client: AsyncWebClient) -> None:
    sent = await client.chat_postMessage(channel=SANNE, text="Dag")
    workspace.mark_read(SANNE)
    await client.chat_update(channel=sent["channel"], ts=sent["ts"], text="Anders")
    assert [message.text for message in workspace.messages_of(SANNE)] == ["Anders"]
    assert workspace.unread_of(SANNE) == 0, "nobody is notified of a change"
    await client.chat_delete(channel=sent["channel"], ts=sent["ts"])
    changing = client.chat_update(channel=sent["channel"], ts=sent["ts"], text="Weer anders")
    assert await error(changing) == "message_not_found"


async def test_an_ephemeral_message_cannot_be_deleted(workspace: Workspace, client: AsyncWebClient) -> None:
    message = workspace.post(SANNE, "Alleen jij", is_ephemeral=True)
    assert await error(client.chat_delete(channel=SANNE_DM, ts=message.ts)) == "message_not_found"


async def test_a_message_can_be_deleted(workspace: Workspace, client: AsyncWebClient) -> None:
    sent = await client.chat_postMessage(channel=SANNE, text="Dag")
    await client.chat_delete(channel=sent["channel"], ts=sent["ts"])
    assert workspace.messages_of(SANNE) == []
    assert await error(client.chat_delete(channel=sent["channel"], ts=sent["ts"])) == "message_not_found"


async def test_the_app_cannot_change_or_delete_what_a_person_wrote(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    own = workspace.post(SANNE, "Van mij", from_app=False)
    assert await error(client.chat_update(channel=SANNE_DM, ts=own.ts, text="x")) == "cant_update_message"
    assert await error(client.chat_delete(channel=SANNE_DM, ts=own.ts)) == "cant_delete_message"


@pytest.mark.parametrize(
    ("method", "arguments", "expected"),
    [
        ("chat.postMessage", {"channel": SANNE}, "no_text"),
        ("chat.postMessage", {"channel": "D0NOBODY", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": SANNE, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": SANNE, "text": "x", "blocks": "no json"}, "invalid_blocks_format"),
        ("chat.update", {"channel": SANNE, "ts": "1.1", "text": "x"}, "channel_not_found"),
        ("chat.update", {"channel": SANNE_DM, "ts": "1.1", "text": "x"}, "message_not_found"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("views.open", {"view": "{}"}, "invalid_arguments"),
        ("views.publish", {"user_id": "U0NOBODY", "view": "{}"}, "invalid_arguments"),
    ],
)
async def test_what_slack_would_refuse_is_refused(
    client: AsyncWebClient, method: str, arguments: Json, expected: str
) -> None:
    assert await error(client.api_call(method, params=arguments)) == expected


async def test_bad_blocks_are_refused_with_a_pointer(workspace: Workspace, client: AsyncWebClient) -> None:
    blocks = [{"type": "header", "text": plain("x" * 151)}]
    answer = await refusal(client.chat_postMessage(channel=SANNE, text="x", blocks=blocks))
    words = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert (answer["error"], answer["errors"]) == ("invalid_blocks", [words])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {words}"]
    assert workspace.messages_of(SANNE) == []
    assert workspace.traffic[-1].fault == f"invalid_blocks [ERROR] {words}"


async def test_a_message_with_too_much_text_is_refused(workspace: Workspace, client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": plain("x" * 2900)} for _ in range(5)]
    refused = client.chat_postMessage(channel=SANNE, text="x", blocks=blocks)
    assert await error(refused) == "msg_blocks_too_long"
    assert (await client.chat_postMessage(channel=SANNE, text="x", blocks=blocks[:3]))["ok"]
    assert len(workspace.messages_of(SANNE)) == 1


async def test_blocks_without_ids_get_them(workspace: Workspace, client: AsyncWebClient) -> None:
    button = {"type": "button", "text": plain("Ga")}
    await client.chat_postMessage(channel=SANNE, text="x", blocks=[{"type": "actions", "elements": [button]}])
    [message] = workspace.messages_of(SANNE)
    assert message.blocks[0]["block_id"]
    assert message.blocks[0]["elements"][0]["action_id"]


async def test_slack_still_posts_to_a_deactivated_person(workspace: Workspace, client: AsyncWebClient) -> None:
    workspace.people[SANNE] = replace(workspace.people[SANNE], is_active=False)
    assert (await client.chat_postMessage(channel=SANNE, text="Dag"))["ok"]
    assert await error(client.views_publish(user_id=SANNE, view=home())) == "invalid_arguments"


# Views.
async def test_a_modal_opens_for_the_person_behind_the_trigger(workspace: Workspace, client: AsyncWebClient) -> None:
    answer = await client.views_open(trigger_id=workspace.triggers.issue(SANNE), view=modal())
    [shown] = workspace.modals_of(SANNE)
    assert (shown.id, shown.type) == (answer["view"]["id"], "modal")
    assert answer["view"]["root_view_id"] == shown.id
    assert answer["view"]["hash"]
    assert workspace.modals_of(KARIN) == []


async def test_a_trigger_can_be_used_once(workspace: Workspace, client: AsyncWebClient) -> None:
    trigger = workspace.triggers.issue(SANNE)
    await client.views_open(trigger_id=trigger, view=modal())
    assert await error(client.views_open(trigger_id=trigger, view=modal())) == "exchanged_trigger_id"


@pytest.mark.parametrize(("seconds", "expires"), [(3, False), (3.1, True)])
async def test_a_trigger_lives_three_seconds(
    workspace: Workspace, client: AsyncWebClient, clock: Clock, seconds: float, expires: bool
) -> None:
    trigger = workspace.triggers.issue(SANNE)
    clock.forward(seconds=seconds)
    opening = client.views_open(trigger_id=trigger, view=modal())
    assert (await error(opening) if expires else (await opening)["ok"]) == ("expired_trigger_id" if expires else True)
    assert len(workspace.modals_of(SANNE)) == (0 if expires else 1)


async def test_an_invented_trigger_is_refused(client: AsyncWebClient) -> None:
    assert await error(client.views_open(trigger_id="1.2.abc", view=modal())) == "invalid_trigger_id"


async def test_a_refused_view_does_not_use_up_the_trigger(workspace: Workspace, client: AsyncWebClient) -> None:
    trigger = workspace.triggers.issue(SANNE)
    bad = await refusal(client.views_open(trigger_id=trigger, view=modal(title=plain("x" * 25))))
    assert bad["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert (await client.views_open(trigger_id=trigger, view=modal()))["ok"]


async def test_three_modals_can_be_stacked_and_no_more(workspace: Workspace, client: AsyncWebClient) -> None:
    new = workspace.triggers.issue
    first = (await client.views_open(trigger_id=new(SANNE), view=modal()))["view"]
    second = (await client.views_push(trigger_id=new(SANNE), view=modal()))["view"]
    third = (await client.views_push(trigger_id=new(SANNE), view=modal()))["view"]
    assert (third["root_view_id"], third["previous_view_id"]) == (first["id"], second["id"])
    assert await error(client.views_push(trigger_id=new(SANNE), view=modal())) == "push_limit_reached"
    assert [view.id for view in workspace.modals_of(SANNE)] == [first["id"], second["id"], third["id"]]


async def test_push_needs_an_open_modal(workspace: Workspace, client: AsyncWebClient) -> None:
    assert await error(client.views_push(trigger_id=workspace.triggers.issue(SANNE), view=modal())) == "not_found"


async def test_a_view_is_updated_by_its_id(workspace: Workspace, client: AsyncWebClient) -> None:
    opened = await client.views_open(trigger_id=workspace.triggers.issue(SANNE), view=modal())
    answer = await client.views_update(view_id=opened["view"]["id"], view=modal(title=plain("Twee")))
    assert answer["view"]["id"] == opened["view"]["id"]
    assert workspace.modals_of(SANNE)[0].payload["title"]["text"] == "Twee"


async def test_an_old_hash_conflicts(workspace: Workspace, client: AsyncWebClient) -> None:
    opened = (await client.views_open(trigger_id=workspace.triggers.issue(SANNE), view=modal()))["view"]
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
    again = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
    assert await error(again) == "hash_conflict"


async def test_a_view_is_updated_by_the_id_that_the_app_gave_it(workspace: Workspace, client: AsyncWebClient) -> None:
    new, named = workspace.triggers.issue, modal(external_id="een")
    opened = (await client.views_open(trigger_id=new(SANNE), view=named))["view"]
    assert await error(client.views_open(trigger_id=new(KARIN), view=named)) == "duplicate_external_id"
    answer = await client.views_update(external_id="een", view=modal())
    assert (answer["view"]["id"], answer["view"]["external_id"]) == (opened["id"], "")
    assert await error(client.views_update(external_id="een", view=modal())) == "not_found"
    assert await error(client.api_call("views.update", json={"view": modal()})) == "invalid_arguments"


async def test_a_closed_view_is_not_found(workspace: Workspace, client: AsyncWebClient, sanne: Actor) -> None:
    await client.views_open(trigger_id=workspace.triggers.issue(SANNE), view=modal())
    [shown] = workspace.modals_of(SANNE)
    await sanne.close(shown)
    assert await error(client.views_update(view_id=shown.id, view=modal())) == "not_found"


async def test_a_view_over_250_kilobytes_is_too_large(workspace: Workspace, client: AsyncWebClient) -> None:
    blocks = [{"type": "section", "text": plain("x" * 3000)}] * 84
    opening = client.views_open(trigger_id=workspace.triggers.issue(SANNE), view=modal(blocks=blocks))
    assert await error(opening) == "view_too_large"


async def test_a_home_tab_keeps_its_id(workspace: Workspace, client: AsyncWebClient) -> None:
    first = (await client.views_publish(user_id=SANNE, view=home("Een")))["view"]
    second = (await client.views_publish(user_id=SANNE, view=home("Twee"), hash=first["hash"]))["view"]
    assert first["id"] == second["id"]
    assert await error(client.views_publish(user_id=SANNE, view=home(), hash=first["hash"])) == "hash_conflict"
    shown = workspace.home_of(SANNE)
    assert shown is not None
    assert (shown.type, shown.payload["blocks"][0]["text"]["text"]) == ("home", "Twee")


async def test_a_modal_is_not_a_home_tab(workspace: Workspace, client: AsyncWebClient) -> None:
    assert await error(client.views_publish(user_id=SANNE, view=modal())) == "invalid_arguments"
    opening = client.views_open(trigger_id=workspace.triggers.issue(SANNE), view=home())
    assert await error(opening) == "invalid_arguments"


async def test_publishing_needs_a_home_tab(workspace: Workspace, client: AsyncWebClient) -> None:
    changed = manifest()
    changed["features"]["app_home"]["home_tab_enabled"] = False
    workspace.app = replace(workspace.app, manifest=changed)
    assert await error(client.views_publish(user_id=SANNE, view=home())) == "not_enabled"


# People.
async def test_a_person_has_a_locale_only_if_asked_for(workspace: Workspace, client: AsyncWebClient) -> None:
    user = (await client.users_info(user=SANNE, include_locale=True))["user"]
    assert (user["real_name"], user["locale"], user["tz"]) == ("Sanne de Boer", "nl-NL", "Europe/Amsterdam")
    assert (user["profile"]["title"], user["deleted"]) == ("Leerkracht", False)
    assert "locale" not in (await client.users_info(user=SANNE))["user"]
    workspace.people[SANNE] = replace(workspace.people[SANNE], is_active=False)
    assert (await client.users_info(user=SANNE))["user"]["deleted"] is True


async def test_the_bot_is_a_user_too(workspace: Workspace, client: AsyncWebClient) -> None:
    assert (await client.users_info(user=workspace.app.bot_user_id))["user"]["is_bot"] is True


async def test_slackbot_is_a_user_that_says_it_is_no_bot(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="USLACKBOT"))["user"]
    assert (user["id"], user["is_bot"], user["deleted"]) == ("USLACKBOT", False, False)


# Checking blocks.
async def test_blocks_validate_accepts_good_content(client: AsyncWebClient) -> None:
    blocks = modal()["blocks"]
    await client.blocks_validate(blocks=blocks)
    await client.blocks_validate(message={"blocks": blocks})
    await client.blocks_validate(view=modal())
    assert (await client.blocks_validate(view=home()))["ok"]


@pytest.mark.parametrize(
    ("sent", "code", "pointer"),
    [
        ({"blocks": [{"type": "header", "text": plain("x" * 151)}]}, "invalid_blocks", "/0/text/text"),
        ({"message": {"blocks": [{"type": "hologram"}]}}, "invalid_message", "/blocks/0/type"),
        ({"view": modal(title=plain("x" * 25))}, "invalid_view", "/title/text"),
    ],
)
async def test_blocks_validate_says_where_it_is_wrong(
    client: AsyncWebClient, sent: Json, code: str, pointer: str
) -> None:
    answer = await refusal(client.blocks_validate(**sent))
    assert answer["error"] == code
    assert [each["pointer"] for each in answer["errors"]] == [pointer]
    assert answer["errors"][0]["code"] == "failed_constraint"


async def test_blocks_validate_accepts_one_thing_at_a_time(client: AsyncWebClient) -> None:
    assert await error(client.blocks_validate(blocks=[], view=modal())) == "invalid_arguments"
    assert await error(client.blocks_validate()) == "invalid_arguments"
