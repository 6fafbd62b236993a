"""In the browser: the pupil's teacher owns the case (S1.6), and a parent at school has no part in it (G12)."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
SANNE, MEHMET, KARIN, JORIS = "Sanne de Boer", "Mehmet Yılmaz", "Karin Visser", "Joris Hendriks"
FATIMA, WILLEM = "Fatima el Amrani", "Willem Postma"
SEEN = "Hij viel drie keer in slaap."
SIGNAL = {
    "Voornaam": "Daan",
    "Achternaam": "Kuiper",
    "Groep": "5",
    "Soort": "Signalen van mishandeling of verwaarlozing",
    "Wat zag of hoorde je?": SEEN,
    "Hoe weet je dit?": "Zelf gezien of gehoord",
}
WHOSE = "Wie is de leerkracht van deze leerling?"
EXCLUDED = {
    "Wat stel je voor?": "Deze collega mag er niet bij",
    "Om wie gaat het?": FATIMA,
    "Waarom?": "Het is haar eigen kind.",
}
NOT_HERE = "Is er op school iemand die hier niet bij mag?"


@pytest.mark.rule("S1.6")
async def test_a_colleague_reports_and_the_pupils_teacher_owns_the_case(desk: Desk) -> None:
    await desk.sit_down(MEHMET)
    await desk.type("/signaal")
    await desk.fill("Signaal", SIGNAL)
    await desk.sees("Van wie is deze leerling?")
    await expect(desk.question(WHOSE).get_by_label(SANNE)).to_be_checked()
    await expect(desk.question("Wat zag of hoorde je?")).to_have_value(SEEN)
    await desk.picture("46-van-wie-is-de-leerling")
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.sees("Opgeslagen en doorgegeven", SANNE)
    assert not re.search(r"\d\d-\w{4}", await desk.dialog.inner_text())
    assert await desk.dialog.get_by_role("button", name="Dossier openen").count() == 0
    await desk.put_away()
    await desk.become(SANNE)
    await expect(desk.last_message).to_contain_text("een leerling van jou")
    await desk.press("Dossier openen")
    await desk.sees("Daan Kuiper", SEEN)
    await desk.picture("47-dossier-van-de-leerkracht")


@pytest.mark.rule("G12")
async def test_a_school_leader_whose_own_child_it_is_has_no_part_in_it(desk: Desk) -> None:
    await desk.sit_down(SANNE)
    await desk.type("/signaal")
    await desk.fill("Signaal", SIGNAL)
    await desk.sees_title("Opgeslagen")
    code = str(re.search(r"\d\d-\w{4}", await desk.dialog.inner_text()).group())  # type: ignore[union-attr]
    await desk.put_away()
    await desk.become(JORIS)
    await desk.press("Dossier openen")
    await desk.sees_title(f"Dossier {code}")
    await desk.press("Signaal oppakken")
    await desk.sees_title("Opgeslagen")
    await desk.sees(NOT_HERE)
    await desk.picture("48-iemand-die-er-niet-bij-mag")
    await desk.press("Collega uitsluiten")
    await desk.fill("Collega uitsluiten", EXCLUDED)
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await desk.become(WILLEM)
    await expect(desk.last_message).to_contain_text("niemand kan hier de rol schoolleider vervullen")
    await desk.picture("49-niemand-voor-een-rol")
    await desk.become(KARIN)
    await desk.type(f"/meldcode {code}")
    await desk.sees(f"Niet bij dit dossier: {FATIMA}")
    await desk.picture("50-niet-bij-dit-dossier")
    await desk.press("Uitsluiten bevestigen")
    await desk.answer("Ben je het eens met je collega?", "Ja")
    await desk.press("Opslaan")
    await desk.sees_title("Opgeslagen")
    await desk.put_away()
    await desk.become(FATIMA)
    await desk.type(f"/meldcode {code}")
    await expect(desk.last_message).to_contain_text("Dit dossier is er niet, of jij kunt het niet lezen")
    await desk.go_to("Start")
    assert code not in (await desk.everything_shown()).replace(f"/meldcode {code}", "")
    await desk.picture("51-start-van-wie-er-niet-bij-mag")
