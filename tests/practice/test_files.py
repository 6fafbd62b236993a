"""The app shares a file with a person, with Slack's own client over loopback HTTP, and deletes it."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from practice.model import Json
from practice.state.files import FILE_BYTES
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.practice.conftest import SANNE
from tests.practice.test_webapi import SANNE_DM, error, refusal


async def upload(client: AsyncWebClient, content: bytes = b"geheim") -> Json:
    answer = await client.files_upload_v2(
        channel=SANNE_DM,
        filename="dossier.pdf",
        title="Dossier 26-K7QX",
        content=content,
        initial_comment="Hier is het",
    )
    file: Json = answer["file"]
    return file


async def announce(client: AsyncWebClient, length: int = 6) -> Json:
    answer = (await client.files_getUploadURLExternal(filename="a.pdf", length=length)).data
    assert isinstance(answer, dict)
    return answer


async def send(url: str, content: bytes | aiohttp.FormData) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, data=content) as response:
        return response.status, await response.text()


async def complete(client: AsyncWebClient, file_id: str, channel: str | None = SANNE_DM) -> Json:
    answer = (await client.files_completeUploadExternal(files=[{"id": file_id, "title": "A"}], channel_id=channel)).data
    assert isinstance(answer, dict)
    return answer


async def test_a_file_reaches_the_dm_of_one_person(workspace: Workspace, client: AsyncWebClient) -> None:
    file = await upload(client)
    [message] = workspace.messages_of(SANNE)
    [shown] = message.files
    assert (message.text, message.from_app, message.is_read) == ("Hier is het", True, False)
    assert (shown.id, shown.name, shown.title, shown.content) == (
        file["id"], "dossier.pdf", "Dossier 26-K7QX", b"geheim",
    )  # fmt: skip
    assert (file["mimetype"], file["size"], file["mode"]) == ("application/pdf", 6, "hosted")
    assert workspace.messages_of("U0KARIN") == []


async def test_a_deleted_file_is_empty_and_its_message_stays(workspace: Workspace, client: AsyncWebClient) -> None:
    file = await upload(client)
    await client.files_delete(file=file["id"])
    [message] = workspace.messages_of(SANNE)
    assert (message.files[0].is_deleted, message.files[0].content) == (True, None)
    assert workspace.file_of(SANNE, file["id"]) is None
    assert await error(client.files_delete(file=file["id"])) == "file_deleted"
    assert await error(complete(client, file["id"])) == "file_deleted"
    assert await error(client.files_delete(file="F0NOTHING")) == "file_not_found"


async def test_files_are_shared_in_a_conversation_and_not_with_a_user_id(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    announced = await announce(client)
    await send(announced["upload_url"], b"geheim")
    answer = await refusal(complete(client, announced["file_id"], SANNE))
    assert answer["error"] == "invalid_arguments"
    assert "^[CGDZ]" in answer["response_metadata"]["messages"][0]
    assert await error(complete(client, announced["file_id"], "D0NOBODY")) == "channel_not_found"
    assert workspace.messages_of(SANNE) == []


async def test_a_file_without_a_conversation_is_shared_with_nobody(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    announced = await announce(client)
    await send(announced["upload_url"], b"geheim")
    assert (await complete(client, announced["file_id"], None))["files"][0]["title"] == "A"
    assert workspace.messages_of(SANNE) == []


async def test_only_uploaded_files_can_be_shared(client: AsyncWebClient) -> None:
    announced = await announce(client)
    assert await error(complete(client, announced["file_id"])) == "file_not_found"
    assert await error(client.files_delete(file=announced["file_id"])) == "file_not_found"
    assert await error(client.api_call("files.completeUploadExternal", params={"files": "[]"})) == "invalid_arguments"


@pytest.mark.parametrize("content", [b"gehei", b"geheim!"])
async def test_a_file_with_another_size_than_announced_is_refused(client: AsyncWebClient, content: bytes) -> None:
    announced = await announce(client)
    status, said = await send(announced["upload_url"], content)
    assert (status, said.split()[0]) == (400, "file_size_mismatch")
    assert await send(announced["upload_url"], b"geheim") == (200, "OK - 6")


async def test_an_upload_url_can_be_used_once(client: AsyncWebClient, server: PracticeServer) -> None:
    announced = await announce(client)
    assert await send(announced["upload_url"], b"geheim") == (200, "OK - 6")
    assert await send(announced["upload_url"], b"anders") == (400, "file_not_found")
    assert await send(f"{server.url}/upload/v1/guessed", b"anders") == (400, "file_not_found")


async def test_a_file_may_be_sent_in_a_form(workspace: Workspace, client: AsyncWebClient) -> None:
    announced = await announce(client)
    form = aiohttp.FormData()
    form.add_field("filename", b"geheim", filename="a.pdf")
    assert await send(announced["upload_url"], form) == (200, "OK - 6")
    assert workspace.files.find(announced["file_id"]).content == b"geheim"


@pytest.mark.parametrize(
    ("length", "expected"),
    [(0, "missing_argument"), (FILE_BYTES + 1, "file_upload_size_restricted"), ("x", "invalid_arguments")],
)
async def test_an_impossible_length_is_refused(client: AsyncWebClient, length: int | str, expected: str) -> None:
    params = {"filename": "a.pdf", "length": length}
    assert await error(client.api_call("files.getUploadURLExternal", params=params)) == expected


async def test_the_largest_file_is_accepted(client: AsyncWebClient) -> None:
    assert (await announce(client, FILE_BYTES))["ok"]
