"""What cannot wait, in the browser: an arm in plaster in a watched case, and 112 that was called in step 1."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.story.colleague import Colleague
from tests.story.desk import Desk
from tests.story.test_training import begin

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

SANNE, KARIN, FATIMA = "Sanne de Boer", "Karin Visser", "Fatima el Amrani"
PLASTER = 'Zijn arm zit in het gips. Hij zei: "Papa heeft mij van de trap gegooid."'
WORSE = "Gaat het slechter met deze leerling?"
SIGNAL = {
    "Voornaam": "Tom",
    "Achternaam": "Vos",
    "Soort": ["Signalen van mishandeling of verwaarlozing"],
    "Wat zag of hoorde je?": PLASTER,
    "Hoe weet je dit?": "Zelf gezien of gehoord",
}
CALLED = {
    "Wat is er gebeurd?": "112 is gebeld",
    "Hoe laat?": "00:10",
    "Wie van school deed dit?": KARIN,
    "In welke functie?": "IB-er",
    "Wat is er gezegd en afgesproken?": "De politie komt naar school. Wij blijven bij haar.",
}


@pytest.mark.rule("S4.1")
@pytest.mark.rule("S4.6")
async def test_an_arm_in_plaster_in_a_watched_case(desk: Desk) -> None:
    sanne, karin, fatima = (Colleague(desk, name) for name in (SANNE, KARIN, FATIMA))
    await trains(desk, "Het wordt erger tijdens het volgen", SANNE)
    await sanne_is_asked_whether_it_gets_worse(sanne)
    for colleague in (karin, fatima):
        await colleague.comes()
        told = "Het gaat misschien slechter. Jullie wegen en besluiten vandaag opnieuw."
        await expect(desk.last_message).to_contain_text(told)
        await expect(desk.last_message).not_to_contain_text("gips")
    await karin_must_weigh_today(karin)


async def sanne_is_asked_whether_it_gets_worse(sanne: Colleague) -> None:
    desk = sanne.desk
    await desk.type("/signaal")
    await desk.fill("Signaal", SIGNAL)
    await desk.sees("Over deze leerling heb je al een dossier.", "Er is nog niets opgeslagen.")
    await expect(desk.question("Wat zag of hoorde je?")).to_have_value(PLASTER)
    await expect(desk.question(WORSE).get_by_role("radio", checked=True)).to_have_count(0)
    await desk.picture("gevaar-1-gaat-het-slechter")
    await desk.fill("Signaal", {WORSE: "Ja"})
    await desk.sees_title("Opgeslagen")
    await desk.sees("Wegen", "Dit kan niet wachten: doe het vandaag.", "Geef het door met /signaal.")


async def karin_must_weigh_today(karin: Colleague) -> None:
    desk = karin.desk
    await karin.comes()
    await desk.go_to("Start")
    await expect(desk.page.get_by_text("Dit moet vandaag (1)")).to_be_visible()
    await desk.picture("gevaar-2-dit-moet-vandaag")
    await desk.press("Dossier openen")
    await desk.sees("Stap 4 van 4: Wegen", "Dit kan niet wachten: doe het vandaag.")
    await desk.press("Weging vastleggen")
    await desk.sees("van de trap gegooid")
    weighed = {
        "Wie hebben gewogen?": (SANNE, KARIN),
        "Hoe groot is het risico volgens jullie?": "Er is gevaar.",
        "Is er acuut of structureel gevaar?": "Ja",
        "Is er na het wegen nog een vermoeden?": "Ja, we gaan door naar het besluit",
        "Hebben jullie dit al met de schoolleider besproken?": "Nee, dat doen we nog",
    }
    await desk.fill("Weging", weighed)
    await desk.sees_title("Opgeslagen")


@pytest.mark.rule("G8")
async def test_112_was_called_in_step_1(desk: Desk) -> None:
    karin, fatima = Colleague(desk, KARIN), Colleague(desk, FATIMA)
    await trains(desk, "Er is 112 gebeld", KARIN)
    await karin_records_that_112_was_called(karin)
    await fatima_confirms(fatima)
    await karin_sees_what_was_skipped_and_reports(karin)


async def karin_records_that_112_was_called(karin: Colleague) -> None:
    desk = karin.desk
    await desk.press("Dossier openen")
    await desk.sees("Stap 1 van 4: Signalen vastleggen")
    await desk.press("112/Veilig Thuis gebeld")
    await desk.sees("Voor als het niet kon wachten.")
    await desk.picture("gevaar-3-112-gebeld")
    await desk.fill("112/Veilig Thuis gebeld", CALLED)
    await desk.sees_title("Opgeslagen")
    await desk.sees(FATIMA, "Dit kan niet wachten: doe het vandaag.")


async def fatima_confirms(fatima: Colleague) -> None:
    desk = fatima.desk
    await fatima.comes()
    told = "112 of Veilig Thuis is gebeld. Lees het, en bevestig het vandaag als jij het niet vastlegde."
    await expect(desk.last_message).to_contain_text(told)
    await desk.press("Dossier openen")
    await expect(desk.dialog.locator(".actions .primary[data-click]")).to_have_text("Bevestigen")
    await desk.press("Bevestigen")
    await desk.sees("De politie komt naar school.")
    await desk.fill("Bevestigen", {"Klopt dit, en sta je erachter?": "Ja, zo is het gegaan"})
    await desk.sees_title("Opgeslagen")


async def karin_sees_what_was_skipped_and_reports(karin: Colleague) -> None:
    desk, form = karin.desk, "Melding vastleggen"
    await karin.comes()
    await desk.go_to("Start")
    await desk.press("Dossier openen")
    await desk.sees("Stap 4 van 4: Melden", "Nog te doen uit eerdere stappen", "Overleg vastleggen", "Weging")
    await desk.picture("gevaar-4-nog-te-doen")
    await desk.press("Melding vastleggen")
    named = {"Mogen de ouders weten wie er meldt?": "Ja"}
    await desk.fill(form, {**named, "Wie meldt?": KARIN, "In welke functie?": "IB-er"})
    await desk.sees_title("Opgeslagen")
    await desk.sees("Ouder informeren")
    await desk.press("Dossier openen")
    await desk.sees("Nog te doen uit eerdere stappen", "Gesprek over de melding")


async def trains(desk: Desk, title: str, name: str) -> None:
    """Begin the training with this title; it begins as this person."""
    await desk.sit_down(name)
    await desk.page.get_by_role("link", name="Oefenwerkplek").click()
    await begin(desk, f"Begin met: {title}")
    await expect(desk.page.get_by_text(f"Je bent {name}")).to_be_visible(timeout=30_000)
    desk.who = name


@pytest.mark.rule("G8")
async def test_from_an_alarm_without_a_case_to_a_recorded_report(desk: Desk) -> None:
    karin, fatima = Colleague(desk, KARIN), Colleague(desk, FATIMA)
    await desk.sit_down(SANNE)
    await desk.type("/meldcode acuut")
    await desk.sees_title("Acuut gevaar")
    await desk.put_away()
    await karin_goes_there_and_reports(karin)
    await fatima_reads_the_alarm_in_the_logbook(fatima)


async def karin_goes_there_and_reports(karin: Colleague) -> None:
    desk = karin.desk
    await karin.comes()
    await desk.press("Ik ga erheen")
    await expect(desk.last_message).to_contain_text("Karin Visser gaat erheen")
    await desk.press("112/Veilig Thuis gebeld")
    await expect(desk.question("Groep")).to_have_value("5")
    await desk.picture("gevaar-4-een-formulier")
    pupil = {"Voornaam": "Daan", "Achternaam": "Kuiper"}
    reported = {"Wat is er gebeurd?": "De melding bij Veilig Thuis is gedaan"}
    await desk.fill("112/Veilig Thuis gebeld", pupil | CALLED | reported)
    await desk.sees_title("Opgeslagen")
    await desk.sees(FATIMA, SANNE, "Ouder informeren")
    await desk.put_away()


async def fatima_reads_the_alarm_in_the_logbook(fatima: Colleague) -> None:
    desk = fatima.desk
    await fatima.comes()
    await expect(desk.last_message).not_to_contain_text("Kuiper")
    await desk.press("Dossier openen")
    await desk.sees("Daan Kuiper", "is er alarm geslagen", "Ging er om", "De melding bij Veilig Thuis is gedaan")
