"""The main story: a signal is reported and stored privately, and the IB-er and the confidant are notified."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from practice.model import Message, View
from storage.db.schema import cases, entries, outbox
from tests.clock import until
from tests.on_screen import buttons_of, typed_in, words_of
from tests.running import (
    ABUSE,
    FATIMA,
    JORIS,
    KARIN,
    LINDE,
    MEHMET,
    NOOR,
    SANNE,
    STATEMENT,
    WHAT,
    Transport,
    linde_with,
    person,
    running,
    signal,
)

KINDS = [
    ABUSE,
    STATEMENT,
    "Uitspraken die andere kinderen of volwassenen over de thuissituatie van de leerling doen",
    "Verslag van gesprekken met de leerling of de ouders",
    "Iets anders",
]
KEPT = "Is er een tekening, brief of foto?"
PERSONAL = ("Sem", "Bakker", "blauwe plek", "Sanne", "Mehmet")


@pytest.mark.rule("S1.1")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_signal_is_reported_and_read_by_who_must_know(
    tmp_path: Path, transport: Transport, database_url: str
) -> None:
    async with running(tmp_path, transport=transport, database_url=database_url) as school:
        saved = await school.report(SANNE, signal())
        [code] = re.findall(r"\d\d-[A-Z0-9]{4}", words_of(saved))
        assert "Nu nodig: “Signaal oppakken”." in words_of(saved)
        await school.sent()
        for user in (KARIN, JORIS):
            [message] = school.messages(user)
            _is_neutral(message, code)
            await school.press(user, message, "Dossier openen")
            _shows_the_case(school.modal(user), code)
            await until(lambda user=user: code in school.home(user))  # type: ignore[misc]
        assert school.messages(FATIMA) == school.messages(SANNE) == []


def _is_neutral(message: Message, code: str) -> None:
    assert message.text == f"Dossier {code}: er is iets voor je in Meldwijzer."
    words = words_of(message)
    assert f"Dossier {code}: Een collega gaf een signaal door. Lees het vandaag." in words
    assert "Pak het signaal op, uiterlijk vandaag, dinsdag 24 november." in words
    assert "Stap 1 van 4: Signalen vastleggen" in words
    assert "Nu aan de beurt: IB-er/zorgcoördinator of vertrouwenspersoon" in words
    assert buttons_of(message) == ["Dossier openen", "Acuut gevaar"]
    assert not [name for name in PERSONAL if name in message.text + json.dumps(message.blocks, ensure_ascii=False)]


def _shows_the_case(view: View, code: str) -> None:
    words = words_of(view)
    assert view.payload["title"]["text"] == f"Dossier {code}"
    assert "Sem Bakker, groep 5" in words
    assert "Een blauwe plek." in words
    assert "door Sanne de Boer (leerkracht)" in words
    assert "Stap 1 van 4: Signalen vastleggen" in words
    assert "Nog nodig in deze stap: Signaal oppakken" in words


async def test_the_form_asks_in_dutch_what_the_plan_asks(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE, "blauwe plek op de arm")
        assert list(typed_in(form)) == [
            "Voornaam",
            "Achternaam",
            "Groep",
            "Soort",
            WHAT,
            "Wanneer",
            "Hoe laat?",
            "Hoe weet je dit?",
            KEPT,
        ]
        assert (typed_in(form)["Groep"], typed_in(form)["Wanneer"]) == ("5", "2026-11-24")
        assert typed_in(form)[WHAT] == "blauwe plek op de arm"
        assert typed_in(form)["Hoe weet je dit?"] is None, "it can be a disclosure, so nothing is chosen"
        assert (form.payload["submit"]["text"], form.payload["close"]["text"]) == ("Opslaan", "Annuleren")


@pytest.mark.rule("G3")
@pytest.mark.rule("G7")
async def test_the_form_says_who_reads_it_what_follows_and_when_it_is_the_wrong_one(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        words = words_of(await school.open_form(SANNE))
        assert (
            "Alleen jij en de IB-er/zorgcoördinator, vertrouwenspersoon (in stap 1 en 2) en schoolleider (vanaf"
            in words
        )
        assert "gaat er meteen bericht naar: leerkracht, IB-er/zorgcoördinator en vertrouwenspersoon" in words
        assert "Gaat je vermoeden over iemand die op school werkt?" in words
        assert "Bel 112" in words


async def test_who_was_told_is_what_the_form_said_and_never_oneself(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        case = await school.open_case(KARIN, school.codes(KARIN)[0])
        await school.press(KARIN, case, "Signaal oppakken")
        assert "Er is bericht gestuurd naar: Joris Hendriks en Sanne de Boer." in words_of(school.modal(KARIN))
        await school.press(KARIN, school.modal(KARIN), "Overleg vastleggen")
        assert (
            "Begint er een volgende stap of sluit het dossier? Dan krijgen de collega's die daarbij horen ook bericht."
            in words_of(school.modal(KARIN))
        )
        assert "Begint er een volgende stap" not in words_of(await school.open_form(SANNE)), "a signal begins none"


@pytest.mark.rule("S1.1")
@pytest.mark.rule("S1.2")
async def test_a_note_is_two_clicks_and_that_a_signal_was_read_is_one(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        await school.press(KARIN, await school.open_case(KARIN, code), "Signaal oppakken")
        await school.press(SANNE, await school.open_case(SANNE, code), "Notitie")
        note = school.modal(SANNE)
        assert "Voornaam" not in typed_in(note), "the pupil is known"
        assert (await school.actor(SANNE).fill(note, **{"Wat wil je vastleggen?": "Moeder belde."})).ok
        assert "Er is bericht" not in words_of(school.modal(SANNE))
        await school.press(SANNE, await school.open_case(SANNE, code), "Signaal doorgeven")
        again = {
            key: answer for key, answer in signal(what="Sem huilde.").items() if key in typed_in(school.modal(SANNE))
        }
        assert (await school.actor(SANNE).fill(school.modal(SANNE), **again)).ok
        await school.sent()
        told = len(school.messages(SANNE))
        await school.press(KARIN, await school.open_case(KARIN, code), "Gelezen")
        assert "Er is bericht gestuurd naar: Sanne de Boer." in words_of(school.modal(KARIN))
        await school.sent()
        [read] = school.messages(SANNE)[told:]
        assert words_of(read).startswith(f"Je signaal in dossier {code} is gelezen door de IB-er/zorgcoördinator.")


@pytest.mark.rule("S1.3")
async def test_the_kinds_stand_in_the_order_and_words_of_the_source(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        [kind] = [block for block in form.payload["blocks"] if block.get("block_id") == "kind"]
        shown = [
            " ".join(part["text"] for name in ("text", "description") if (part := option.get(name)))
            for option in kind["element"]["options"]
        ]
        assert shown == KINDS


@pytest.mark.parametrize("way", ["shortcut", "home"])
async def test_the_form_opens_in_other_ways_too(tmp_path: Path, way: str) -> None:
    async with running(tmp_path) as school:
        if way == "shortcut":
            assert (await school.actor(SANNE).shortcut("signaal_melden")).ok
        else:
            home = await school.open_home(SANNE)
            assert (await school.press(SANNE, home, "Signaal doorgeven")).ok
        assert WHAT in typed_in(school.modal(SANNE))


async def test_a_second_signal_of_the_same_teacher_lands_in_the_same_case(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.report(SANNE, signal(what="Een tweede plek.", Voornaam="SEM ", Achternaam=" bakker"))
        await school.sent()
        assert len(school.messages(KARIN)) == 2
        [code] = school.codes(KARIN)
        words = words_of(await school.open_case(KARIN, code))
        assert "Een blauwe plek." in words
        assert "Een tweede plek." in words
        assert (school.count(cases), school.count(entries)) == (1, 2)


@pytest.mark.rule("S1.2")
async def test_the_logbook_is_in_order_of_happening(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        for day in ("20", "18", "22"):
            await school.report(SANNE, signal(what=f"Op dag {day}.", when=f"2026-11-{day}"))
        await school.sent()
        words = words_of(await school.open_case(KARIN, school.codes(KARIN)[0]))
        assert re.findall(r"Op dag (\d+)", words) == ["18", "20", "22"]
        assert re.findall(r"(\d)\. Signaal · (\d\d)-11-2026", words) == [("2", "18"), ("1", "20"), ("3", "22")]
        assert words.count("geschreven op 24-11-2026") == 3


@pytest.mark.rule("S1.2")
async def test_a_correction_is_a_new_entry_that_names_the_one_it_corrects(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal(what="Een plek op de linkerarm."))
        await school.sent()
        [code] = school.codes(KARIN)
        case = await school.open_case(SANNE, code)
        assert (await school.press(SANNE, case, "Verbeteren")).ok
        answer = await school.actor(SANNE).fill(
            school.modal(SANNE), **{"Hoe is het juist?": "Een plek op de rechterarm."}
        )
        assert answer.ok
        words = words_of(await school.open_case(KARIN, code))
        assert "Een plek op de linkerarm." in words
        assert "Een plek op de rechterarm." in words
        assert "verbetert regel 1" in words


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
async def test_hints_are_shown_before_saving_and_the_teacher_decides(tmp_path: Path) -> None:
    hinted = signal(
        what="Sem is misschien geslagen. De moeder van Lisa zei iets.", when="2026-11-20", Soort=[STATEMENT]
    )
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        await school.actor(SANNE).fill(form, **hinted)
        review = school.modal(SANNE)
        assert "«misschien»" in words_of(review)
        assert "«Lisa»" in words_of(review)
        assert "niet gecontroleerd of goedgekeurd" in words_of(review)
        assert (school.count(entries), school.count(outbox)) == (0, 0)

        assert (await school.press(SANNE, review, "Aanpassen")).ok
        again = school.modal(SANNE)
        left_open = {"Hoe laat?": None, KEPT: None}
        assert typed_in(again) == {**hinted, **left_open, "Hoe weet je dit?": "Zelf gezien of gehoord"}

        await school.actor(SANNE).fill(again, **{WHAT: "Sem is misschien geslagen."})
        assert "«misschien»" in words_of(school.modal(SANNE))
        assert (await school.actor(SANNE).submit(school.modal(SANNE), {})).ok
        assert school.modal(SANNE).payload["title"]["text"] == "Opgeslagen"
        await school.sent()
        words = words_of(await school.open_case(KARIN, school.codes(KARIN)[0]))
        assert "Sem is misschien geslagen." in words
        assert "Lisa" not in words
        assert school.count(entries) == 1


@pytest.mark.rule("S1.1")
async def test_without_iber_and_confidant_the_leader_is_told_and_of_the_gap(tmp_path: Path) -> None:
    some = linde_with(person(SANNE, "Sanne de Boer", "teacher"), person(FATIMA, "Fatima el Amrani", "school_leader"))
    async with running(tmp_path, schools=[some]) as school:
        saved = await school.report(SANNE, signal())
        assert "niemand op je school heeft de rol IB-er/zorgcoördinator of vertrouwenspersoon" in words_of(saved)
        assert "Ga ook zelf even langs" in words_of(saved)
        await school.sent()
        [message] = school.messages(FATIMA)
        assert "niemand kan in dit dossier de rol IB-er/zorgcoördinator of vertrouwenspersoon vervullen" in words_of(
            message
        )


@pytest.mark.rule("S1.1")
async def test_with_one_of_both_roles_filled_nobody_else_is_told(tmp_path: Path) -> None:
    people = [someone for someone in LINDE["people"] if someone["slack"] != KARIN]
    async with running(tmp_path, schools=[linde_with(*people)]) as school:
        saved = await school.report(SANNE, signal())
        await school.sent()
        assert (len(school.messages(JORIS)), school.messages(FATIMA)) == (1, [])
        assert "Let op" not in words_of(saved)


@pytest.mark.rule("S1.1")
async def test_with_nobody_to_tell_the_teacher_is_told_to_go_in_person(tmp_path: Path) -> None:
    alone = linde_with(person(SANNE, "Sanne de Boer", "teacher"))
    async with running(tmp_path, schools=[alone]) as school:
        saved = await school.report(SANNE, signal())
        assert "Ga nu zelf naar je schoolleider of IB-er." in words_of(saved)
        assert (school.count(entries), school.count(outbox)) == (1, 0)


async def test_the_teacher_sees_the_own_case_on_the_home_tab(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        await until(lambda: code in school.home(SANNE))
        assert "jouw dossier" in school.home(SANNE)
        await school.open_home(MEHMET)
        assert code not in school.home(MEHMET)


@pytest.mark.rule("G4")
async def test_acute_danger_is_one_click_away_everywhere(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        saved = await school.report(SANNE, signal())
        await school.sent()
        home = await school.open_home(KARIN)
        case = await school.open_case(KARIN, school.codes(KARIN)[0])
        for shown in (saved, home, case, school.messages(KARIN)[0]):
            assert "Acuut gevaar" in buttons_of(shown)
        await school.press(KARIN, school.messages(KARIN)[0], "Acuut gevaar")
        assert "112" in words_of(school.modal(KARIN))
        assert "0800-2000" in words_of(school.modal(KARIN))


async def test_the_commands_list_open_and_explain(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        await school.actor(KARIN).command("/meldcode", "dossiers")
        listed = school.workspace.messages_of(KARIN)[-1]
        assert listed.is_ephemeral
        assert code in words_of(listed)
        for text in ("help", "HELP"):
            assert "/meldcode dossier CODE" in (await school.actor(KARIN).command("/meldcode", text)).text
        unknown = (await school.actor(KARIN).command("/meldcode", "<!channel> *x*")).text
        assert "Dat woord ken ik niet" in unknown
        assert "channel" not in unknown
        assert "Bedoelde je */meldcode dossiers*?" in (await school.actor(KARIN).command("/meldcode", "dosiers")).text


async def test_the_command_alone_shows_what_fits_the_asker(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(SANNE).command("/meldcode")
        first = school.workspace.messages_of(SANNE)[-1]
        assert "Je hebt geen open dossiers" in words_of(first)
        assert buttons_of(first) == ["Signaal doorgeven", "Acuut gevaar"]
        await school.report(SANNE, signal())
        await school.sent()
        await school.actor(KARIN).command("/meldcode")
        waiting = school.workspace.messages_of(KARIN)[-1]
        assert "Dit wacht op jou (1)" in words_of(waiting)
        assert school.codes(KARIN)[0] in words_of(waiting)
        await school.actor(SANNE).command("/meldcode")
        assert "Er wacht nu niets op jou" in words_of(school.workspace.messages_of(SANNE)[-1])
        assert "Je hebt nog geen rol" in (await school.actor(NOOR).command("/meldcode")).text


async def test_a_case_code_is_understood_however_it_is_typed(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        bare = code.replace("-", "")
        for typed in (f"dossier {code.lower()}", f"dossier {bare}", f"dossier {bare[:2]} {bare[2:]}", code):
            await school.actor(KARIN).command("/meldcode", typed)
            assert school.modal(KARIN).payload["title"]["text"] == f"Dossier {code}"
            school.modal(KARIN).payload["title"]["text"] = ""


@pytest.mark.rule("G1")
async def test_who_has_no_role_is_told_where_to_go(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        words = "Je hebt nog geen rol op een school die Meldwijzer kent."
        assert words in (await school.actor(NOOR).command("/signaal")).text
        assert words in (await school.actor(NOOR).command("/meldcode", "dossiers")).text
        await school.open_home(NOOR)
        await until(lambda: words in school.home(NOOR))
        await school.actor(NOOR).shortcut("signaal_melden")
        assert words in words_of(school.modal(NOOR))


async def test_who_works_at_two_schools_chooses_one(tmp_path: Path) -> None:
    both = person(SANNE, "Sanne de Boer", "teacher", groups=["5"])
    beuk = {"name": "De Beuk", "region": "zuid", "people": [both, person(JORIS, "Joris Hendriks", "confidant")]}
    linde = linde_with(both, person(KARIN, "Karin Visser", "care_coordinator"))
    async with running(tmp_path, schools=[linde, beuk]) as school:
        await school.report(SANNE, signal(School="De Beuk"))
        await school.sent()
        assert (len(school.messages(JORIS)), school.messages(KARIN)) == (1, [])
