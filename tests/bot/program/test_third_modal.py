"""A button in a third modal: Slack stacks no fourth, so what it asks for takes the place of the third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from handlers.views import actions
from practice.model import View
from tests.bot.cases.closing import opened_case, record
from tests.on_screen import button, words_of
from tests.running import FATIMA, KARIN, SANNE, Running, running

HISTORY, OPEN = "Tijdlijn en inzage", "Dossier openen"
PREPARE = "Gesprek met de ouders: voorbereiden"


async def ready_for_talks(school: Running) -> str:
    """Return the code of a case of which a talk can be prepared."""
    code = await opened_case(school)
    await record(school, KARIN, "taken_up", code)
    present: Any = {"consulted_on": "2026-11-24", "present": (SANNE, KARIN), "consulted": "swv"}
    await record(school, KARIN, "consultation", code, **present, parents_informed="yes", advice="Praat.")
    able: Any = {"pupil_able": "cannot", "why_pupil": "Te jong.", "safety_by": (SANNE, KARIN)}
    await record(school, KARIN, "safety", code, danger_by_talk="no", why="Rustig thuis.", **able)
    return code


async def found(school: Running) -> View:
    """The pupil's case among what Karin searches for, in a first modal."""
    await school.press(KARIN, await school.open_home(KARIN), "Zoeken")
    await school.actor(KARIN).fill(school.modal(KARIN), **{"Naam van de leerling, of een deel daarvan": "Bakker"})
    return school.modal(KARIN)


async def case_in_third(school: Running) -> View:
    """Karin searches, sees the pupil's history, and opens the case in it."""
    await school.press(KARIN, await found(school), HISTORY)
    await school.press(KARIN, school.modal(KARIN), OPEN)
    return third(school, KARIN)


async def clicked_twice(school: Running, user: str, shown: View, label: str) -> View:
    """Two clicks on a button of a first modal, which both open what it asks for; return the third."""
    pressed = button(shown, label)
    for _ in range(2):
        await school.send(school.click(user, shown, pressed["action_id"], pressed["value"]))
    return third(school, user)


def third(school: Running, user: str) -> View:
    """The modal on top of two others."""
    modals = school.workspace.modals_of(user)
    assert len(modals) == 3
    return modals[-1]


@pytest.mark.parametrize(
    ("label", "shows"),
    [
        ("Notitie", "Wat wil je vastleggen?"),
        ("Verbeteren", "Je verbetering komt als nieuwe regel"),
        (PREPARE, "Wie voert dit gesprek?"),
        ("Wie las dit?", "Wie las dossier"),
        ("Hoort bij een ander dossier", "Code van het andere dossier"),
        ("Acuut gevaar", "Nu gewaarschuwd"),
    ],
)
async def test_a_case_in_a_third_modal(tmp_path: Path, label: str, shows: str) -> None:
    async with running(tmp_path) as school:
        await ready_for_talks(school)
        await school.press(KARIN, await case_in_third(school), label)
        assert shows in words_of(third(school, KARIN))


@pytest.mark.parametrize(("label", "shows"), [(OPEN, "Stap 1 van 4"), ("Kopie voor ouders", "Welk dossier?")])
async def test_a_history_in_a_third_modal(tmp_path: Path, label: str, shows: str) -> None:
    async with running(tmp_path) as school:
        await opened_case(school)
        history = await clicked_twice(school, KARIN, await found(school), HISTORY)
        await school.press(KARIN, history, label)
        assert shows in words_of(third(school, KARIN))


@pytest.mark.parametrize(
    ("action", "shows"),
    [
        (actions.HISTORY, "Dit zijn de dossiers met deze naam"),
        (actions.GIVE_ROLE, "Van wie wil je de rollen wijzigen?"),
        (actions.RECORD_ALARM, "Leg vast dat er met 112 of Veilig Thuis is gebeld"),
        (actions.ALARM, "Fatima el Amrani* sloeg alarm"),
    ],
)
async def test_a_button_that_no_screen_has_there_yet(tmp_path: Path, action: str, shows: str) -> None:
    async with running(tmp_path) as school:
        code = await ready_for_talks(school)
        case = await case_in_third(school)
        await school.actor(FATIMA).command("/meldcode", "acuut")
        alarm = button(school.modal(FATIMA), "Vals alarm")["value"]
        values = {actions.HISTORY: code, actions.GIVE_ROLE: "{}", actions.RECORD_ALARM: alarm, actions.ALARM: alarm}
        await school.send(school.click(KARIN, case, action, values[action]))
        assert shows in words_of(third(school, KARIN))


@pytest.mark.rule("G12")
async def test_a_draft_in_a_third_modal_that_is_refused(tmp_path: Path) -> None:
    """Karin clicked "Notitie" twice, and is excluded while she reads over what she wrote."""
    async with running(tmp_path) as school:
        code = await opened_case(school)
        form = await clicked_twice(school, KARIN, await school.open_case(KARIN, code), "Notitie")
        await school.actor(KARIN).fill(form, **{"Wat wil je vastleggen?": "Sem is misschien geslagen."})
        assert third(school, KARIN).payload["callback_id"] == actions.REVIEW
        await record(school, SANNE, "excluded", code, exclusion="out", excluded_person=KARIN, why_excluded="Familie.")
        assert (await school.actor(KARIN).submit(third(school, KARIN), {})).ok
        assert "Dit dossier is er niet" in words_of(third(school, KARIN))


@pytest.mark.parametrize("label", ["Notitie", PREPARE, "Wie las dit?", "Hoort bij een ander dossier"])
async def test_a_second_modal_stays_below_what_is_pressed_in_it(tmp_path: Path, label: str) -> None:
    async with running(tmp_path) as school:
        code = await ready_for_talks(school)
        await school.press(KARIN, await found(school), OPEN)
        await school.press(KARIN, school.modal(KARIN), label)
        await school.actor(KARIN).close(third(school, KARIN))
        assert school.modal(KARIN).payload["title"]["text"] == f"Dossier {code}"
