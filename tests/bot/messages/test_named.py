"""Who is named as present reads it in a message, and says with one button that they were not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.cases.closing import record
from tests.bot.messages.test_reminders import consulted, on_a_monday, reported, send
from tests.bot.messages.test_task_messages import CONSULTED, SAFE
from tests.on_screen import buttons_of, words_of
from tests.running import FATIMA, JORIS, KARIN, MEHMET, SANNE, WILLEM, Running

NOT_THERE = "Ik was er niet bij"


async def named(school: Running, *people: str) -> str:
    """Karin records a consultation with these people; returns the code of the case."""
    [code] = await reported(school)
    await record(school, KARIN, "taken_up", code)
    await record(school, KARIN, "consultation", code, **{**CONSULTED, "present": (SANNE, KARIN, *people)})
    await send(school)
    return code


async def test_one_button_says_that_somebody_was_not_there(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        code = await named(school, JORIS)
        message = school.messages(JORIS)[-1]
        assert f"Dossier {code}: Karin Visser noemt jou" in words_of(message)
        assert "Je staat bij ‘Overleg vastleggen’. Was je er niet bij? Zeg het dan hier." in words_of(message)
        assert buttons_of(message) == ["Dossier openen", NOT_THERE, "Acuut gevaar"]
        for word in ("Sem", "Bakker", "Praten."):
            assert word not in repr(message)
        await school.press(JORIS, message, NOT_THERE)
        assert f"Vastgelegd in dossier {code}: jij was er niet bij." in words_of(school.modal(JORIS))
        await send(school)
        assert NOT_THERE not in buttons_of(school.messages(JORIS)[-1]), "the message was updated in its place"
        assert "Een collega was niet bij iets waar die wel is genoemd." in words_of(school.messages(KARIN)[-1])
        logbook = words_of(await school.open_case(SANNE, code))
        assert "Joris Hendriks zegt er niet bij te zijn geweest" in logbook
        assert "gaat over regel 3" in logbook


@pytest.mark.rule("S3.1")
async def test_another_button_says_that_somebody_sees_a_judgement_differently(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        await consulted(school, code)
        await record(school, KARIN, "safety", code, **SAFE, pupil_able="with_us")
        await send(school)
        message = school.messages(SANNE)[-1]
        assert "Was je er niet bij, of zie je het anders? Zeg het dan hier." in words_of(message)
        assert buttons_of(message) == ["Dossier openen", NOT_THERE, "Ik zie het anders", "Acuut gevaar"]
        await school.press(SANNE, message, "Ik zie het anders")
        assert f"Vastgelegd in dossier {code}: jij ziet het anders." in words_of(school.modal(SANNE))
        await send(school)
        for user in (KARIN, FATIMA):
            last = words_of(school.messages(user)[-1])
            assert "Een collega ziet een inschatting anders. Bespreek het samen." in last
            assert "Schat met een collega in" in last, "it is asked again"
        assert "Sanne de Boer ziet dit anders" in words_of(await school.open_case(KARIN, code))


async def test_it_can_be_said_in_the_logbook_too(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        code = await named(school)
        shown = await school.open_case(SANNE, code)
        assert (await school.press(SANNE, shown, NOT_THERE)).ok
        assert "Sanne de Boer zegt er niet bij te zijn geweest" in words_of(school.modal(SANNE))
        assert NOT_THERE not in buttons_of(school.modal(SANNE))


@pytest.mark.rule("G3")
async def test_who_does_not_read_the_case_answers_without_seeing_it(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        code = await named(school, MEHMET)
        message = school.messages(MEHMET)[-1]
        assert buttons_of(message) == [NOT_THERE, "Acuut gevaar"]
        await school.press(MEHMET, message, NOT_THERE)
        assert "jij was er niet bij" in words_of(school.modal(MEHMET))
        assert "Mehmet Yılmaz zegt er niet bij te zijn geweest" in words_of(await school.open_case(KARIN, code))


@pytest.mark.rule("G3")
async def test_a_forged_denial_learns_nothing(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        code = await named(school)
        for user in (MEHMET, WILLEM):
            shown = school.workspace.post(user, "knop")
            for case in (code, "26-ZZZZ"):
                await school.send(school.click(user, shown, "deny.3", f'{{"case": "{case}", "entry": 3}}'))
                assert "Dit dossier is er niet, of jij kunt het niet lezen." in words_of(school.modal(user))
                school.workspace.views.clear(user)
