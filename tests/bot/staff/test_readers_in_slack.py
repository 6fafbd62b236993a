"""Who read a case, on the screen: for whoever is in charge, behind a button in the case (promise 6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.names import NAMES
from tests.on_screen import button, buttons_of, words_of
from tests.running import FATIMA, HOW, KARIN, MEHMET, SANNE, running, signal

pytestmark = pytest.mark.rule("G3")
DISCLOSED = "De leerling vertelde zelf dat het thuis niet veilig is"


async def test_the_list_opens_beside_the_case(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        assert "Wie las dit?" not in buttons_of(await school.open_case(SANNE, code))
        shown = await school.open_case(KARIN, code)
        await school.press(KARIN, shown, "Wie las dit?")
        said = words_of(school.modal(KARIN))
        assert "Sanne de Boer (leerkracht) · dossier" in said
        assert "Karin Visser (IB-er/zorgcoördinator) · dossier" in said
        assert "Sem" not in said


async def test_a_forged_click_of_a_teacher_shows_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        shown = await school.open_case(SANNE, code)
        await school.send(school.click(SANNE, shown, "readers", f'{{"case": "{code}", "page": 0}}'))
        assert "ziet alleen de IB-er" in words_of(school.modal(SANNE))
        form = await school.open_form(MEHMET)
        await school.send(school.click(MEHMET, form, "readers", f'{{"case": "{code}", "page": 0}}'))
        assert "Dit dossier is er niet" in words_of(school.modal(MEHMET))


async def test_the_week_points_out_what_was_read_often_and_a_button_shows_it(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        for number in range(5):
            # A disclosure calls in the school leader, who otherwise reads from step 3 on.
            await school.report(SANNE, signal(Voornaam=NAMES[number]) | {HOW: DISCLOSED})
            await school.sent()
            await school.open_case(FATIMA, school.codes(KARIN)[-1])
        school.clock.forward(days=7)
        await school.program.scheduler.hourly()
        await school.sent()
        week = next(m for m in school.messages(FATIMA) if "Opvallend vaak gelezen" in words_of(m))
        assert "door 1 collega" in words_of(week) and "Sanne" not in words_of(week)
        await school.press(FATIMA, week, "Bekijken")
        shown = school.modal(FATIMA)
        assert "Fatima el Amrani* (schoolleider): opende 5 dossiers waar deze collega niet bij hoort" in words_of(shown)
        code = school.codes(KARIN)[0]
        assert button(shown, code)
        await school.press(FATIMA, shown, code)
        assert f"Wie las dossier {code}?" in words_of(school.modal(FATIMA))
