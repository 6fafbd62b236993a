"""Who is responsible for a case, on which days people work, and who stands in for whom, in the browser (G2, G5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.story.demo import now
from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]
SANNE, KARIN, JORIS, MEHMET = "Sanne de Boer", "Karin Visser", "Joris Hendriks", "Mehmet Yılmaz"


@pytest.mark.rule("G5")
async def test_a_case_is_taken_over_days_are_chosen_and_a_deputy_is_stopped(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    await desk.type("/signaal")
    typed = {"Voornaam": "Daan", "Achternaam": "Kuiper", "Wat zag of hoorde je?": "Hij viel twee keer in slaap."}
    kind = {"Soort": "Uitspraken die de leerling of de ouders doen", "Hoe weet je dit?": "Zelf gezien of gehoord"}
    await desk.fill("Signaal", typed | kind)
    await desk.sees_title("Opgeslagen")
    await desk.close()

    await desk.become(KARIN)
    await desk.press("Dossier openen")
    await desk.sees("Verantwoordelijk: nog niemand.")
    await desk.press("Signaal oppakken")
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await desk.become(JORIS)
    await desk.press("Dossier openen")
    await desk.sees("Verantwoordelijk: Karin Visser.")
    await desk.choose_from_menu("Dossier overnemen")
    await desk.sees_title("Dossier overnemen")
    await desk.press("Opslaan")
    await desk.sees("Er is bericht gestuurd naar: Karin Visser")
    await desk.put_away()
    await desk.become(KARIN)
    await expect(desk.last_message).to_contain_text("Joris Hendriks heeft het van je overgenomen")
    await desk.press("Dossier openen")
    await desk.sees("Verantwoordelijk: Joris Hendriks.")
    await desk.put_away()

    await desk.go_to("Start")
    await desk.press("Mijn werkdagen")
    await desk.sees_title("Mijn werkdagen")
    await desk.fill("Mijn werkdagen", {"Op welke dagen werk je op De Linde?": ["maandag", "dinsdag"]})
    await desk.sees("Je werkt op maandag en dinsdag.")
    await desk.close()
    await expect(desk.dialog).to_have_count(0)
    await desk.press("Vervanging regelen")
    today = now().date()
    days = {"Eerste dag": str(today), "Laatste dag": str(today + timedelta(days=3))}
    await desk.fill("Vervanging regelen", {"Wie vervangt?": MEHMET, **days})
    await desk.sees("Mehmet Yılmaz vervangt Karin Visser")
    await desk.close()
    await desk.press("Wijzigen")
    await desk.sees("Mehmet Yılmaz vervangt Karin Visser")
    await desk.press("Vervanging stoppen")
    await desk.press("Ja, stoppen")
    await desk.sees("Mehmet Yılmaz vervangt Karin Visser niet meer.")
