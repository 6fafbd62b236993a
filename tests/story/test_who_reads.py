"""Who may read and who did read, in the browser."""

from __future__ import annotations

import pytest

from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
SANNE, KARIN, FATIMA = "Sanne de Boer", "Karin Visser", "Fatima el Amrani"


async def test_the_iber_sees_who_read_and_the_leader_gives_a_role(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    await desk.type("/signaal Hij viel twee keer in slaap.")
    await desk.fill(
        "Signaal",
        {
            "Voornaam": "Daan",
            "Achternaam": "Kuiper",
            "Soort": ["Uitspraken die de leerling of de ouders doen"],
            "Hoe weet je dit?": "Zelf gezien of gehoord",
        },
    )
    await desk.sees_title("Opgeslagen")
    await desk.close()
    await desk.become(KARIN)
    await desk.press("Dossier openen")
    await desk.choose_from_menu("Wie las dit?")
    await desk.sees_title("Wie las dit?")
    await desk.sees(KARIN)
    await desk.picture("41-wie-las-dit")
    await desk.picture_on_phone("41-wie-las-dit")
    await desk.put_away()
    await desk.become(FATIMA)
    await desk.type("/meldcode rollen")
    await desk.sees_title("Rollen")
    await desk.sees(KARIN)
    await desk.picture("42-rollen")
    await desk.picture_on_phone("42-rollen")
    await desk.press("Rollen wijzigen")
    await desk.dialog.get_by_label("Kies een collega").select_option("U0NOOR")
    await desk.dialog.get_by_label("leerkracht").first.check()
    await desk.sees("wie IB\N{NON-BREAKING HYPHEN}er/zorgcoördinator, vertrouwenspersoon of schoolleider wordt")
    await desk.picture("43-rollen-formulier")
    await desk.picture_on_phone("43-rollen-formulier")
    await desk.press("Opslaan")
    await desk.sees_title("Rollen")
    await desk.sees("Noor Bakker")
