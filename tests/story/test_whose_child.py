"""Two children of one name, and finding a pupil again, in the browser (G10, G11)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
SANNE, MEHMET, KARIN = "Sanne de Boer", "Mehmet Yılmaz", "Karin Visser"
OTHER_TIM = "Deze Tim had geen eten bij zich."
NAME = "Naam van de leerling, of een deel daarvan"


@pytest.mark.rule("G10")
async def test_two_children_of_one_name_are_kept_apart(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    first = await reports(desk, "Tim", "Jansen", "5", "Tim viel in slaap.")
    await desk.type("/signaal")
    await fill_in(desk, "Tim", "Jansen", "6", OTHER_TIM)
    await desk.sees_title("Dezelfde leerling?")
    await desk.sees("nog niet opgeslagen", "Tim Jansen", f"Groep 5, dossier {first}", "Nee, dit is een andere leerling")
    await desk.picture("44-dezelfde-leerling")
    await desk.picture_on_phone("44-dezelfde-leerling")
    await desk.dialog.get_by_label("Ja: Tim Jansen").check()
    await desk.press("Opslaan")
    assert await code_shown(desk) == first, "she thinks that it is the same Tim"
    await desk.close()
    await karin_moves_it(desk, first)


async def karin_moves_it(desk: Desk, first: str) -> None:
    await desk.become(KARIN)
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {first}")
    await desk.sees(OTHER_TIM)
    await desk.dialog.get_by_role("button", name="Verplaatsen").last.click()
    await desk.sees_title("Signaal verplaatsen")
    await expect(desk.dialog.get_by_label("Groep")).to_have_value("6")
    await desk.dialog.get_by_label("Waarom hoort het niet in dit dossier?").fill("Het ging over een ander kind.")
    await desk.picture("45-verplaatsen")
    await desk.picture_on_phone("45-verplaatsen")
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {first}")
    await desk.sees("Signaal verplaatsen", "Het ging over een ander kind.")
    await expect(desk.dialog).not_to_contain_text(OTHER_TIM)
    await desk.put_away()
    await desk.type("/meldcode")
    await desk.go_to("Start")
    await desk.press("Mijn dossiers, met namen")
    await desk.sees_title("Mijn dossiers")
    await desk.sees("Tim Jansen, groep 5", "Tim Jansen, groep 6", "Wie las dit?")
    await desk.picture("46-mijn-dossiers-met-namen")
    await desk.picture_on_phone("46-mijn-dossiers-met-namen")


@pytest.mark.rule("G11")
async def test_a_pupil_is_found_and_two_spellings_are_brought_together(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    first = await reports(desk, "Daan", "de Vries", "5", "Daan viel in slaap.")
    await desk.become(MEHMET)
    second = await reports(desk, "Xander", "Zwart", "6", "Xander wilde niet naar huis.")
    await desk.become(KARIN)
    await desk.go_to("Start")
    await desk.press("Zoeken")
    await desk.sees_title("Zoeken")
    await desk.dialog.get_by_label(NAME).fill("vries")
    await desk.press("Zoeken")
    await desk.sees("Daan de Vries, groep 5", f"Dossier {first}")
    await expect(desk.dialog).not_to_contain_text("Xander")
    await desk.picture("47-zoeken")
    await desk.picture_on_phone("47-zoeken")
    await karin_sees_all_of_daan(desk, first)
    await karin_joins(desk, first, second)


async def karin_sees_all_of_daan(desk: Desk, first: str) -> None:
    await desk.press("Tijdlijn en inzage")
    await desk.sees_title("Alles van deze leerling")
    await desk.sees(f"Dossier {first}", "Daan viel in slaap.", "Vraagt een ouder om inzage?")
    await desk.picture("48-tijdlijn-en-inzage")
    await desk.picture_on_phone("48-tijdlijn-en-inzage")
    await desk.press("Kopie voor ouders")
    await desk.sees_title("Dossier meegeven")
    await expect(desk.dialog.get_by_label("Voor de ouders: zonder anderen")).to_be_checked()
    await desk.put_away()


async def karin_joins(desk: Desk, first: str, second: str) -> None:
    await desk.go_to("Berichten")
    await desk.type(f"/meldcode dossier {first}")
    await desk.sees_title(f"Dossier {first}")
    await desk.press("Hoort bij een ander dossier")
    await desk.sees_title("Ander dossier")
    await desk.dialog.get_by_label(re.compile("Code van het andere dossier")).fill(second)
    await desk.press("Zoeken")
    await desk.sees("Xander Zwart", second, "Losmaken kan alleen met twee mensen")
    await desk.picture("49-ander-dossier")
    await desk.picture_on_phone("49-ander-dossier")
    await desk.dialog.get_by_label("Xander Zwart").check()
    await desk.dialog.get_by_label("Dezelfde leerling").check()
    await desk.press("Opslaan")
    await desk.sees("Samengevoegd", first)
    await desk.press("Dossier openen")
    await desk.sees("Xander wilde niet naar huis.", "Daan viel in slaap.")


async def reports(desk: Desk, first: str, last: str, group: str, what: str) -> str:
    await desk.type("/signaal")
    await fill_in(desk, first, last, group, what)
    code = await code_shown(desk)
    await desk.close()
    return code


async def fill_in(desk: Desk, first: str, last: str, group: str, what: str) -> None:
    kind = "Uitspraken die de leerling of de ouders doen"
    answers = {"Voornaam": first, "Achternaam": last, "Groep": group, "Soort": kind, "Wat zag of hoorde je?": what}
    await desk.fill("Signaal", {**answers, "Hoe weet je dit?": "Zelf gezien of gehoord"})


async def code_shown(desk: Desk) -> str:
    await desk.sees_title("Opgeslagen")
    found = re.search(r"dossier (\d\d-\w{4})", await desk.dialog.inner_text())
    assert found
    return found[1]
