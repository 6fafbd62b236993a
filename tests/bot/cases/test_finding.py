"""Searching, lists with names, the chronology and bringing two cases together, as people click through them (G11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from practice.model import View
from storage.db.schema import cases, name_keys, outbox
from tests.on_screen import buttons_of, said, typed_in, words_of
from tests.running import JORIS, KARIN, MEHMET, SANNE, Running, Transport, running, signal

pytestmark = pytest.mark.rule("G11")
TIM = signal(Voornaam="Tim", Achternaam="van den Berg", Groep="5")
LOTTE = signal(Voornaam="Lotte", Achternaam="van den Berg", Groep="6")
NAME = "Naam van de leerling, of een deel daarvan"


async def two_reported(school: Running) -> tuple[str, str]:
    await school.report(SANNE, TIM)
    await school.sent()
    await school.report(MEHMET, LOTTE)
    await school.sent()
    first, second = school.codes(KARIN)
    return first, second


async def home(school: Running, user: str, label: str) -> View:
    """Press this button on the Home tab, and return the modal that it opens."""
    shown = await school.open_home(user)
    assert (await school.press(user, shown, label)).ok
    return school.modal(user)


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_name_is_searched_from_the_home_tab(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        first, second = await two_reported(school)
        form = await home(school, KARIN, "Zoeken")
        answer = await school.actor(KARIN).fill(form, **{NAME: "berg", "Groep": "5"})
        assert answer.ok
        found = school.modal(KARIN)
        assert "Tim van den Berg, groep 5" in words_of(found) and "Lotte" not in words_of(found)
        assert f"Dossier {first} · stap 1 van 4" in words_of(found) and second not in words_of(found)
        assert typed_in(found)[NAME] == "berg", "what was typed stays"
        assert not found.payload["private_metadata"]
        await school.press(KARIN, found, "Dossier openen")
        assert school.modal(KARIN).payload["title"]["text"] == f"Dossier {first}"


async def test_my_cases_with_names_are_shown_in_a_modal_and_nowhere_else(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await two_reported(school)
        assert "Berg" not in school.home(SANNE)
        listed = await home(school, SANNE, "Mijn dossiers, met namen")
        assert "Tim van den Berg, groep 5" in words_of(listed) and "Lotte" not in words_of(listed)
        assert "Berg" not in school.home(SANNE)


async def test_a_wrong_year_is_explained_and_nothing_found_is_said(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await two_reported(school)
        form = await home(school, KARIN, "Zoeken")
        year = {"search_year": {"answer": {"type": "plain_text_input", "value": "vorig"}}}
        assert "vier cijfers" in said(await school.send(school.submission(KARIN, form, year)))
        name = {"search_name": {"answer": {"type": "plain_text_input", "value": "Zebedeus"}}}
        assert "geen dossier dat je mag lezen" in said(await school.send(school.submission(KARIN, form, name)))


async def test_a_long_list_has_pages(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        for name in ["Anna", "Bram", "Cato", "Daan", "Eva", "Finn", "Guus", "Hugo", "Ilse", "Joep", "Kiki", "Luuk"]:
            await school.report(SANNE, signal(Voornaam=name, Achternaam=f"{name}sen"))
        listed = await home(school, SANNE, "Mijn dossiers, met namen")
        assert "Gevonden: 12" in words_of(listed) and "Vorige pagina" not in buttons_of(listed)
        await school.press(SANNE, listed, "Volgende pagina")
        second = school.modal(SANNE)
        assert "Pagina 2 van 2" in words_of(second) and buttons_of(second).count("Dossier openen") == 2


async def test_a_request_for_inspection_leads_to_the_parents_copies(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, _ = await two_reported(school)
        form = await home(school, KARIN, "Zoeken")
        await school.actor(KARIN).fill(form, **{NAME: "Tim"})
        await school.press(KARIN, school.modal(KARIN), "Tijdlijn en inzage")
        history = school.modal(KARIN)
        assert "Een blauwe plek." in words_of(history) and f"Dossier *{first}*" in words_of(history)
        await school.press(KARIN, history, "Kopie voor ouders")
        assert typed_in(school.modal(KARIN))["Welk dossier?"] == "Voor de ouders: zonder anderen"


async def test_two_cases_are_brought_together_by_name_or_code(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await two_reported(school)
        case = await school.open_case(KARIN, first)
        await school.press(KARIN, case, "Hoort bij een ander dossier")
        asked = {"Code van het andere dossier, of naam van de leerling": "lotte"}
        await school.actor(KARIN).fill(school.modal(KARIN), **asked)
        choose = school.modal(KARIN)
        assert "Groep 6" in words_of(choose).title() and second in words_of(choose)
        kind = {"Welk dossier is het?": "Lotte van den Berg", "Wat hebben ze met elkaar te maken?": "Broer of zus"}
        await school.actor(KARIN).fill(choose, **kind)
        assert "en in het andere dossier" in words_of(school.modal(KARIN))
        assert f"Broer of zus: dossier *{second}*" in words_of(await school.open_case(KARIN, first))
        await school.press(KARIN, await school.open_case(KARIN, first), "Hoort bij een ander dossier")
        asked = {"Code van het andere dossier, of naam van de leerling": second}
        await school.actor(KARIN).fill(school.modal(KARIN), **asked)
        kind["Wat hebben ze met elkaar te maken?"] = "Dezelfde leerling"
        await school.actor(KARIN).fill(school.modal(KARIN), **kind)
        assert f"Het dossier dat verdergaat, is *{first}*" in words_of(school.modal(KARIN))
        assert "Toegevoegd uit een ander dossier" in words_of(await school.open_case(KARIN, first))


async def test_no_message_and_no_metadata_holds_what_was_searched(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await two_reported(school)
        form = await home(school, JORIS, "Zoeken")
        await school.actor(JORIS).fill(form, **{NAME: "Berg"})
        with school.program.engine.connect() as connection:
            assert "Berg" not in str(connection.execute(outbox.select()).all())
        assert all("Berg" not in str(view.payload["private_metadata"]) for view in school.workspace.modals_of(JORIS))


async def test_names_of_an_earlier_version_are_found_after_the_next_start(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await two_reported(school)
        with school.program.engine.begin() as connection:
            connection.execute(delete(name_keys))
            connection.execute(update(cases).values(indexed=0))
    async with running(tmp_path) as school:
        assert school.count(name_keys) == 10
        shown = await school.report(KARIN, TIM)
        assert shown.payload["callback_id"] == "which-pupil"
