"""In the browser: a new school year, and a case that ends otherwise (G9, G10)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk
from tests.story.test_whose_case import SEEN, SIGNAL

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
SANNE, MEHMET, KARIN, FATIMA = "Sanne de Boer", "Mehmet Yılmaz", "Karin Visser", "Fatima el Amrani"


async def reports(desk: Desk) -> str:
    """Sanne reports about Daan of her group; return the code of the case."""
    await desk.sit_down(SANNE)
    await desk.type("/signaal")
    await desk.fill("Signaal", SIGNAL)
    await desk.sees_title("Opgeslagen")
    found = re.search(r"\d\d-\w{4}", await desk.dialog.inner_text())
    assert found
    await desk.put_away()
    return found.group()


@pytest.mark.rule("G10")
async def test_a_new_school_year_moves_the_cases_up_and_the_former_teacher_adds_to_one(desk: Desk) -> None:
    code = await reports(desk)
    await desk.become(KARIN)
    await desk.go_to("Start")
    await desk.press("Nieuw schooljaar")
    await desk.sees_title("Nieuw schooljaar")
    await desk.sees("Daan Kuiper, groep 5", f"Dossier {code}", f"Nu: groep 5, {SANNE}")
    await expect(desk.question("Nieuwe groep")).to_have_value("6")
    await expect(desk.question("Nieuwe leerkrachten").get_by_label(MEHMET)).to_be_checked()
    await desk.picture("58-nieuw-schooljaar")
    await desk.press("Toepassen")
    await desk.sees("Klaar. Aangepast: 1.")
    await desk.put_away()
    await desk.become(MEHMET)
    await desk.press("Dossier openen")
    await desk.sees("Daan Kuiper, groep 6", SEEN, "Nieuw schooljaar")
    await desk.put_away()
    await desk.become(SANNE)
    await desk.type("/signaal")
    await desk.fill("Signaal", SIGNAL | {"Wat zag of hoorde je?": "Hij zat alleen."})
    await desk.sees_title("Opgeslagen")
    await desk.sees("Opgeslagen en doorgegeven", MEHMET)
    await desk.put_away()
    await desk.become(MEHMET)
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.sees("Hij zat alleen.")


@pytest.mark.rule("G9")
async def test_two_people_end_a_case_of_a_pupil_who_leaves(desk: Desk) -> None:
    code = await reports(desk)
    await desk.become(KARIN)
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.choose_from_menu("Anders sluiten")
    await desk.answer("Hoe eindigt dit dossier?", "De leerling gaat van school of is al weg")
    await desk.answer("Wat is de laatste schooldag van de leerling?", "2027-07-09")
    await desk.answer("Waarom kan het dossier dicht?", "De leerling verhuist.")
    await desk.picture("59-anders-sluiten")
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await desk.become(FATIMA)
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.press("Sluiten bevestigen")
    await desk.sees("De leerling verhuist.")
    await desk.answer("Ben je het eens met het voorstel?", "Ja, het dossier kan dicht")
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.sees("De leerling is van school")
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.sees("Dit dossier is gesloten: De leerling is van school.", "Bewaard tot 09-07-2029")
