"""A picture that is made anew is the same picture, so that a document changes only when the program does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.story.demo import STILL, Demo
from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
SIGNAL = {
    "Achternaam": "Kuiper",
    "Wat zag of hoorde je?": "Hij viel in slaap.",
    "Hoe weet je dit?": "Zelf gezien of gehoord",
}
MANY = ("Anouk", "Bram", "Carmen", "Daan", "Esmee", "Floris")
"""More messages at once than Slack takes in a conversation."""


async def test_the_same_story_gives_the_same_picture_each_time(browser: Browser, tmp_path: Path) -> None:
    first, second = [await picture_of_a_case(browser, tmp_path / name) for name in ("first", "second")]
    assert first == second


async def test_messages_do_not_wait_by_the_slow_clock(browser: Browser, tmp_path: Path) -> None:
    async with still_desk(browser, tmp_path) as desk:
        for name in MANY:
            await signal_about(desk, name)
        await desk.become("Karin Visser")
        await expect(desk.page.get_by_role("article")).to_have_count(len(MANY))


async def picture_of_a_case(browser: Browser, folder: Path) -> bytes:
    folder.mkdir()
    async with still_desk(browser, folder) as desk:
        await signal_about(desk, "Daan")
        await desk.become("Karin Visser")
        await expect(desk.last_message).to_contain_text("Dossier ")
        await desk.picture("bericht")
    return (folder / "bericht.png").read_bytes()


@asynccontextmanager
async def still_desk(browser: Browser, folder: Path) -> AsyncIterator[Desk]:
    """A desk at which Sanne sits, in the demo as it is for pictures."""
    demo = Demo(folder, STILL)
    context = await browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam", reduced_motion="reduce")
    try:
        demo.wait_until_ready()
        desk = Desk(await context.new_page(), demo.url, folder)
        await desk.sit_down("Sanne de Boer")
        yield desk
    finally:
        await context.close()
        demo.stop()


async def signal_about(desk: Desk, name: str) -> None:
    await desk.type("/signaal")
    await desk.fill("Signaal", {"Voornaam": name, "Soort": ["Signalen van mishandeling of verwaarlozing"], **SIGNAL})
    await desk.sees_title("Opgeslagen")
    await desk.close()
