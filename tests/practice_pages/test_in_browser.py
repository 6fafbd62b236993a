"""What a person does in the browser reaches a real Bolt app, and its answers are shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Page, expect

from practice.model import Json
from tests.clock import until
from tests.practice_pages.conftest import Practice
from tests.practice_pages.sample import ATTACK, CARD, HOME, KARIN, SANNE, asking, button, form, plain, stacked

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(30)]


async def visit(page: Page, practice: Practice, path: str = "", user: str = SANNE) -> None:
    await page.goto(f"{practice.url}/als/{user}{path}")


async def type_line(page: Page, text: str) -> None:
    await page.get_by_label("Bericht aan Meldwijzer").fill(text)
    await page.keyboard.press("Enter")


async def fill(page: Page, first_name: str) -> None:
    await page.get_by_label("Voornaam").fill(first_name)
    await page.get_by_label("Groep", exact=True).select_option("Groep 5")
    await page.get_by_label("Iets gezien").check()
    await page.get_by_label("Wat zag of hoorde je?").fill("een\ntwee")


def in_messages(blocks: list[Json]) -> list[Json]:
    return [{"block_id": f"b{number}", **block} for number, block in enumerate(blocks)]


async def test_from_a_command_to_a_message_for_a_colleague(practice: Practice, page: Page) -> None:
    await page.goto(practice.url)
    await page.get_by_role("link", name="Sanne de Boer").click()
    await type_line(page, "/signaal Kind zei: au")
    dialog = page.get_by_role("dialog", name="Signaal vastleggen")
    await expect(dialog.get_by_label("Wat zag of hoorde je?")).to_have_value("Kind zei: au")
    await expect(dialog.get_by_label("Voornaam")).to_be_focused()
    await fill(page, "Noor")
    await page.get_by_label("Karin Visser").check()
    await page.get_by_role("button", name="Vastleggen").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("link", name=re.compile("Karin Visser.*1 ongelezen"))).to_be_visible()
    await expect(page.get_by_label("Bericht aan Meldwijzer")).to_be_focused()
    values = practice.received[-1]
    assert values["what"]["what"]["value"] == "een\ntwee"
    assert values["group"]["group"]["selected_option"]["value"] == "groep 5"
    assert values["kind"]["kind"]["selected_option"]["value"] == "iets gezien"
    assert values["day"]["day"]["selected_date"] == "2026-09-01"
    assert values["people"]["people"]["selected_users"] == [KARIN]
    await page.get_by_role("link", name="Karin Visser").click()
    await expect(page.get_by_role("heading", name="Dossier 26-K7QX")).to_be_visible()
    await expect(page.get_by_text("ongelezen")).to_have_count(0)


async def test_errors_are_shown_beside_their_fields_and_keep_what_was_typed(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await type_line(page, "/signaal")
    await page.get_by_label("Voornaam").fill("Noor")
    await page.get_by_role("button", name="Vastleggen").click()
    group = page.get_by_label("Groep", exact=True)
    await expect(group).to_have_accessible_description("Vul dit veld in.")
    await expect(group).to_be_focused()
    assert practice.received == []
    await fill(page, "x")
    await page.get_by_role("button", name="Vastleggen").click()
    first = page.get_by_label("Voornaam")
    await expect(first).to_have_accessible_description("Schrijf de hele voornaam.")
    await expect(first).to_have_attribute("aria-invalid", "true")
    await expect(group).not_to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Wat zag of hoorde je?")).to_have_value("een\ntwee")
    await page.reload()
    await expect(first).to_have_accessible_description("Schrijf de hele voornaam.")
    await expect(page.get_by_label("Wat zag of hoorde je?")).to_have_value("een\ntwee")


async def test_a_form_is_sent_after_the_app_has_answered_each_choice(practice: Practice, page: Page) -> None:
    """An answer that came after the errors would make them go away."""
    await visit(page, practice)
    practice.workspace.views.open(SANNE, asking())
    practice.workspace.touch()
    await fill(page, "x")
    await page.get_by_label("Hoe", exact=True).select_option("Traag")
    await page.get_by_label("Waar", exact=True).select_option("Snel")
    await page.get_by_role("button", name="Vastleggen").click()
    await expect(page.get_by_role("dialog", name="Klaar")).to_be_visible()
    await expect(page.get_by_label("Voornaam")).to_have_accessible_description("Schrijf de hele voornaam.")
    await expect(page.get_by_role("button", name="Vastleggen")).to_be_visible()
    assert practice.workspace.modals_of(SANNE)[0].errors


async def test_a_date_is_shown_in_words_below_its_field(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await type_line(page, "/signaal")
    in_words = page.locator(".in-words")
    await expect(in_words).to_have_text("dinsdag 1 september 2026")
    await page.get_by_label("Wanneer").fill("2026-11-10")
    await expect(in_words).to_have_text("dinsdag 10 november 2026")
    await page.get_by_label("Wanneer").fill("")
    await expect(in_words).to_have_text("")


async def test_a_failure_is_shown_in_the_dialog(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await type_line(page, "/signaal")
    await fill(page, "traag")
    practice.workspace.timeouts.acknowledgement = 0.5
    submit = page.get_by_role("dialog").locator("[type=submit]")
    await submit.click()
    await expect(submit).to_have_text("Bezig…")
    trouble = page.get_by_role("dialog").get_by_role("alert")
    await expect(trouble).to_contain_text("We hadden moeite met verbinden. Probeer het opnieuw.")
    await expect(submit).to_have_text("Vastleggen")
    await expect(page.get_by_label("Voornaam")).to_have_value("traag")


async def test_a_change_elsewhere_keeps_what_is_being_typed(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    practice.workspace.views.open(SANNE, form())
    practice.workspace.touch()
    await page.get_by_label("Voornaam").fill("Noo")
    practice.workspace.post(SANNE, "Intussen")
    await expect(page.get_by_text("Intussen")).to_have_count(1)
    await expect(page.get_by_label("Voornaam")).to_have_value("Noo")
    await expect(page.get_by_label("Voornaam")).to_be_focused()
    await page.keyboard.type("r")
    view = practice.workspace.modals_of(SANNE)[0]
    practice.workspace.views.update(view.id, {**form("Nieuw"), "title": plain("Andere titel")})
    practice.workspace.touch()
    await expect(page.get_by_role("dialog", name="Andere titel")).to_be_visible()
    await expect(page.get_by_label("Voornaam")).to_have_value("Noor")
    await expect(page.get_by_label("Voornaam")).to_be_focused()


async def test_a_button_that_changes_while_it_is_pressed_is_clicked(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    practice.workspace.views.open(SANNE, form())
    practice.workspace.touch()
    await fill(page, "Noor")
    await page.get_by_role("button", name="Vastleggen").hover()
    await page.mouse.down()
    view = practice.workspace.modals_of(SANNE)[0]
    async with page.expect_response(re.compile(f"/als/{SANNE}$")):
        practice.workspace.views.update(view.id, {**form(), "title": plain("Andere titel")})
        practice.workspace.touch()
    await page.wait_for_timeout(200)
    await page.mouse.up()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert practice.received


async def test_the_composer_keeps_a_half_written_message(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    box = page.get_by_label("Bericht aan Meldwijzer")
    await box.fill("Half geschr")
    practice.workspace.post(SANNE, "Intussen")
    await expect(page.get_by_text("Intussen")).to_be_visible()
    await expect(box).to_have_value("Half geschr")
    await expect(box).to_be_focused()


async def test_escape_closes_only_the_top_and_the_stack_shows_the_one_below(practice: Practice, page: Page) -> None:
    practice.workspace.views.open(SANNE, form())
    practice.workspace.views.push(SANNE, {**form(), "title": plain("Bovenop")})
    await visit(page, practice)
    await expect(page.get_by_role("dialog", name="Bovenop")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Signaal vastleggen")).to_be_visible()
    await page.get_by_role("button", name="Annuleren").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert practice.workspace.modals_of(SANNE) == []


async def test_buttons_menus_and_confirmations(practice: Practice, page: Page) -> None:
    practice.workspace.post(KARIN, "Dossier", in_messages(CARD))
    await visit(page, practice, user=KARIN)
    await page.get_by_role("button", name="Dossier openen").click()
    await until(lambda: len(practice.received) == 1)
    await page.get_by_role("button", name="Sluiten").click()
    await page.get_by_role("button", name="Toch niet").click()
    await page.get_by_role("button", name="Sluiten").click()
    await page.get_by_role("alertdialog", name="Dossier sluiten?").get_by_role("button", name="Ja, sluiten").click()
    await until(lambda: len(practice.received) == 2)
    await page.get_by_role("button", name="Meer keuzes").click()
    await page.get_by_role("button", name="Overdragen").click()
    await until(lambda: len(practice.received) == 3)
    assert [action["action_id"] for action in practice.received] == ["open", "shut", "more"]
    assert practice.received[0]["value"] == "open"
    assert practice.received[2]["selected_option"]["value"] == "overdragen"


async def test_the_home_tab_opens_and_its_selects_tell_the_app(practice: Practice, page: Page) -> None:
    await visit(page, practice, "/start")
    await expect(page.get_by_role("heading", name="Jouw overzicht")).to_be_visible()
    await page.get_by_label("Toon").select_option("Alles")
    await until(lambda: bool(practice.received))
    assert practice.received[-1]["selected_option"]["value"] == "alles"


async def test_commands_and_shortcuts_can_be_chosen_from_a_list(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await page.get_by_role("button", name="Opdrachten").click()
    await page.get_by_role("button", name="/meldcode").click()
    await expect(page.get_by_label("Bericht aan Meldwijzer")).to_have_value("/meldcode ")
    await page.keyboard.type("help")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Alleen zichtbaar voor jou")).to_be_visible()
    await expect(page.get_by_text("Je typte: help")).to_be_visible()
    await page.get_by_role("button", name="Opdrachten").click()
    await page.get_by_role("button", name="Signaal doorgeven").click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_the_list_of_commands_does_not_cover_what_is_typed(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    box = page.get_by_label("Bericht aan Meldwijzer")
    await box.press_sequentially("/sig")
    suggested, typed = await page.locator("#composer-menu").bounding_box(), await box.bounding_box()
    assert suggested and typed
    assert suggested["y"] + suggested["height"] <= typed["y"]


async def test_a_failed_command_is_explained_and_can_be_corrected(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await type_line(page, "/bestaatniet ja")
    await expect(page.get_by_role("alert")).to_contain_text("Deze opdracht bestaat niet.")
    await expect(page.get_by_label("Bericht aan Meldwijzer")).to_have_value("/bestaatniet ja")
    await type_line(page, "Een gewoon bericht")
    await expect(page.get_by_role("log").get_by_text("Een gewoon bericht")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_the_traffic_shows_its_details(practice: Practice, page: Page) -> None:
    practice.workspace.record(
        "from_app", "chat.postMessage", {"text": ATTACK}, {"ok": False, "error": "not_found"}, 1.0
    )
    await visit(page, practice, "/verkeer")
    await page.get_by_text("chat.postMessage").click()
    await expect(page.get_by_text('"error": "not_found"')).to_be_visible()
    practice.workspace.record("to_app", "later", {}, {}, 1.0)
    await expect(page.get_by_text("later", exact=True)).to_be_visible()
    await expect(page.get_by_text('"error": "not_found"')).to_be_visible()


async def test_no_attack_runs_and_nothing_breaks_the_policy(practice: Practice, page: Page) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    practice.workspace.post(SANNE, ATTACK, in_messages([{"type": "section", "text": plain(ATTACK)}]))
    practice.workspace.views.open(SANNE, form(ATTACK))
    for path in ("", "/start", "/verkeer"):
        await visit(page, practice, path)
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await page.evaluate("window.hacked") is None
    assert told == []


@pytest.mark.parametrize("path", ["", "/start", "/verkeer"])
async def test_the_pages_fit_a_small_phone(practice: Practice, page: Page, path: str) -> None:
    await page.set_viewport_size({"width": 360, "height": 640})
    practice.workspace.post(SANNE, "Dossier", in_messages([*CARD, {"type": "section", "text": plain("a" * 300)}]))
    practice.workspace.views.publish(SANNE, {**HOME, "blocks": [*HOME["blocks"], *_wide()]})
    await visit(page, practice, path)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    for place in await page.locator(".scroll").all():
        assert await place.evaluate("(element) => element.scrollWidth <= element.clientWidth")


def _wide() -> list[Any]:
    return [
        {"type": "actions", "elements": [button("Een knop met een lange tekst " + "n" * 40, f"b{n}") for n in "123"]}
    ]


async def test_slacks_remark_on_a_group_is_shown_and_can_be_corrected(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await type_line(page, "/signaal")
    await fill(page, "Noor")
    for name in ("Karin Visser", "Amin Yilmaz", "Els Bakker"):
        await page.get_by_label(name).check()
    await page.get_by_label("Collega").select_option("U0KARIN")
    await page.get_by_role("button", name="Vastleggen").click()
    group = page.get_by_role("group", name="Wie weet ervan?")
    await expect(group).to_have_accessible_description("Kies er hier ten hoogste 2.")
    await expect(page.get_by_role("dialog").locator("[aria-invalid]")).to_have_count(1)
    assert practice.received == []
    await page.get_by_label("Els Bakker").uncheck()
    await page.get_by_role("button", name="Vastleggen").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    values = practice.received[-1]
    assert values["people"]["people"]["selected_users"] == [KARIN, "U0AMIN"]
    assert values["colleague"]["colleague"]["selected_user"] == KARIN


async def test_a_person_with_an_english_locale_gets_english_pages(practice: Practice, page: Page) -> None:
    practice.workspace.update_person(replace(practice.workspace.people[SANNE], locale="en-GB"))
    await visit(page, practice)
    await expect(page.get_by_role("link", name="Messages")).to_be_visible()
    await page.get_by_label("Message to Meldwijzer").fill("/nothing")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("This command does not exist.")
    await visit(page, practice, user=KARIN)
    await expect(page.get_by_role("link", name="Berichten")).to_be_visible()


async def test_modals_stack_three_high_and_go_back_one_at_a_time(practice: Practice, page: Page) -> None:
    await visit(page, practice)
    await page.get_by_label("Bericht aan Meldwijzer").focus()
    practice.workspace.views.open(SANNE, stacked(1))
    practice.workspace.touch()
    for depth in (1, 2):
        await expect(page.get_by_role("dialog", name=f"Laag {depth}")).to_be_visible()
        await page.get_by_role("button", name="Dieper").click()
    await expect(page.get_by_role("dialog", name="Laag 3")).to_be_visible()
    await page.get_by_role("button", name="Dieper").click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("We hadden moeite met verbinden")
    await page.get_by_role("button", name="Terug").click()
    await expect(page.get_by_role("dialog", name="Laag 2")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Laag 1").get_by_label("Naam")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_label("Bericht aan Meldwijzer")).to_be_focused()
    assert any("push_limit_reached" in exchange.fault for exchange in practice.workspace.traffic)


async def test_a_modal_that_loads_is_filled_in_later(practice: Practice, page: Page) -> None:
    practice.workspace.post(SANNE, "Kies", in_messages([{"type": "actions", "elements": [button("Laad", "slowly")]}]))
    await visit(page, practice)
    await page.get_by_role("button", name="Laad").click()
    await expect(page.get_by_role("dialog", name="Klaar").get_by_label("Naam")).to_be_focused()


async def test_files_and_forms_fit_a_phone(practice: Practice, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 800})
    file, address = practice.workspace.files.announce("een-lange-naam-van-een-dossier-26-K7QX.pdf", 1)
    practice.workspace.files.receive(address, b"x")
    practice.workspace.post(SANNE, "", files=[file])
    await visit(page, practice)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(page.get_by_role("link", name="een-lange-naam-van-een-dossier-26-K7QX.pdf downloaden")).to_be_visible()
    practice.workspace.views.open(SANNE, form())
    practice.workspace.touch()
    dialog = page.get_by_role("dialog", name="Signaal vastleggen")
    await expect(dialog).to_be_visible()
    body = dialog.locator(".body")
    assert await body.evaluate("element => element.scrollWidth <= element.clientWidth")
