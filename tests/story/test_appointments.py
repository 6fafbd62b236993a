"""An appointment that is missed, chased, moved and done, seen in the browser by moving the clock (S3.6)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk
from tests.story.test_danger import trains
from tests.story.test_time_travel import FATIMA, KARIN, MEHMET, REMINDER, SANNE, SCHOOL_DAY, move, opens, reports

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
    pytest.mark.usefixtures("in_april"),
    pytest.mark.rule("S3.6"),
]

WHAT, DAY, OWNER, OTHER = (
    "Afspraak {n}: wat spreken jullie af?",
    "Afspraak {n}: op welke dag?",
    "Afspraak {n}: wie van school let erop?",
    "Afspraak {n}: wie doet het, als het een ander is?",
)
CALL, DOCTOR = "Bellen met de ouders", "Naar de huisarts"


async def test_an_appointment_is_missed_chased_moved_and_done(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    code = await reports(desk, "Daan")
    await desk.become(KARIN)
    await two_appointments_are_made_and_what_was_typed_stays(desk, code)
    await move(desk, SCHOOL_DAY, "dinsdag 13 april 2027, 08:30")
    await move(desk, SCHOOL_DAY, "woensdag 14 april 2027, 08:30")
    await desk.become(SANNE)
    await expect(desk.last_message).to_contain_text(f"Dossier {code}: jij let op een afspraak")
    await expect(desk.last_message).to_contain_text("De afspraak is vandaag.")
    await expect(desk.last_message).not_to_contain_text(CALL)
    await it_is_missed_and_chased(desk, code)
    await sanne_moves_it(desk, code)
    await sanne_did_it(desk, code)
    await karin_drops_the_other_one(desk, code)


async def two_appointments_are_made_and_what_was_typed_stays(desk: Desk, code: str) -> None:
    await opens(desk, code)
    await desk.sees("Er zijn geen open afspraken.")
    await desk.press("Afspraak maken")
    await desk.sees_title("Afspraak")
    await answer(desk, {WHAT: CALL, DAY: "2027-04-14", OWNER: MEHMET}, 1)
    await desk.press("Nog een afspraak")
    await expect(desk.question(WHAT.format(n=2))).to_be_visible()
    await expect(desk.question(WHAT.format(n=1))).to_have_value(CALL)
    await desk.press("Opslaan")
    await desk.is_refused_at(OWNER.format(n=1), "Deze collega kan dit dossier niet lezen.")
    await answer(desk, {OWNER: SANNE}, 1)
    await answer(desk, {WHAT: DOCTOR, DAY: "2027-04-29", OWNER: KARIN, OTHER: "de ouders"}, 2)
    await desk.picture("50-twee-afspraken")
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.press("Dossier openen")
    await desk.sees(CALL, "Sanne de Boer, woensdag 14 april", DOCTOR, "de ouders (Karin Visser let erop)")
    await desk.put_away()


async def answer(desk: Desk, said: dict[str, str], number: int) -> None:
    for label, words in said.items():
        await desk.answer(label.format(n=number), words)


async def it_is_missed_and_chased(desk: Desk, code: str) -> None:
    await move(desk, SCHOOL_DAY, "donderdag 15 april 2027, 08:30")
    await expect(desk.last_message).to_contain_text("De afspraak was woensdag 14 april: 1 schooldag te laat.")
    await move(desk, SCHOOL_DAY, "vrijdag 16 april 2027, 08:30")
    await move(desk, SCHOOL_DAY, "maandag 19 april 2027, 08:30")
    await desk.go_to("Start")
    home = desk.page.get_by_role("main")
    await expect(home).to_contain_text("Afspraken die te laat zijn: 1")
    await expect(home).to_contain_text("3 schooldagen te laat. De afspraak was woensdag 14 april.")
    await expect(home).not_to_contain_text(CALL)
    await desk.picture("51-te-laat-op-home")
    await desk.become(KARIN)
    await expect(desk.last_message).to_contain_text("3 schooldagen te laat")
    await move(desk, SCHOOL_DAY, "dinsdag 20 april 2027, 08:30")
    await move(desk, SCHOOL_DAY, "woensdag 21 april 2027, 08:30")
    await desk.become(FATIMA)
    await expect(desk.last_message).to_contain_text("5 schooldagen te laat")
    await expect(desk.last_message).to_contain_text(code)


async def sanne_moves_it(desk: Desk, code: str) -> None:
    await desk.become(SANNE)
    await desk.go_to("Berichten")
    await desk.press("Verzetten")
    await desk.sees(CALL)
    moved = {"Op welke dag wordt het nu?": "2027-04-22", "Waarom?": "De ouders konden niet."}
    await desk.fill("Afspraak verzetten", moved)
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await opens(desk, code)
    await desk.sees("Sanne de Boer, donderdag 22 april", "Afspraak verzetten", "De ouders konden niet.")
    await desk.picture("52-afspraken-in-het-dossier")
    await desk.put_away()


async def sanne_did_it(desk: Desk, code: str) -> None:
    await move(desk, REMINDER, "donderdag 22 april 2027, 08:30")
    await expect(desk.last_message).to_contain_text("De afspraak is vandaag.")
    await desk.press("Gedaan")
    await desk.fill("Afspraak gedaan", {"Hoe ging het?": "Goed gesprek."})
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await expect(desk.last_message).to_contain_text("gedaan door Sanne de Boer")
    await desk.go_to("Start")
    await expect(desk.page.get_by_role("main")).not_to_contain_text("te laat")
    await desk.go_to("Berichten")
    await opens(desk, code)
    await expect(desk.dialog.get_by_role("button", name="Vervalt")).to_have_count(0)
    await desk.put_away()


async def karin_drops_the_other_one(desk: Desk, code: str) -> None:
    await desk.become(KARIN)
    await opens(desk, code)
    await desk.press("Vervalt")
    await desk.sees(DOCTOR)
    await desk.fill("Afspraak vervalt", {"Waarom vervalt de afspraak?": "Niet meer nodig."})
    await desk.sees_title("Opgeslagen")
    await desk.press("Dossier openen")
    await desk.sees("Er zijn geen open afspraken.", "Niet meer nodig.")


async def test_an_appointment_does_not_outlive_its_case(desk: Desk) -> None:
    await trains(desk, "Het wordt erger tijdens het volgen", SANNE)
    await desk.become(KARIN)
    found = re.search(r"Dossier (\d\d-\w{4})", await desk.page.get_by_role("log").inner_text())
    assert found
    await opens(desk, found[1])
    await desk.press("Afspraak maken")
    await answer(desk, {WHAT: CALL, DAY: "2027-04-20", OWNER: KARIN}, 1)
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await opens(desk, found[1])
    await desk.press("Stoppen met volgen")
    why = "Waarom kan het volgen stoppen?"
    await desk.fill("Stoppen met volgen", {"Wie besluiten dit?": (KARIN, FATIMA), why: "Het gaat goed."})
    still_open = f"Deze afspraak is nog open: {CALL} (20-04-2027). Hoe is het afgelopen?"
    await desk.is_refused_at(still_open, "Zolang deze afspraak open is, kan het dossier niet dicht.")
    await expect(desk.question(why)).to_have_value("Het gaat goed.")
    line = f"Schrijf erbij hoe het ging, of waarom het vervalt: {CALL}"
    await desk.fill("Stoppen met volgen", {still_open: "Gedaan", line: "Ze zijn gebeld."})
    await desk.sees_title("Opgeslagen")
    await desk.press("Dossier openen")
    await desk.sees("Dit dossier is gesloten", "Afspraak gedaan", "Ze zijn gebeld.")
