"""How many clicks and forms a teacher, an IB-er and a school leader need, counted in the browser.

A click is a press of a button: opening something, or saving a form. Choosing an answer and typing are no clicks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk, Filled

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

SANNE, KARIN, FATIMA = "Sanne de Boer", "Karin Visser", "Fatima el Amrani"
WHAT = "Wat zag of hoorde je?"
MOST_CLICKS, MOST_FORMS = 25, 9
PARENTS: Filled = {
    "Is het vermoeden door het gesprek weggenomen?": "Nee, het vermoeden blijft",
    "Welke ouder of verzorger was erbij?": ("Een ouder met gezag",),
    "Was er een tolk bij?": "Nee",
    "Welke punten kwamen aan bod?": ("Het doel van het gesprek", "De signalen uit het logboek"),
    "Kwam iets niet aan bod? Waarom niet?": "De ouders gingen weg.",
    "Wat is er gezegd?": "Ze waren boos.",
}


@dataclass
class Clicks:
    """Presses buttons and saves forms at a desk, and counts both."""

    desk: Desk
    clicks: int = 0
    forms: list[str] = field(default_factory=list)

    async def press(self, label: str) -> None:
        self.clicks += 1
        await self.desk.press(label)

    async def fill(self, title: str, answers: Filled) -> None:
        self.clicks += 1
        self.forms.append(title)
        await self.desk.fill(title, answers)
        await self.desk.sees_title("Opgeslagen")


@pytest.mark.rule("S1.2")
async def test_a_case_up_to_a_report(desk: Desk) -> None:
    count = Clicks(desk)
    code = await a_signal(count)
    assert count.clicks <= 2
    before = count.clicks
    await a_note_from_the_case(count)
    assert count.clicks - before == 2, "a note is two clicks from the open case"
    count.clicks, count.forms = before, count.forms[:1]
    await karin_goes_as_far_as_she_can(count, code)
    await fatima_confirms_and_reports(count, code)
    assert count.clicks <= MOST_CLICKS, count
    assert len(count.forms) <= MOST_FORMS, count


@pytest.mark.rule("S3.4")
@pytest.mark.rule("S3.6")
async def test_the_parents_talk_is_prepared_on_a_page_that_can_be_printed(desk: Desk) -> None:
    count = Clicks(desk)
    code = await a_signal(count)
    await karin_goes_as_far_as_she_can(count, code, until="Gesprek met de leerling")
    await desk.press("Dossier openen")
    await desk.press("Gesprek met de ouders: voorbereiden")
    await desk.sees_title("Gesprek voorbereiden")
    await desk.sees("1. Het doel van het gesprek", "De leerkracht is hier niet bij", "niet wat jullie vermoeden")
    assert "Daan" not in await desk.dialog.inner_text()
    await desk.picture("51-gesprek-voorbereiden")
    await desk.press("Printen (PDF)")
    await desk.sees("Het blad staat als PDF in je berichten.")
    await desk.put_away()
    await expect(desk.page.get_by_text(f"gesprek-{code}.pdf").first).to_be_visible()
    await desk.picture("52-blad-in-de-berichten")
    before = count.clicks
    await count.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await count.press("Gesprek met de ouders")
    await count.fill("Gesprek met de ouders", PARENTS)
    assert count.clicks - before == 3, "the parents' talk is three clicks from a message"


async def a_signal(count: Clicks) -> str:
    desk = count.desk
    await desk.sit_down(SANNE)
    await desk.go_to("Start")
    await count.press("Signaal doorgeven")
    signal: Filled = {
        "Voornaam": "Daan",
        "Achternaam": "Kuiper",
        "Soort": ["Signalen van mishandeling of verwaarlozing", "Iets anders"],
        WHAT: "Hij viel in slaap tijdens het rekenen.",
        "Hoe laat?": "00:00",
        "Hoe weet je dit?": "Zelf gezien of gehoord",
    }
    await count.fill("Signaal", signal)
    await desk.press("Dossier openen")
    await expect(desk.page.get_by_role("dialog", name=re.compile("^Dossier "))).to_be_visible()
    title = await desk.dialog.get_by_role("heading", level=2).first.inner_text()
    await desk.sees("om 00:00 uur", "Iets anders")
    return title.removeprefix("Dossier ")


async def a_note_from_the_case(count: Clicks) -> None:
    await count.press("Notitie")
    assert await count.desk.dialog.get_by_label("Voornaam").count() == 0, "no name is typed again"
    await count.fill("Notitie", {"Wat wil je vastleggen?": "Moeder belde: hij is ziek."})
    await count.desk.press("Dossier openen")
    await count.desk.sees("Moeder belde: hij is ziek.")
    await count.desk.picture("50-notitie")


async def karin_goes_as_far_as_she_can(count: Clicks, code: str, until: str = "") -> None:
    """One form after another, by the button below what was just saved; `until` is the first that she does not open."""
    desk = count.desk
    await desk.put_away()
    await desk.become(KARIN)
    await desk.go_to("Berichten")
    await count.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await count.press("Signaal oppakken")
    await desk.sees_title("Opgeslagen")
    await count.press("Overleg vastleggen")
    consulted: Filled = {
        "Weten de ouders van de zorgen?": "Ja",
        "Wie van school waren erbij?": (SANNE, KARIN),
        "Met wie was het overleg?": "De medewerker van het ZAT",
        "Wat was het advies?": "Praten.",
    }
    await count.fill("Overleg vastleggen", consulted)
    await count.press("Gevaar door een gesprek?")
    able = "Kan de leerling dit gesprek aan, en met wie?"
    await expect(desk.question(able)).to_have_count(0)
    safe: Filled = {
        "Waarom denken jullie dat?": "De ouders zijn rustig.",
        "Kan een gesprek gevaar opleveren voor de leerling?": "Nee, een gesprek kan",
        able: "Ja, met de leerkracht",
        "Wie hebben dit ingeschat?": (SANNE, KARIN),
    }
    await desk.picture("53-gevaar-door-een-gesprek")
    await count.fill("Gevaar door een gesprek?", safe)
    if until == "Gesprek met de leerling":
        return
    await count.press("Gesprek met de leerling")
    talked: Filled = {
        "Begon de leerling er zelf duidelijk over?": "Nee",
        "Vertelde de leerling zelf dat het thuis niet veilig is?": "Nee",
        "Wat is er gezegd?": "Hij slaapt slecht.",
    }
    await count.fill("Gesprek met de leerling", talked)
    await count.press("Gesprek met de ouders")
    await count.fill("Gesprek met de ouders", PARENTS)
    await count.press("Weging vastleggen")
    weighed: Filled = {
        "Hoe groot is het risico volgens jullie?": "Groot.",
        "Is er acuut of structureel gevaar?": "Nee",
        "Is er na het wegen nog een vermoeden?": "Ja, we gaan door naar het besluit",
        "Hebben jullie dit al met de schoolleider besproken?": "Ja",
        "Wie hebben gewogen?": (SANNE, KARIN, FATIMA),
    }
    await count.fill("Weging", weighed)
    await count.press("Besluit voorstellen")
    await expect(desk.question("Laten de ouders hulpverlening toe?")).to_have_count(0)
    proposed: Filled = {
        "Wat stel je voor?": "Melden bij Veilig Thuis",
        "Is er sinds de weging iets veranderd aan het gevaar?": "Nee, het is zoals bij de weging",
        "Waarom?": "Het gaat niet beter.",
    }
    await count.fill("Besluit voorstellen", proposed)


async def fatima_confirms_and_reports(count: Clicks, code: str) -> None:
    desk = count.desk
    await desk.put_away()
    await desk.become(FATIMA)
    await count.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await count.press("Besluit bevestigen")
    await desk.sees("Het gaat niet beter.", "Groot.")
    await desk.picture("54-besluit-bevestigen")
    await count.fill("Besluit bevestigen", {"Ben je het eens met het voorstel?": "Ja, dit is ons besluit"})
    await count.press("Melding vastleggen")
    reported: Filled = {
        "Mogen de ouders weten wie er meldt?": "Ja",
        "Wie meldt?": FATIMA,
        "In welke functie?": "schoolleider",
    }
    await count.fill("Melding vastleggen", reported)
