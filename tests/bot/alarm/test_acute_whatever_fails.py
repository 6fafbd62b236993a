"""112 and 0800-2000 are shown whatever fails: the database, Slack, time, a role, a workspace (G4)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

import pytest

from handlers.controllers.commands import in_words
from practice.model import Message, View
from tests.bot.program.test_trouble import away
from tests.bot.workspaces.installing import two_workspaces
from tests.clock import until
from tests.on_screen import words_of
from tests.running import BEATRIX, KARIN, NOOR, SANNE, Running, running, signal

pytestmark = pytest.mark.rule("G4")
NUMBERS = ("112", "0800-2000")


def shows_the_numbers(words: str) -> bool:
    return all(number in words for number in NUMBERS)


def last_message(school: Running, user: str) -> Message:
    return school.workspace.messages_of(user)[-1]


class NoModal:
    """Slack opens no modal any more."""

    def __init__(self, school: Running) -> None:
        school.expect("views.open", "views.push", "internal_error")
        self._school = school

    def __enter__(self) -> None:
        async def refused(*_: Any, **__: Any) -> None:
            raise RuntimeError("Slack opens no modal")

        client = "slack_sdk.web.async_client.AsyncWebClient."
        self._patches = [patch(f"{client}{name}", refused) for name in ("views_open", "views_push")]
        for one in self._patches:
            one.start()

    def __exit__(self, *_: object) -> None:
        for one in self._patches:
            one.stop()


async def test_without_a_modal_the_answer_of_the_command_says_it(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        with NoModal(school):
            await school.actor(SANNE).command("/meldcode", "acuut")
        assert last_message(school, SANNE).is_ephemeral
        assert shows_the_numbers(words_of(last_message(school, SANNE)))
        assert "Nu gewaarschuwd" in words_of(last_message(school, SANNE))
        await school.sent()
        assert len(school.messages(KARIN)) == 1


@pytest.mark.parametrize("surface", ["message", "home", "modal", "ephemeral"])
async def test_without_a_modal_a_button_says_it_in_a_message(tmp_path: Path, surface: str) -> None:
    async with running(tmp_path) as school:
        saved = await school.report(SANNE, signal())
        await school.sent()
        home = await school.open_home(KARIN)
        await school.actor(KARIN).command("/meldcode", "help")
        answer = last_message(school, KARIN)
        places: dict[str, tuple[str, View | Message]] = {
            "message": (KARIN, school.messages(KARIN)[0]),
            "home": (KARIN, home),
            "modal": (SANNE, saved),
            "ephemeral": (KARIN, answer),
        }
        user, shown = places[surface]
        with NoModal(school):
            await school.press(user, shown, "Acuut gevaar")
        said = last_message(school, user)
        assert shows_the_numbers(words_of(said)) and "Nu gewaarschuwd" in words_of(said)
        assert said.is_ephemeral is (surface in ("message", "ephemeral")), "where the button was, if that can be"


async def test_without_a_modal_and_without_that_answer_it_is_a_message_of_its_own(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("expired_url", "used_url")
        await school.report(SANNE, signal())
        await school.sent()
        payload = school.click(KARIN, school.messages(KARIN)[0], "acute", "acute")
        payload["response_url"] = f"{school.workspace.base_url}/response/gone"
        with NoModal(school):
            await school.send(payload)
        assert shows_the_numbers(words_of(last_message(school, KARIN)))
        assert not last_message(school, KARIN).is_ephemeral


@pytest.mark.parametrize("surface", ["command", "home"])
async def test_without_a_database(tmp_path: Path, surface: str) -> None:
    async with running(tmp_path) as school:
        home = await school.open_home(SANNE)
        with away(school):
            if surface == "home":
                await school.press(SANNE, home, "Acuut gevaar")
            else:
                await school.actor(SANNE).command("/meldcode", "acuut")
        assert shows_the_numbers(words_of(school.modal(SANNE)))
        assert "Niemand van school kon worden gewaarschuwd" in words_of(school.modal(SANNE))


async def test_without_a_database_and_without_a_modal(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        with NoModal(school), away(school):
            await school.actor(SANNE).command("/meldcode", "acuut")
        assert shows_the_numbers(words_of(last_message(school, SANNE)))


async def test_when_it_takes_too_long(tmp_path: Path) -> None:
    async with running(tmp_path) as school:

        async def too_long(*_: Any, **__: Any) -> None:
            await asyncio.sleep(0)
            raise TimeoutError

        with patch.object(school.program.executor, "execute", too_long):
            await school.actor(SANNE).command("/meldcode", "acuut")
        assert shows_the_numbers(words_of(school.modal(SANNE)))


async def test_when_slack_refuses_all_calls_the_command_still_says_it(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("token_revoked")
        school.workspace.faults.refuses = "token_revoked"
        await school.actor(SANNE).command("/meldcode", "acuut")
        school.workspace.faults.refuses = ""
        assert shows_the_numbers(words_of(last_message(school, SANNE)))


async def test_for_somebody_without_a_role(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(NOOR).command("/meldcode", "acuut")
        assert shows_the_numbers(words_of(school.modal(NOOR)))
        assert "Niemand van school kon worden gewaarschuwd" in words_of(school.modal(NOOR))


async def test_in_a_case_that_one_may_no_longer_read_it_alerts_all_the_same(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        home = await school.open_home(SANNE)
        await school.send(school.click(SANNE, home, "acute", "26-XXXX"))
        await school.sent()
        assert shows_the_numbers(words_of(school.modal(SANNE)))
        assert "Sanne de Boer" in words_of(school.messages(KARIN)[0])


async def test_in_a_workspace_that_the_bot_does_not_know(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (_, beuk):
        await beuk.actor(BEATRIX).command("/meldcode", "acuut")
        assert shows_the_numbers(" ".join(message.text for message in beuk.workspace.messages_of(BEATRIX)))


async def test_when_the_answer_cannot_be_stored(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(SANNE).command("/meldcode", "acuut")
        await school.sent()
        with away(school):
            await school.press(KARIN, school.messages(KARIN)[0], "Ik ga erheen")
        assert shows_the_numbers(words_of(school.modal(KARIN)))


async def test_when_slack_takes_no_more_calls_the_message_comes_as_soon_as_it_does(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("rate_limited", "dispatch_failed")
        home = await school.open_home(SANNE)
        await school.sent()
        school.workspace.faults.rate_limited, school.workspace.faults.retry_after = 4, 2
        start = monotonic()
        await school.press(SANNE, home, "Acuut gevaar")
        assert monotonic() - start < 2, "a trigger lives three seconds: nothing waits for Slack"
        await until(lambda: any("Nu gewaarschuwd" in words_of(said) for said in school.messages(SANNE)))
        assert shows_the_numbers(words_of(last_message(school, SANNE)))


def test_what_did_not_work_names_them_too() -> None:
    """It is the last that is tried, when neither the modal nor the message came through."""
    assert shows_the_numbers(in_words("BCD-FGH", administrator=""))
