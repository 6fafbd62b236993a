"""No acknowledgement is larger than Socket Mode carries, whatever people typed (promise 11).

Every form of both plans is filled in to its last character, with characters that take six and twelve bytes in ASCII
JSON, also the forms of a closed case.
"""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.reply import is_slacks
from meldcode.application.staff.roles import LONGEST_NAME
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan, shipped_plans
from practice.client.fields import element_state, input_with_label
from practice.model import Json, Message, View
from tests.bot.cases.test_every_field import Walk
from tests.clock import until
from tests.on_screen import buttons_of, words_of
from tests.running import KARIN, LINDE, SANNE, Running, Transport, running, signal, size_of, unhurried

LONG = "Misschien " + 1500 * "é🌻"
EARLIER = text("case_older")
WAITS = "Een ogenblik, dit scherm wordt geladen."


async def shown_at_last(school: Running, user: str) -> View:
    """The modal that somebody has before them once it no longer waits."""
    await until(lambda: WAITS not in words_of(school.modal(user)))
    return school.modal(user)


class LongWalk(Walk):
    """Fills in each text to its end, and waits for what follows the acknowledgement."""

    def _answer(self, code: str, record: ActionSpec, block: Json, given: Json) -> Json:
        answer = super()._answer(code, record, block, given)
        element = block["element"]
        if element["type"] == "plain_text_input":
            answer["answer"]["value"] = f"{record.id[::-1]} {LONG}"[: element["max_length"]]
        return answer

    async def _submitted(self, user: str, form: View, typed: Json) -> Json:
        outcome = await self.school.actor(user).submit(form, typed)
        assert outcome.ok or outcome.errors, outcome
        if outcome.errors:
            return {"errors": outcome.errors}
        shown = await shown_at_last(self.school, user)
        if shown.payload["callback_id"] == "review":
            assert (await self.school.actor(user).submit(shown, {})).ok
            shown = await shown_at_last(self.school, user)
        return {"response_action": "update", "view": shown.payload}


async def every_page(school: Running, code: str) -> None:
    """Look at each page of a case, and of all cases of its pupil."""
    opened = [await school.open_case(KARIN, code)]
    if "Tijdlijn en inzage" in buttons_of(opened[0]):
        await school.press(KARIN, opened[0], "Tijdlijn en inzage")
        opened.append(school.modal(KARIN))
    for shown in opened:
        while EARLIER in buttons_of(shown):
            await school.press(KARIN, shown, EARLIER)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("transport", ["http", "socket"])
