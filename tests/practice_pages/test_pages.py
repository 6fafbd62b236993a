"""The pages as the server sends them: their content, their security policy, and who may send requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from practice.model import Exchange
from practice.web.actions import failure_text
from practice.web.rendering import clock_time, day, initials, milliseconds, result
from practice.web.traffic import is_wrong
from tests.practice_pages.conftest import Practice
from tests.practice_pages.sample import ATTACK, KARIN, SANNE, button, field, form, mrkdwn, plain

pytestmark = pytest.mark.asyncio(loop_scope="session")
OURS = {"sec-fetch-site": "same-origin"}


@pytest_asyncio.fixture(loop_scope="session")
async def client(practice: Practice) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=practice.url, timeout=5) as client:
        yield client


async def test_the_first_page_lists_the_people(practice: Practice, client: httpx.AsyncClient) -> None:
    practice.workspace.post(KARIN, "nieuw")
    page = await client.get("/")
    assert "Hier is niets echt" in page.text
    assert f'href="/als/{SANNE}"' in page.text
    assert page.text.count("ongelezen") == 1


@pytest.mark.parametrize("path", ["", "/start", "/verkeer"])
async def test_every_tab_forbids_what_is_not_ours(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(f"/als/{SANNE}{path}")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "http" not in page.text.replace("http-equiv", "")


async def test_unknown_people_and_lines_are_not_found(client: httpx.AsyncClient) -> None:
    for path in ("/als/U0NOBODY", "/als/U0NOBODY/versie", "/verkeer/999"):
        assert (await client.get(path)).status_code == 404
    assert (await client.post("/als/U0NOBODY/gelezen", headers=OURS)).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "https://elders.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "{url}"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "{url}"}, 200),
    ],
)
async def test_only_our_own_pages_may_act(
    practice: Practice, client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    practice.workspace.post(SANNE, "nieuw")
    sent = {name: value.format(url=practice.url) for name, value in headers.items()}
    assert (await client.post(f"/als/{SANNE}/gelezen", headers=sent)).status_code == status
    assert practice.workspace.unread_of(SANNE) == (0 if status == 200 else 1)


async def test_an_attack_stays_text_everywhere(practice: Practice, client: httpx.AsyncClient) -> None:
    text = ATTACK[:70]
    confirm = {name: plain(text) for name in ("title", "text", "confirm", "deny")}
    option = {"text": plain(text), "value": text, "description": plain(text)}
    pick = {"type": "static_select", "options": [option], "placeholder": plain(text)}
    blocks: list[Any] = [
        {"type": "section", "block_id": text, "text": mrkdwn(text), "fields": [mrkdwn(text), plain(text)]},
        {"type": "header", "text": plain(text)},
        {"type": "context", "elements": [mrkdwn(text), plain(text)]},
        {"type": text},
        {"type": "actions", "block_id": "acts", "elements": [
            button(text, text, confirm=confirm, url="javascript:alert(1)"),
            {"type": "overflow", "action_id": "more", "options": [option]},
            {**pick, "action_id": "pick"},
            {"type": "static_select", "action_id": "group", "option_groups": [
                {"label": plain(text), "options": [option]},
            ]},
            {"type": "checkboxes", "action_id": "tick", "options": [option]},
        ]},
        field(text, "typed", {"type": "plain_text_input", "initial_value": text, "placeholder": plain(text)},
              hint=plain(text)),
        field(text, "long", {"type": "plain_text_input", "multiline": True, "initial_value": "</textarea>" + text}),
    ]  # fmt: skip
    for number, block in enumerate(blocks):
        block.setdefault("block_id", f"b{number}")
    practice.workspace.post(SANNE, text, blocks)
    practice.workspace.post(SANNE, text, from_app=False)
    practice.workspace.post(SANNE, text, is_ephemeral=True)
    page = (await client.get(f"/als/{SANNE}")).text
    assert page.count("&lt;script&gt;") > 20
    assert page.count("<script") == 2
    assert "<img" not in page
    assert "javascript:" not in page


async def test_values_cannot_break_out_of_their_attributes(practice: Practice, client: httpx.AsyncClient) -> None:
    view = practice.workspace.views.open(SANNE, form(what='" autofocus onfocus="alert(1)'))
    view.errors = {"first": ATTACK}
    page = (await client.get(f"/als/{SANNE}")).text
    assert ' onfocus="' not in page
    assert "<img" not in page


async def test_a_version_is_sent_when_something_changed(practice: Practice, client: httpx.AsyncClient) -> None:
    before = practice.workspace.version
    assert (await client.get(f"/als/{SANNE}/versie?since={before - 1}")).json() == {"version": before}
    practice.workspace.post(SANNE, "nieuw")
    assert (await client.get(f"/als/{SANNE}/versie?since={before}")).json()["version"] > before
    assert (await client.get(f"/als/{SANNE}/versie?since={before + 1000}")).status_code == 200


async def test_using_a_closed_view_explains_that_it_changed(client: httpx.AsyncClient) -> None:
    for deed in ("klik", "verstuur"):
        answer = await client.post(f"/als/{SANNE}/{deed}", data={"source": "view/V9"}, headers=OURS)
        assert "intussen veranderd" in answer.json()["failure"]


async def test_people_cannot_act_in_each_others_views(practice: Practice, client: httpx.AsyncClient) -> None:
    view = practice.workspace.views.open(KARIN, form())
    answer = await client.post(f"/als/{SANNE}/sluit", data={"source": f"view/{view.id}"}, headers=OURS)
    assert answer.status_code == 200
    assert practice.workspace.modals_of(KARIN) == [view]


async def test_the_details_of_a_line(practice: Practice, client: httpx.AsyncClient) -> None:
    practice.workspace.record("to_app", "/signaal", {"text": ATTACK}, {"ok": True}, 1.0)
    number = practice.workspace.traffic[-1].number
    details = (await client.get(f"/verkeer/{number}")).text
    assert "&lt;script&gt;" in details
    assert "<script" not in details


def exchange(**changes: Any) -> Exchange:
    moment = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
    return Exchange(**{"number": 1, "at": moment, "direction": "to_app", "what": "x", "request": {}, "answer": {},
                       "milliseconds": 1.0, **changes})  # fmt: skip


async def test_values_are_shown_in_words() -> None:
    assert [initials(name) for name in ("Sanne de Boer", "Meldwijzer", "")] == ["SB", "M", "?"]
    assert day(datetime(2026, 8, 31, 22, 30, tzinfo=UTC)) == "dinsdag 1 september 2026"
    assert clock_time(datetime(2026, 1, 1, 9, 5, 7, tzinfo=UTC), seconds=True) == "10:05:07"
    assert (milliseconds(0.54), milliseconds(3000.2)) == ("0,5 ms", "3000 ms")
    assert (result(exchange()), result(exchange(answer={"ok": False, "error": "not_found"}))) == ("ok", "not_found")
    assert is_wrong(exchange(fault="operation_timeout"))
    assert result(exchange(fault="operation_timeout")) == "fout"
    assert failure_text("") == ""
    assert failure_text("operation_timeout").startswith("We hadden moeite met verbinden. Probeer het opnieuw.")


async def test_a_file_can_only_be_downloaded_by_its_recipient(practice: Practice, client: httpx.AsyncClient) -> None:
    file, address = practice.workspace.files.announce("dossier.pdf", 6)
    practice.workspace.files.receive(address, b"geheim")
    practice.workspace.post(KARIN, "", files=[file])
    path = f"/als/{KARIN}/bestand/{file.id}"
    page = await client.get(f"/als/{KARIN}")
    assert path in page.text
    answer = await client.get(path)
    assert (answer.content, answer.headers["content-type"]) == (b"geheim", "application/octet-stream")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''dossier.pdf"
    assert (await client.get(f"/als/{SANNE}/bestand/{file.id}")).status_code == 404
    practice.workspace.files.delete(file.id)
    assert (await client.get(path)).status_code == 404
    assert "Dit bestand is verwijderd." in (await client.get(f"/als/{KARIN}")).text
