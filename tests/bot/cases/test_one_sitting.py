"""Somebody keeps working in one modal: action after action, another case of the same pupil, another alarm later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.on_screen import button, buttons_of, words_of
from tests.running import BEUK, FATIMA, KARIN, MEHMET, SANNE, Running, linde_with, person, running, signal

THIRD = "U0LOTTE"


@pytest.mark.rule("G1")
async def test_record_after_record_without_closing_the_case(tmp_path: Path) -> None:
    """Slack stacks three modals at most, and the one below must not show an outdated case."""
    async with running(tmp_path) as school:
        code = await reported(school)
        await school.open_case(KARIN, code)
        steps: dict[str, dict[str, Any] | None] = {
            "Signaal oppakken": None,  # one click, no form
            "Overleg voorbereiden": {"Weten de ouders van de zorgen?": "Ja"},
            "Overleg vastleggen": {
                "Weten de ouders van de zorgen?": "Ja",
                "Wie van school waren erbij?": [SANNE, KARIN],
                "Met wie was het overleg?": "De medewerker van het ZAT",
                "Wat was het advies?": "Praten.",
            },
            "Gevaar door een gesprek?": {
                "Kan een gesprek gevaar opleveren voor de leerling?": "Nee, een gesprek kan",
                "Waarom denken jullie dat?": "Ze zijn rustig.",
                "Kan de leerling dit gesprek aan, en met wie?": "Ja, met de leerkracht en de IB-er",
                "Wie hebben dit ingeschat?": [SANNE, KARIN],
            },
        }
        for label, answers in steps.items():
            await school.press(KARIN, school.modal(KARIN), label)
            if answers is not None:
                answer = await school.actor(KARIN).fill(school.modal(KARIN), **answers)
                assert answer.ok, (label, answer)
            await school.press(KARIN, school.modal(KARIN), "Dossier openen")
            *below, top = school.workspace.modals_of(KARIN)
            assert bool(below) == (answers is not None)
            assert all(words_of(one) == words_of(top) and buttons_of(one) == buttons_of(top) for one in below[-1:])
        assert "Stap 3 van 4" in words_of(school.modal(KARIN))


@pytest.mark.rule("G4")
async def test_an_alarm_of_another_day_is_an_alarm(tmp_path: Path) -> None:
    """The Home tab and a message stay the same view for weeks, but a later click is another alarm."""
    async with running(tmp_path) as school:
        await school.open_home(SANNE)
        for alarms in (1, 2):
            home = school.workspace.home_of(SANNE)
            assert home
            await asyncio.gather(*(school.press(SANNE, home, "Acuut gevaar") for _ in range(2)))
            await school.sent()
            for alerted in (KARIN, FATIMA):
                assert len(school.messages(alerted)) == alarms
                assert button(school.messages(alerted)[-1], "Ik ga erheen")
                assert "Sanne de Boer (groep 5)" in words_of(school.messages(alerted)[-1])
            school.clock.forward(days=1)


async def test_two_other_pupils_of_that_name_are_told_apart(tmp_path: Path) -> None:
    teachers = [person(user, f"Leerkracht {user}", "teacher") for user in (SANNE, MEHMET, THIRD)]
    school_of_four = linde_with(*teachers, person(KARIN, "Karin Visser", "care_coordinator"))
    async with running(tmp_path, schools=(school_of_four, BEUK)) as school:
        for user in (SANNE, MEHMET, THIRD):
            await school.report(user, signal())
        await school.sent()
        await school.open_case(KARIN, school.codes(KARIN)[0])
        for left in (1, 0):
            await school.press(KARIN, school.modal(KARIN), "Andere leerling")
            assert buttons_of(school.modal(KARIN)).count("Andere leerling") == left


async def reported(school: Running) -> str:
    await school.report(SANNE, signal())
    await school.sent()
    [code] = school.codes(KARIN)
    return code
