"""A case stalls, is brought up, crosses the May vacation and is picked up: seen in the browser by moving the clock."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.story.desk import Desk

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
    pytest.mark.usefixtures("in_april"),
]

SANNE, MEHMET, KARIN = "Sanne de Boer", "Mehmet Yılmaz", "Karin Visser"
JORIS, FATIMA = "Joris Hendriks", "Fatima el Amrani"
SCHOOL_DAY, WEEK = "+1 schooldag", "+1 week"
REMINDER, VACATION = "Naar de volgende herinnering", "Naar de vakantie"
LATER_ON, LATER_WHY = "Wanneer wil je er weer aan herinnerd worden?", "Waarom lukt het nu niet?"
REASON = "Ik ben twee dagen op cursus."


@pytest.mark.rule("G2")
@pytest.mark.rule("G6")
async def test_a_case_stalls_and_crosses_the_may_vacation(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    code = await reports(desk, "Daan")
    await who_must_read_it_is_reminded_the_same_day(desk, code)
    await two_school_days_later_the_school_leader_hears_of_it(desk, code)
    await desk.become(MEHMET)
    second = await reports(desk, "Noor", "6")
    await karin_puts_the_first_one_off(desk, code)
    await both_come_in_one_message(desk, code, second)
    await karin_puts_it_off_once_more_and_then_no_more(desk, code)
    await before_the_vacation_it_is_said_what_stays_open(desk, code, second)
    await the_vacation_is_quiet_and_after_it_only_the_week_is_counted(desk)
    for case in (code, second):
        await karin_picks_it_up(desk, case)
    await nobody_is_reminded_any_more(desk)


async def who_must_read_it_is_reminded_the_same_day(desk: Desk, code: str) -> None:
    await has_new(desk, {KARIN: 1, JORIS: 1})
    await desk.become(KARIN)
    await move(desk, REMINDER, "maandag 12 april 2027, 15:00")
    await expect(desk.last_message).to_contain_text(f"Dossier {code} wacht")
    await expect(desk.last_message).to_contain_text("Pak het signaal op, uiterlijk vandaag")
    await expect(desk.last_message).to_contain_text("Stap 1 van 4: Signalen vastleggen")
    for button in ("Dossier openen", "Later herinneren", "Overdragen", "Acuut gevaar"):
        await expect(desk.last_message.get_by_role("button", name=button)).to_be_visible()
    await has_new(desk, {JORIS: 2, FATIMA: 0})
    await desk.picture("20-herinnering")
    await desk.picture_on_phone("20-herinnering")


async def two_school_days_later_the_school_leader_hears_of_it(desk: Desk, code: str) -> None:
    await move(desk, SCHOOL_DAY, "dinsdag 13 april 2027, 08:30")
    await move(desk, SCHOOL_DAY, "woensdag 14 april 2027, 08:30")
    await has_new(desk, {FATIMA: 1, JORIS: 3})
    await expect(messages(desk)).to_have_count(3)
    await desk.become(FATIMA)
    await expect(desk.last_message).to_contain_text(f"Dossier {code} wacht")
    await expect(desk.last_message).to_contain_text("In deze stap sinds 12-04-2027, al 2 schooldagen open.")
    await desk.picture("21-schoolleider-hoort-ervan")


async def karin_puts_the_first_one_off(desk: Desk, code: str) -> None:
    await desk.become(KARIN)
    await later_button(desk, code).click()
    await postpones(desk, "2027-04-16")
    await desk.become(FATIMA)
    await opens(desk, code)
    await desk.sees("Later herinneren", REASON, f"door {KARIN}")
    await desk.dialog.get_by_text(REASON, exact=True).scroll_into_view_if_needed()
    await desk.picture("22-later-in-het-logboek")
    await desk.close()
    await desk.become(KARIN)
    await desk.go_to("Start")
    home = desk.page.get_by_role("main")
    await expect(home).to_contain_text(f"Herinneringen uitgesteld tot vrijdag 16 april door {KARIN}.")
    await expect(home).not_to_contain_text(REASON)
    await desk.picture("22-later-op-home")
    await desk.go_to("Berichten")
    await opens(desk, code)
    await desk.sees(f"Herinneringen uitgesteld tot 16-04-2027 door {KARIN}: {REASON}")
    await desk.picture("22-later-in-het-dossier")
    await desk.close()


async def both_come_in_one_message(desk: Desk, code: str, second: str) -> None:
    await desk.become(KARIN)
    await move(desk, REMINDER, "woensdag 14 april 2027, 15:00")
    await expect(desk.last_message).to_contain_text(f"Dossier {second} wacht")
    await move(desk, REMINDER, "vrijdag 16 april 2027, 08:30")
    await expect(desk.last_message).to_contain_text("Dit staat vandaag open (2 dossiers)")
    for case in (code, second):
        await expect(desk.last_message).to_contain_text(f"Dossier {case} wacht")
    await expect(messages(desk)).to_have_count(6)
    await desk.picture("23-overzicht-in-de-ochtend")
    await desk.picture_on_phone("23-overzicht-in-de-ochtend")


async def karin_puts_it_off_once_more_and_then_no_more(desk: Desk, code: str) -> None:
    await opens(desk, code)  # the overview has no button for each case
    await desk.choose_from_menu("Later herinneren")
    await postpones(desk, "2027-04-22")
    await opens(desk, code)
    await desk.sees(f"Herinneringen uitgesteld tot 22-04-2027 door {KARIN}: {REASON}")
    for menu in await desk.dialog.get_by_role("button", name="Meer keuzes").all():
        await menu.click()
        await expect(desk.dialog.get_by_role("button", name="Later herinneren", exact=True)).to_have_count(0)
        await menu.click()
    await desk.picture("24-niet-nog-eens-later")
    await desk.close()


async def before_the_vacation_it_is_said_what_stays_open(desk: Desk, code: str, second: str) -> None:
    await move(desk, VACATION, "vrijdag 23 april 2027, 08:30")
    await expect(desk.last_message).to_contain_text("De vakantie begint op 24-04-2027")
    for case in (code, second):
        await expect(desk.last_message).to_contain_text(f"Dossier {case} blijft open in de vakantie")
    await expect(desk.last_message).to_contain_text("Wie aan de beurt is, let er ook in de vakantie op.")
    await expect(desk.last_message).to_contain_text("Kan niet wachten: had donderdag 22 april klaar moeten zijn.")
    await expect(messages(desk)).to_have_count(7)
    await desk.last_message.scroll_into_view_if_needed()
    await desk.picture("25-voor-de-vakantie")
    await desk.picture_on_phone("25-voor-de-vakantie")


async def the_vacation_is_quiet_and_after_it_only_the_week_is_counted(desk: Desk) -> None:
    await desk.become(FATIMA)
    before = await messages(desk).count()
    await move(desk, WEEK, "vrijdag 30 april 2027, 08:30")
    await move(desk, SCHOOL_DAY, "maandag 3 mei 2027, 08:30")
    await expect(desk.last_message).to_contain_text("Signalen vastleggen: 2 open, waarvan 2 te laat")
    await expect(messages(desk)).to_have_count(before + 1)
    await desk.picture("26-weekoverzicht")


async def karin_picks_it_up(desk: Desk, code: str) -> None:
    await desk.become(KARIN)
    await opens(desk, code)
    await desk.press("Signaal oppakken")
    await desk.sees_title("Opgeslagen")
    await desk.close()


async def nobody_is_reminded_any_more(desk: Desk) -> None:
    """The next reminder of step 1 would have come on 10 May. Karin hears nothing of what she did herself."""
    await desk.become(JORIS)
    await expect(desk.last_message).to_contain_text("Stap 2 van 4: Overleggen")
    before = await messages(desk).count()
    await move(desk, SCHOOL_DAY, "dinsdag 4 mei 2027, 08:30")
    await move(desk, SCHOOL_DAY, "maandag 10 mei 2027, 08:30")
    await has_new(desk, {FATIMA: 1})
    await expect(messages(desk)).to_have_count(before)
    await desk.become(FATIMA)
    await expect(desk.last_message).to_have_text(re.compile(r"Overleggen: 2\sopen(?!, waarvan)"))


async def reports(desk: Desk, first_name: str, group: str = "5") -> str:
    await desk.type("/signaal")
    await desk.sees_title("Signaal")
    for label, typed in {"Voornaam": first_name, "Achternaam": "Kuiper", "Groep": group}.items():
        await desk.dialog.get_by_label(label).fill(typed)
    await desk.dialog.get_by_label("Uitspraken die de leerling of de ouders doen").check()
    await desk.dialog.get_by_label("Wat zag of hoorde je?").fill("Was drie keer te laat.")
    await desk.dialog.get_by_label("Zelf gezien of gehoord").check()
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    found = re.search(r"dossier (\d\d-\w{4})", await desk.dialog.inner_text())
    assert found
    await desk.close()
    return found[1]


async def postpones(desk: Desk, until: str) -> None:
    await desk.sees_title("Later herinneren")
    await desk.dialog.get_by_label(LATER_ON).fill(until)
    await desk.dialog.get_by_label(LATER_WHY).fill(REASON)
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.close()


async def opens(desk: Desk, code: str) -> None:
    await desk.type(f"/meldcode dossier {code}")
    await desk.sees_title(f"Dossier {code}")


async def move(desk: Desk, how: str, to: str) -> None:
    """Move the clock; the bar then shows this time, and takes a next move."""
    clock = desk.page.get_by_role("group", name="De klok")
    await desk.page.get_by_role("button", name=how, exact=True).click()
    await expect(clock).to_contain_text(to)
    await expect(clock).not_to_have_attribute("aria-busy", "true")


async def has_new(desk: Desk, unread: dict[str, int]) -> None:
    """So many messages wait for each of these."""
    for name, count in unread.items():
        badge = desk.page.get_by_role("link", name=name).get_by_text("ongelezen")
        if count:
            await expect(desk.page.get_by_role("link", name=re.compile(f"{name}.*{count} ongelezen"))).to_be_visible()
        else:
            await expect(badge).to_have_count(0)


def later_button(desk: Desk, code: str) -> Locator:
    reminder = messages(desk).filter(has_text=f"Dossier {code} wacht").first
    return reminder.get_by_role("button", name="Later herinneren")


def messages(desk: Desk) -> Locator:
    """What the bot told whoever sits at the desk."""
    return desk.page.get_by_role("article")
