"""Somebody trains with a prepared case, and begins anew, in the demo as people start it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
KARIN, SANNE = "Karin Visser", "Sanne de Boer"


async def test_a_prepared_case_from_the_page_to_its_next_step_and_anew(desk: Desk) -> None:
    page = desk.page
    await desk.sit_down(SANNE)
    await page.get_by_role("link", name="Oefenwerkplek").click()
    await begin(desk, "Begin met: Een nieuw signaal")
    await expect(page.get_by_text(f"Je bent {KARIN}")).to_be_visible(timeout=20_000)
    desk.who = KARIN
    guide = page.get_by_role("complementary", name="Oefening")
    await expect(guide).to_contain_text("Lees het signaal en pak het op")
    await expect(guide).to_contain_text("Stap 1")
    await desk.picture("30-oefening")
    await desk.picture_on_phone("30-oefening")
    await desk.press("Dossier openen")
    await expect(desk.dialog).to_contain_text("zonder jas")
    await desk.press("Signaal oppakken")
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await expect(guide).to_contain_text("Zoek uit of de ouders van de zorgen weten")
    await expect(guide.get_by_role("listitem")).to_have_text("Lees het signaal en pak het op")
    await page.get_by_role("link", name="Oefenwerkplek").click()
    await begin(desk, "Opnieuw beginnen")
    await expect(page.get_by_text("Wie ben je vandaag?")).to_be_visible()
    await page.get_by_role("link", name=KARIN).click()
    await expect(page.get_by_text("Nog geen berichten")).to_be_visible()
    await expect(guide).to_have_count(0)


async def begin(desk: Desk, label: str) -> None:
    """It asks first; who says no loses nothing."""
    page = desk.page
    for answer in ("Toch niet", "Ja, begin opnieuw"):
        await page.get_by_role("button", name=label).click()
        dialog = page.get_by_role("alertdialog", name="Opnieuw beginnen?")
        await expect(dialog).to_contain_text("verdwijnt")
        if answer == "Toch niet":
            await dialog.get_by_role("button", name=answer).click()
            await expect(dialog).to_be_hidden()
            continue
        async with page.expect_navigation(timeout=20_000):  # the page before it has the same parts
            await dialog.get_by_role("button", name=answer).click()
