"""Faults and traffic, as people use them in the browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.practice_pages.conftest import Practice
from tests.practice_pages.sample import SANNE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(30)]


async def test_a_fault_is_shown_on_every_page_until_it_is_turned_off(practice: Practice, page: Page) -> None:
    await page.goto(f"{practice.url}/als/{SANNE}/storingen")
    switch = page.get_by_role("switch", name="Slack is traag")
    await expect(switch).not_to_be_checked()
    await switch.press("Enter")
    await expect(switch).to_be_checked()
    await expect(switch).to_be_focused()
    assert practice.workspace.faults.slow_seconds == 2
    for path in ("/", f"/als/{SANNE}"):
        await page.goto(practice.url + path)
        await expect(page.get_by_text("Let op, storing aan. Slack antwoordt traag.")).to_be_visible()
    await page.get_by_role("button", name="Zet alles uit").click()
    await expect(page.get_by_text("Let op, storing aan.")).to_have_count(0)
    assert practice.workspace.faults.slow_seconds == 0


async def test_somebody_leaves_and_comes_back(practice: Practice, page: Page) -> None:
    await page.goto(f"{practice.url}/als/{SANNE}/storingen")
    await page.get_by_role("button", name="Sanne de Boer: account sluiten").click()
    await expect(page.get_by_text("Heeft de werkplek verlaten.")).to_have_count(1)
    assert not practice.workspace.people[SANNE].is_active
    beside = page.get_by_role("navigation", name="Mensen").get_by_role("link", name="Sanne de Boer")
    await expect(beside).to_contain_text("heeft de werkplek verlaten")
    await page.get_by_role("button", name="Sanne de Boer: account weer openen").click()
    await expect(page.get_by_text("Heeft de werkplek verlaten.")).to_have_count(0)
    assert practice.workspace.people[SANNE].is_active


async def test_what_slack_refused_is_marked_and_found(practice: Practice, page: Page) -> None:
    practice.workspace.record("from_app", "views.open", {}, {"ok": False}, fault="expired_trigger_id")
    practice.workspace.record("from_app", "chat.postMessage", {}, {"ok": True})
    await page.goto(f"{practice.url}/als/{SANNE}/verkeer")
    await expect(page.locator(".traffic details")).to_have_count(2)
    await page.get_by_label("Toon").select_option("Geweigerd")
    await page.get_by_role("button", name="Filter").click()
    await expect(page.locator(".traffic details")).to_have_count(1)
    await expect(page.locator(".traffic")).to_contain_text("Slack weigert dit")
    await expect(page.locator(".traffic")).to_contain_text("later dan 3 seconden na de klik")
    practice.workspace.record("from_app", "views.push", {}, {"ok": False}, fault="push_limit_reached")
    await expect(page.locator(".traffic details")).to_have_count(2)  # new lines are filtered too
    await page.get_by_label("Zoek").fill("push")
    await page.keyboard.press("Enter")
    await expect(page.locator(".traffic details")).to_have_count(1)
    await page.get_by_label("Zoek").fill("niets van dit al")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Er is niets dat hierbij past.")).to_be_visible()