@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
async def test_every_form_at_its_longest_is_acknowledged_in_time(
    tmp_path: Path, file: Path, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.DEFAULT_PLAN", file)
    people = [{**one, "name": f"{one['name']} {LONG}"[:LONGEST_NAME]} for one in LINDE["people"]]
    async with running(tmp_path, transport=transport, schools=[{**LINDE, "people": people}]) as school:
        unhurried(school, monkeypatch)
        school.workspace.traffic = deque()
        school.expect("not_found")
        walk = LongWalk(school, load_plan(file))
        await walk.until_all_is_typed()
        school.clock.forward(weeks=3)
        await walk.hold_what_is_closed()
        for code in walk.codes:
            await every_page(school, code)
        answers = [size_of(line.answer) for line in school.workspace.traffic if line.direction == "to_app"]
        shown = [line.request for line in school.workspace.traffic if line.what == "views.update"]
        assert max(answers) <= limits.ANSWER
        assert [one for one in shown if one.get("external_id")], "some were too large to acknowledge with"


@pytest.fixture
def nothing_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER", 500)


def told(school: Running) -> Message:
    return school.workspace.messages_of(KARIN)[-1]


@pytest.mark.usefixtures("nothing_fits")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_large_answer_to_a_command_comes_where_it_was_asked(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        assert (await school.actor(KARIN).command("/meldcode", "help")).ok
        await until(lambda: bool(school.workspace.messages_of(KARIN)))
        assert told(school).is_ephemeral and "/meldcode" in told(school).text


@pytest.mark.usefixtures("nothing_fits")
async def test_without_that_place_it_is_a_message(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("expired_url")
        payload = {"command": "/meldcode", "text": "help", "team_id": school.workspace.app.team_id, "user_id": KARIN}
        gone = f"{school.workspace.base_url}/response/gone"
        assert await school.send({**payload, "response_url": gone}, "slash_commands") == {}
        await until(lambda: bool(school.workspace.messages_of(KARIN)))
        assert not told(school).is_ephemeral


@pytest.mark.usefixtures("nothing_fits")
async def test_a_forged_address_gets_no_answer(tmp_path: Path) -> None:
    """Who has the signing secret could otherwise have answers sent to any server, or the bot call one inside."""
    called: list[object] = []
    async with (
        running(tmp_path) as school,
        await asyncio.start_server(lambda *_: called.append(1), "127.0.0.1") as evil,
    ):
        port = evil.sockets[0].getsockname()[1]
        payload = {"command": "/meldcode", "text": "help", "team_id": school.workspace.app.team_id, "user_id": KARIN}
        assert await school.send({**payload, "response_url": f"http://127.0.0.1:{port}/"}, "slash_commands") == {}
        await until(lambda: bool(school.workspace.messages_of(KARIN)))
        assert not called and not told(school).is_ephemeral


@pytest.mark.parametrize(
    ("address", "api", "is_it"),
    [
        ("https://hooks.slack.com/commands/T1/2/3", "https://slack.com/api/", True),
        ("https://hooks.slack-gov.com/commands/T1", "https://slack-gov.com/api/", True),
        ("http://hooks.slack.com/commands/T1", "https://slack.com/api/", False),
        ("https://hooks.slack.com@evil.example/", "https://slack.com/api/", False),
        ("https://hooks.slack.com.evil.example/", "https://slack.com/api/", False),
        ("http://169.254.169.254/", "https://slack.com/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_a_response_url_is_slacks_own(address: str, api: str, *, is_it: bool) -> None:
    assert is_slacks(address, api) is is_it


@pytest.mark.usefixtures("nothing_fits")
async def test_of_many_remarks_the_first_are_shown(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        answer = await school.send(school.submission(SANNE, form))
        first = next(block for block in form.payload["blocks"] if block["type"] == "input")
        assert first["block_id"] in answer["errors"]
        assert 0 < size_of(answer) <= limits.ANSWER


@pytest.mark.usefixtures("nothing_fits")
async def test_a_modal_that_slack_does_not_update_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    update = AsyncWebClient.views_update

    async def refused(self: AsyncWebClient, *, view: Json, **which: Any) -> Any:
        if len(view["blocks"]) > 1:
            raise RuntimeError("refused")
        return await update(self, view=view, **which)

    async with running(tmp_path) as school:
        monkeypatch.setattr(AsyncWebClient, "views_update", refused)
        form = await school.open_form(SANNE)
        assert (await school.actor(SANNE).fill(form, **signal())).ok
        assert "Slack kan dit scherm nu niet tonen" in words_of(await shown_at_last(school, SANNE))
        await school.sent()
        assert len(school.codes(KARIN)) == 1, "it was stored all the same"


@pytest.mark.usefixtures("nothing_fits")
async def test_a_modal_that_somebody_closed_stays_closed(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("not_found")
        form = await school.open_form(SANNE)
        assert (await school.send(school.submission(SANNE, form, _typed(form))))["view"]["external_id"]
        school.workspace.views.clear(SANNE)
        await until(lambda: bool([line for line in school.workspace.traffic if line.what == "views.update"]))
        assert not school.workspace.modals_of(SANNE)


def _typed(form: View) -> Json:
    blocks = {label: input_with_label(form, label) for label in signal()}
    return {
        block["block_id"]: {"answer": element_state(block["element"], signal()[label])}
        for label, block in blocks.items()
    }
