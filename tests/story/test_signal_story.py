"""The story of the main job, played in the browser: a signal is reported, stored privately, and the IB-er is told."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

SANNE, MEHMET, KARIN = "Sanne de Boer", "Mehmet Yılmaz", "Karin Visser"
PUPIL, CLASSMATE = "Daan", "Lotte Jansen"
DRAFT = f'Volgens mij slaapt hij slecht. {PUPIL} zei: "Ik was bang." De moeder van {CLASSMATE} hoorde geschreeuw.'
SEEN = f'Hij viel drie keer in slaap. {PUPIL} zei: "Ik was bang." De moeder van een ander kind hoorde geschreeuw.'
SEEN_BY_MEHMET = "Hij stond om vier uur nog alleen op het plein."
CORRECTED = "Hij viel twee keer in slaap, niet drie keer."
SECRETS = (PUPIL, "Kuiper", CLASSMATE, "in slaap", "bang", "alleen op het plein")


@pytest.mark.rule("S1.1")
@pytest.mark.rule("G3")
async def test_from_a_worry_to_a_case_in_good_hands(desk: Desk) -> None:
    await sanne_reports(desk)
    code = await sanne_reads_what_happens_now(desk)
    await karin_is_told(desk, code)
    await karin_takes_it_up(desk, code)
    await sanne_hears_that_it_was_read(desk, code)
    await both_find_it_on_their_home_tab(desk, code)
    second = await mehmet_reports_the_same_pupil(desk, code)
    await karin_joins_the_two(desk, code, second)
    await karin_corrects_an_entry(desk, code)
    await mehmet_sees_only_his_own(desk, code, second)
    await no_message_gave_anything_away(desk, code)


async def sanne_reports(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    await desk.type("/signaal")
    await desk.sees_title("Signaal")
    await desk.picture("01-signaal-formulier")
    await desk.picture_on_phone("01-signaal-formulier")
    await expect(desk.dialog.get_by_label("Groep")).to_have_value("5")
    await desk.sees("Alleen jij en", "kunnen dit lezen", "gaat er meteen bericht naar", "Bel 112")
    await fill_in(desk, DRAFT)
    await desk.press("Opslaan")
    await sanne_reads_it_over(desk)


async def sanne_reads_it_over(desk: Desk) -> None:
    await desk.sees_title("Even nalezen")
    await desk.sees("nog niet opgeslagen", "«Volgens mij»", f"«{CLASSMATE}»", "Het programma ziet niet alles")
    await expect(desk.dialog).not_to_contain_text(f"«{PUPIL}»")
    await desk.picture("02-even-nalezen")
    await desk.picture_on_phone("02-even-nalezen")
    await desk.press("Aanpassen")
    await desk.sees_title("Signaal")
    await expect(desk.dialog.get_by_label("Voornaam")).to_have_value(PUPIL)
    await expect(desk.dialog.get_by_label("Achternaam")).to_have_value("Kuiper")
    await expect(desk.dialog.get_by_label("Uitspraken die de leerling of de ouders doen")).to_be_checked()
    what = desk.dialog.get_by_label("Wat zag of hoorde je?")
    await expect(what).to_have_value(DRAFT)
    await what.fill(SEEN)
    await desk.press("Opslaan")


async def sanne_reads_what_happens_now(desk: Desk) -> str:
    await desk.sees_title("Opgeslagen")
    await desk.sees("Joris Hendriks en Karin Visser", "Wat gebeurt er nu: stap 1 van 4", "Je krijgt bericht")
    await desk.picture("03-opgeslagen")
    code = await code_shown(desk)
    await desk.close()
    return code


async def karin_is_told(desk: Desk, code: str) -> None:
    karin = desk.page.get_by_role("link", name=re.compile(f"{KARIN}.*1 ongelezen"))
    await expect(karin).to_be_visible()
    await desk.become(KARIN)
    await expect(desk.last_message).to_contain_text(f"Dossier {code}")
    await expect(desk.last_message).to_contain_text("Stap 1 van 4: Signalen vastleggen. Nu aan de beurt: ")
    await expect(desk.last_message.get_by_role("button", name="Dossier openen")).to_be_visible()
    assert_tells_nothing(await desk.everything_shown())
    await desk.picture("04-bericht-aan-ib-er")
    await desk.picture_on_phone("04-bericht-aan-ib-er")


async def karin_takes_it_up(desk: Desk, code: str) -> None:
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.sees("Daan Kuiper, groep 5", "Stap 1 van 4: Signalen vastleggen", "Nog nodig in deze stap")
    await desk.sees("1. Signaal", SEEN, f"door {SANNE} (leerkracht)", "Dat jij dit nu leest, wordt vastgelegd")
    await desk.picture("05-dossier")
    await desk.picture_on_phone("05-dossier")
    await desk.press("Signaal oppakken")
    await desk.sees_title("Opgeslagen")
    await desk.picture("06-oppakken")
    await desk.sees("Wat gebeurt er nu: stap 2 van 4, Overleggen", SANNE)
    await desk.close()


async def sanne_hears_that_it_was_read(desk: Desk, code: str) -> None:
    await desk.become(SANNE)
    await expect(desk.last_message).to_contain_text(f"Dossier {code}: Je signaal is gelezen.")
    await expect(desk.last_message).to_contain_text("Stap 2 van 4: Overleggen")
    assert_tells_nothing(await desk.everything_shown())
    await desk.picture("07-gelezen")


async def both_find_it_on_their_home_tab(desk: Desk, code: str) -> None:
    for name, picture in ((SANNE, "08-start-leerkracht"), (KARIN, "09-start-ib-er")):
        await desk.become(name)
        await desk.go_to("Start")
        for words in (f"Dossier {code}", "stap 2 van 4, Overleggen"):
            await expect(desk.page.get_by_role("main")).to_contain_text(words)
        await expect(desk.page.get_by_role("button", name="Acuut gevaar")).to_be_visible()
        assert_tells_nothing(await desk.everything_shown())
        await desk.picture(picture)
        await desk.picture_on_phone(picture)


async def mehmet_reports_the_same_pupil(desk: Desk, code: str) -> str:
    await desk.become(MEHMET)
    await desk.type(f"/signaal {SEEN_BY_MEHMET}")
    await desk.sees_title("Signaal")
    await desk.dialog.get_by_label("Groep").fill("5")
    await fill_in(desk, SEEN_BY_MEHMET)
    await desk.press("Opslaan")
    await desk.sees("Deze leerling zit niet in een groep van jou.")
    await desk.answer("Wie is de leerkracht van deze leerling?", (MEHMET,))
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    second = await code_shown(desk)
    assert second != code
    assert code not in await desk.everything_shown()
    await desk.close()
    return second


async def karin_joins_the_two(desk: Desk, code: str, second: str) -> None:
    await desk.become(KARIN)
    await expect(desk.last_message).to_contain_text(f"Dossier {second}")
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {second}")
    await desk.sees(f"Er is ook dossier {code} over een leerling met deze naam", "Gaat het over dezelfde leerling?")
    await desk.picture("10-zelfde-leerling")
    await desk.press("Hoort bij elkaar")
    sure = desk.page.get_by_role("alertdialog", name="Hoort bij elkaar")
    await expect(sure).to_contain_text("Losmaken kan alleen met twee mensen")
    await sure.get_by_role("button", name="Ja, samenvoegen").click()
    await desk.sees_title(f"Dossier {code}")
    await desk.sees(SEEN, SEEN_BY_MEHMET, f"uit dossier {second}")
    await desk.picture("11-samengevoegd")


async def karin_corrects_an_entry(desk: Desk, code: str) -> None:
    await desk.dialog.get_by_role("button", name="Verbeteren").first.click()
    await desk.sees_title("Verbeteren")
    await desk.sees("Wat er staat, blijft staan")
    await desk.dialog.get_by_label("Hoe is het juist?").fill(CORRECTED)
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.sees(SEEN, CORRECTED, "verbetert regel 1", f"door {KARIN}")
    await desk.dialog.get_by_text(CORRECTED).scroll_into_view_if_needed()
    await desk.picture("12-verbetering")
    await desk.close()


async def mehmet_sees_only_his_own(desk: Desk, code: str, second: str) -> None:
    await desk.become(MEHMET)
    shown = await desk.everything_shown()
    await desk.go_to("Start")
    await expect(desk.page.get_by_text(f"Dossier {second}")).to_be_visible()
    shown += await desk.everything_shown()
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {second}")
    await desk.sees(SEEN_BY_MEHMET)
    await desk.picture("13-dossier-van-tweede-leerkracht")
    shown += await desk.everything_shown()
    await desk.close()
    for trace in (code, f"{SANNE} (", "in slaap", "samengevoegd", "ander dossier", "ook dossier"):
        assert trace not in shown


async def no_message_gave_anything_away(desk: Desk, code: str) -> None:
    """What lock screens and screen readers get is the message's `text`: to be seen in the traffic."""
    await desk.go_to("Verkeer")
    sent = desk.page.get_by_role("group").filter(has_text="chat.postMessage")
    await expect(sent).not_to_have_count(0)
    seen = ""
    for message in await sent.all():
        await message.locator("summary").click()
        await expect(message.locator("pre").first).to_be_visible()
        seen += await message.inner_text()
    assert f"Dossier {code}: er is iets voor je in Meldwijzer." in seen
    assert_tells_nothing(seen)


async def fill_in(desk: Desk, what: str) -> None:
    form = desk.dialog
    await form.get_by_label("Voornaam").fill(PUPIL)
    await form.get_by_label("Achternaam").fill("Kuiper")
    await form.get_by_label("Uitspraken die de leerling of de ouders doen").check()
    await form.get_by_label("Wat zag of hoorde je?").fill(what)
    await form.get_by_label("Zelf gezien of gehoord").check()


async def code_shown(desk: Desk) -> str:
    found = re.search(r"dossier (\d\d-\w{4})", await desk.dialog.inner_text())
    assert found
    return found[1]


def assert_tells_nothing(words: str) -> None:
    assert [secret for secret in SECRETS if secret in words] == []
