"""Nothing typed is lost, in the browser: Escape, a reload, a restart, and throwing away (promise 10)."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.story.demo import Demo
from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240), pytest.mark.rule("G13")]
SANNE, KARIN = "Sanne de Boer", "Karin Visser"
WHAT, HALF = "Wat zag of hoorde je?", "Tim zei dat hij niet naar huis"


async def test_what_is_typed_comes_back_and_can_be_thrown_away(desk: Desk, demo: Demo) -> None:
    await desk.sit_down(SANNE)
    await desk.type("/signaal")
    await types_half(desk)
    await the_page_is_reloaded(desk)
    await the_program_is_started_again(desk, demo)
    await desk.page.keyboard.press("Escape")
    await expect(desk.dialog).to_have_count(0)
    await the_next_form_offers_it(desk)
    await desk.become(KARIN)
    await desk.go_to("Start")
    await expect(desk.page.get_by_role("main")).to_contain_text("Karin Visser")
    await expect(desk.page.get_by_role("button", name="Ik was bezig")).to_have_count(0)
    await desk.become(SANNE)
    await the_home_tab_throws_it_away(desk)


async def types_half(desk: Desk) -> None:
    await desk.sees_title("Signaal")
    await desk.question("Voornaam").fill("Tim")
    await desk.question(WHAT).press_sequentially(HALF, delay=5)
    await desk.question("Hoe weet je dit?").get_by_label("Zelf gezien of gehoord").check()


async def the_page_is_reloaded(desk: Desk) -> None:
    await desk.page.evaluate("import('/static/elements.js').then(({ heard }) => heard())")  # nobody is that quick
    await desk.page.reload()
    await is_still_there(desk)


async def the_program_is_started_again(desk: Desk, demo: Demo) -> None:
    await asyncio.to_thread(demo.restart)
    await desk.page.reload()
    await is_still_there(desk)


async def the_next_form_offers_it(desk: Desk) -> None:
    await desk.type("/signaal")
    await desk.sees_title("Signaal")
    await expect(desk.question(WHAT)).to_have_value("")
    await desk.sees("Je was hier eerder mee bezig.")
    await desk.picture("47-ik-was-bezig")
    await desk.press("Ik was bezig")
    await desk.sees_title("Ik was bezig")
    await desk.sees("Alleen jij ziet het.", "Signaal")
    await desk.picture("48-verder-of-weggooien")
    await desk.picture_on_phone("48-verder-of-weggooien")
    await desk.press("Verder")
    await is_still_there(desk)
    await desk.press("Annuleren")
    await expect(desk.dialog).to_have_count(0)


async def the_home_tab_throws_it_away(desk: Desk) -> None:
    await desk.go_to("Start")
    await desk.press("Ik was bezig")
    await desk.sees_title("Ik was bezig")
    await desk.dialog.get_by_role("button", name="Weggooien").click()
    await desk.page.get_by_role("alertdialog").get_by_role("button", name="Weggooien").click()
    await desk.sees("Er is niets meer")
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("button", name="Ik was bezig")).to_have_count(0)


async def is_still_there(desk: Desk) -> None:
    await desk.sees_title("Signaal")
    await expect(desk.question("Voornaam")).to_have_value("Tim")
    await expect(desk.question(WHAT)).to_have_value(HALF)
    await expect(desk.question("Hoe weet je dit?").get_by_label("Zelf gezien of gehoord")).to_be_checked()
