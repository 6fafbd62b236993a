"""Whoever sees little or uses no mouse can use the practice workspace: axe-core finds nothing on any of its pages."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.story.desk import DESKTOP, PHONE, Desk
from tests.story.test_training import begin

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
SANNE, KARIN = "Sanne de Boer", "Karin Visser"
SIGNAL = {
    "Voornaam": "Daan",
    "Achternaam": "Kuiper",
    "Wat zag of hoorde je?": "Hij viel in slaap.",
    "Hoe weet je dit?": "Zelf gezien of gehoord",
}


async def test_no_page_keeps_anybody_out(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    await desk.page.get_by_role("link", name="Oefenwerkplek").click()
    await keeps_nobody_out(desk, "who are you")
    await desk.sit_down(SANNE)
    await desk.type("/signaal")
    await desk.sees_title("Signaal")
    await keeps_nobody_out(desk, "form")
    await desk.press("Opslaan")
    await expect(desk.dialog.locator("[aria-invalid=true]").first).to_be_visible()
    await keeps_nobody_out(desk, "form with errors")
    await desk.fill("Signaal", SIGNAL | {"Soort": ["Signalen van mishandeling of verwaarlozing"]})
    await desk.sees_title("Opgeslagen")
    await desk.close()
    await a_reader_is_kept_out_of_nothing(desk)
    for tab in ("Start", "Verkeer", "Storingen"):
        await desk.go_to(tab)
        await keeps_nobody_out(desk, tab)


async def a_reader_is_kept_out_of_nothing(desk: Desk) -> None:
    await desk.become(KARIN)
    await expect(desk.last_message).to_contain_text("Dossier ")
    await keeps_nobody_out(desk, "messages")
    await desk.press("Dossier openen")
    await desk.sees("Daan Kuiper")
    await keeps_nobody_out(desk, "case")
    await desk.dialog.get_by_role("button", name="Meer keuzes").last.click()
    await expect(desk.dialog.get_by_role("button", name="Overdragen")).to_be_visible()
    sticks_out = await desk.dialog.locator(".body").evaluate("body => body.scrollWidth - body.clientWidth")
    assert sticks_out == 0, "the list shifts what stands beside it"
    await desk.page.keyboard.press("Escape")
    await desk.put_away()


async def test_a_case_to_train_on_keeps_nobody_out_of_its_guide(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    await desk.page.get_by_role("link", name="Oefenwerkplek").click()
    await begin(desk, "Begin met: Een nieuw signaal")
    await expect(desk.page.get_by_role("complementary", name="Oefening")).to_be_visible()
    await expect(desk.page.locator("main")).to_be_attached()  # the page came whole
    await keeps_nobody_out(desk, "guide")


async def keeps_nobody_out(desk: Desk, page: str) -> None:
    """Neither at a desk nor on a phone."""
    for size in (PHONE, DESKTOP):
        await desk.page.set_viewport_size(size)
        found = await Axe().run(desk.page)
        assert not found.violations_count, f"{page}, {size['width']} wide:\n{found.generate_report()}"
