"""The end of a case on screen: a warning with a button, a hold, and a case that was destroyed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.db.schema import case_keys, entries, readings
from storage.integrity.wipe import NotWiped
from tests.bot.cases.closing import closed_case, opened_case, record
from tests.on_screen import button, buttons_of, words_of
from tests.running import FATIMA, JORIS, KARIN, SANNE, Running, running


async def in_days(school: Running, days: int) -> None:
    """Move on some days, do the hourly work, and send its messages."""
    await school.sent()
    school.clock.forward(days=days)
    await school.program.scheduler.hourly()
    await school.sent()


async def test_a_warning_a_hold_a_new_warning_and_then_it_is_gone(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        code = await closed_case(school)
        shown = await school.open_case(KARIN, code)
        assert "Bewaard tot 24-11-2028. Dan wordt het vernietigd." in words_of(shown)
        await in_days(school, 365 * 2 - 28)
        for user in (KARIN, FATIMA):
            warning = school.messages(user)[-1]
            assert f"Dossier {code} wordt op 24-11-2028 vernietigd." in words_of(warning)
            assert buttons_of(warning) == ["Dossier openen", "Langer bewaren", "Leerling van school"]
            assert "Zit de leerling nog op school, of is die later weggegaan?" in words_of(warning)
            assert not [name for name in ("Sem", "Bakker") if name in json.dumps(warning.blocks) + warning.text]
        warned = [len(school.messages(user)) for user in (KARIN, FATIMA, JORIS, SANNE)]
        await in_days(school, 0)
        assert [len(school.messages(user)) for user in (KARIN, FATIMA, JORIS, SANNE)] == warned

        await school.press(KARIN, school.messages(KARIN)[-1], "Leerling van school")
        assert "Wat is de laatste schooldag van de leerling?" in words_of(school.modal(KARIN))
        await school.press(FATIMA, school.messages(FATIMA)[-1], "Langer bewaren")
        form = school.modal(FATIMA)
        answers = {
            "Tot wanneer bewaren jullie het?": "2029-05-14",
            "Waarom is het dossier langer nodig?": "Een onderzoek.",
        }
        assert (await school.actor(FATIMA).fill(form, **answers)).ok
        assert "Opgeslagen in dossier" in words_of(school.modal(FATIMA))
        kept = await school.open_case(FATIMA, code)
        assert "Bewaard tot 14-05-2029" in words_of(kept)
        assert "Een onderzoek." in words_of(kept)

        await in_days(school, 172)
        assert "op 14-05-2029 vernietigd" in words_of(school.messages(KARIN)[-1])
        await in_days(school, 22)  # the first day after the May vacation: a week is left in any case
        assert "op 15-05-2029 vernietigd" in words_of(school.messages(KARIN)[-1])
        await in_days(school, 8)
        with school.program.engine.connect() as connection:
            assert [connection.execute(select(table)).first() for table in (case_keys, entries, readings)] == [None] * 3
        await school.press(KARIN, school.messages(KARIN)[-1], "Dossier openen")
        assert words_of(school.modal(KARIN)).startswith("Dit dossier is vernietigd")


@pytest.mark.rule("G9")
async def test_the_term_of_a_pupil_who_left_counts_from_that_day(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        code = await opened_case(school)
        left = {"ends_as": "left_school", "left_on": "2027-07-09", "why_ending": "Verhuisd."}
        await record(school, KARIN, "ending", code, **left)
        await record(school, FATIMA, "ending_agreed", code, ending_right="yes")
        shown = words_of(await school.open_case(KARIN, code))
        assert "De leerling is van school" in shown
        assert "Bewaard tot 09-07-2029" in shown
        await in_days(school, 365 * 2 + 60)  # two years after it closed
        warned = len(school.messages(KARIN))
        await in_days(school, 150)
        warning = school.messages(KARIN)[-1]
        assert len(school.messages(KARIN)) > warned
        assert "op 09-07-2029 vernietigd" in words_of(warning)
        assert buttons_of(warning) == ["Dossier openen", "Langer bewaren"]

        await record(school, KARIN, "pupil_left", code, pupil_left_on="2027-12-10")
        assert "Bewaard tot 10-12-2029" in words_of(await school.open_case(FATIMA, code))
        for days in (150, 17):
            await in_days(school, days)
            assert "De leerling is van school" in words_of(await school.open_case(FATIMA, code))
        await in_days(school, 12)
        await school.press(KARIN, school.messages(KARIN)[-1], "Dossier openen")
        assert words_of(school.modal(KARIN)).startswith("Dit dossier is vernietigd")


@pytest.mark.rule("G1")
async def test_a_teacher_cannot_hold_a_case_nor_see_the_choice(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code = await closed_case(school)
        shown = await school.open_case(SANNE, code)
        assert "kept_longer" not in json.dumps(shown.payload)
        value = json.dumps({"case": code, "record": "kept_longer"})
        await school.send(school.click(SANNE, shown, "make-record.kept_longer", value))
        assert "andere rol" in words_of(school.modal(SANNE))
        assert button(await school.open_case(SANNE, code), "Signaal doorgeven")


async def test_what_is_not_wiped_within_the_hour_fails_the_health_check_until_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_up(*_: object) -> None:
        raise NotWiped("a reader")

    async with running(tmp_path) as school:
        with monkeypatch.context() as patched:
            patched.setattr("bot.jobs.wiping.wipe", held_up)
            await school.program.scheduler.hourly()
            assert school.program.is_healthy()
            school.clock.forward(hours=1)
            await school.program.scheduler.tick()
            assert not school.program.is_healthy()
        await school.program.scheduler.tick()
        assert school.program.is_healthy()
