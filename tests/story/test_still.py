"""A picture that is made anew is the same picture, so that a document changes only when the program does."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.story.demo import STILL, Demo
from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
SIGNAL = {
    "Voornaam": "Daan",
    "Achternaam": "Kuiper",
    "Wat zag of hoorde je?": "Hij viel in slaap.",
    "Hoe weet je dit?": "Zelf gezien of gehoord",
}


async def test_the_same_story_gives_the_same_picture_each_time(browser: Browser, tmp_path: Path) -> None:
    first, second = [await picture_of_a_case(browser, tmp_path / name) for name in ("first", "second")]
    assert first == second


async def picture_of_a_case(browser: Browser, folder: Path) -> bytes:
    folder.mkdir()
    demo = Demo(folder, STILL)
    context = await browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam", reduced_motion="reduce")
    try:
        demo.wait_until_ready()
        desk = Desk(await context.new_page(), demo.url, folder)
        await desk.sit_down("Sanne de Boer")
        await desk.type("/signaal")
        await desk.fill("Signaal", SIGNAL | {"Soort": ["Signalen van mishandeling of verwaarlozing"]})
        await desk.sees_title("Opgeslagen")
        await desk.close()
        await desk.become("Karin Visser")
        await expect(desk.last_message).to_contain_text("Dossier ")
        await desk.picture("bericht")
    finally:
        await context.close()
        demo.stop()
    return (folder / "bericht.png").read_bytes()
