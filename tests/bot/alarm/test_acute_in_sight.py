"""Wherever the app speaks, immediate danger is one click away (G4): on each Home tab and below each answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clock import until
from tests.on_screen import buttons_of, words_of
from tests.running import FATIMA, JORIS, KARIN, NOOR, SANNE, WILLEM, Running, running, signal

pytestmark = pytest.mark.rule("G4")
EVERYBODY = (SANNE, KARIN, JORIS, FATIMA, WILLEM, NOOR)
TYPED = ("", "help", "dossiers", "dosiers", "dossier 26-2222", "iets heel anders")


async def acute_is_one_click_away(school: Running, user: str) -> None:
    await school.open_home(user)
    await until(lambda: school.home(user))
    home = school.workspace.home_of(user)
    assert home is not None
    assert "Acuut gevaar" in buttons_of(home)
    assert all(number in words_of(home) for number in ("112", "0800-2000")), "also when Slack fails after a click"
    for typed in TYPED:
        await school.actor(user).command("/meldcode", typed)
        answer = school.workspace.messages_of(user)[-1]
        assert "Acuut gevaar" in buttons_of(answer), (user, typed)
    await school.press(user, answer, "Acuut gevaar")
    assert "Acuut gevaar" in school.modal(user).payload["title"]["text"]


@pytest.mark.parametrize("user", EVERYBODY)
async def test_on_the_home_tab_and_below_each_answer_to_a_command(tmp_path: Path, user: str) -> None:
    async with running(tmp_path) as school:
        await acute_is_one_click_away(school, user)
        await school.report(SANNE, signal())
        await acute_is_one_click_away(school, user)
