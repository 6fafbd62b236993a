"""What screens say of who acts, who keeps the logbook, whom to ask, and of text typed where it is not private."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.messages.test_reminders import decided, on_a_monday, reported
from tests.bot.program.test_trouble import away
from tests.on_screen import typed_in, words_of
from tests.running import FATIMA, KARIN, SANNE, WHAT, running, signal

WARNING = "Typ niets achter /signaal."


async def test_what_is_typed_after_the_command_stays_and_is_warned_of(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE, "Een blauwe plek.")
        assert WARNING in words_of(form) and typed_in(form)[WHAT] == "Een blauwe plek."
        assert WARNING not in words_of(await school.open_form(SANNE))
        answer = (await school.actor(SANNE).command("/meldcode", "Sem heeft een blauwe plek")).text
        assert "Typ nooit iets over een leerling achter een opdracht" in answer and "Sem" not in answer
        assert "Typ nooit iets over een leerling" not in (await school.actor(SANNE).command("/meldcode", "hulp")).text


@pytest.mark.parametrize("administrator", ["Anouk Jacobs", ""])
async def test_a_failure_says_whom_to_ask(tmp_path: Path, administrator: str) -> None:
    async with running(tmp_path, administrator=administrator) as school:
        form = await school.open_form(SANNE)
        with away(school):
            shown = [(await school.actor(SANNE).command("/meldcode")).text]
            shown.append((await school.actor(SANNE).fill(form, **signal())).errors["what"])
        expected = f"Vraag {administrator} om hulp" if administrator else "Probeer het straks opnieuw"
        assert all(expected in words for words in shown)


@pytest.mark.rule("G1")
@pytest.mark.rule("S4.6")
async def test_the_teacher_keeps_the_logbook_and_the_others_read_that(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        assert "Nu aan de beurt volgens jullie stappenplan" in words_of(await school.open_case(KARIN, code))
        await decided(school, code, "no_report")
        for user in (SANNE, KARIN, FATIMA):
            await school.open_home(user)
        assert "Hier houd jij het logboek bij (1)" in school.home(SANNE)
        for user in (KARIN, FATIMA):
            assert "Hier houdt de leerkracht het logboek bij (1)" in school.home(user)
            assert "houd jij" not in school.home(user)
        case = words_of(await school.open_case(FATIMA, code))
        assert "Er hoeft nu niets te gebeuren. De leerkracht houdt het logboek bij." in case
        assert "Nu aan de beurt" not in case
