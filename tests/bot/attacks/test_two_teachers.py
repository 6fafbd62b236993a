"""Two teachers report the same pupil: a reader of both cases may merge them; the second teacher learns nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from practice.model import View
from storage.db.schema import cases
from tests.clock import until
from tests.on_screen import blocks_of, buttons_of, words_of
from tests.running import JORIS, KARIN, MEHMET, SANNE, Running, Transport, running, signal

pytestmark = pytest.mark.rule("G3")
FIRST = signal(what="Eerste: een blauwe plek.", Groep="5")
SECOND = signal(what="Tweede: Sem wilde niet naar huis.", Voornaam="sem", Groep="6")


async def both_reported(school: Running) -> tuple[str, str]:
    """Sanne and then Mehmet report the same pupil; the codes of the two cases."""
    await school.report(SANNE, FIRST)
    await school.sent()
    await school.report(MEHMET, SECOND)
    await school.sent()
    first, second = school.codes(KARIN)
    return first, second


async def joined(school: Running) -> tuple[str, str]:
    first, second = await both_reported(school)
    await school.press(KARIN, await school.open_case(KARIN, second), "Hoort bij elkaar")
    await school.sent()
    return first, second


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_who_reads_both_is_offered_to_join_them(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        first, second = await both_reported(school)
        assert first != second
        offer = await school.open_case(KARIN, second)
        assert f"Er is ook dossier *{first}* over een leerling met deze naam" in words_of(offer)

        assert (await school.press(KARIN, offer, "Hoort bij elkaar")).ok
        case = school.modal(KARIN)
        assert case.payload["title"]["text"] == f"Dossier {first}"
        assert "Eerste: een blauwe plek." in words_of(case)
        assert "Tweede: Sem wilde niet naar huis." in words_of(case)
        assert f"uit dossier {second}" in words_of(case)
        assert "Hoort bij elkaar" not in buttons_of(case)


async def test_another_pupil_stops_the_offer(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await both_reported(school)
        await school.press(KARIN, await school.open_case(KARIN, second), "Andere leerling")
        assert "Er is ook dossier" not in words_of(school.modal(KARIN))
        assert "Er is ook dossier" not in words_of(await school.open_case(KARIN, first))


async def test_the_teachers_are_not_told_that_another_pupil_has_the_same_name(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await both_reported(school)
        await school.press(KARIN, await school.open_case(KARIN, second), "Andere leerling")
        assert "Gaat over een andere leerling" in words_of(school.modal(KARIN))
        for teacher, code in ((SANNE, first), (MEHMET, second)):
            assert "andere leerling" not in words_of(await school.open_case(teacher, code))


async def test_joining_twice_joins_once(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await both_reported(school)
        offer = await school.open_case(KARIN, second)
        one = school.click(KARIN, offer, "join.0", json.dumps({"case": second, "other": first}))
        await school.send(one)
        await school.sent()
        told = len(school.messages(KARIN))
        await school.send(school.click(KARIN, offer, "join.0", json.dumps({"case": second, "other": first})))
        await school.sent()
        words = words_of(await school.open_case(KARIN, first))
        assert words.count("Toegevoegd uit een ander dossier") == 1
        assert len(school.messages(KARIN)) == told


async def test_a_teacher_cannot_join_cases(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await both_reported(school)
        own = await school.open_case(MEHMET, second)
        await school.send(school.click(MEHMET, own, "join.0", json.dumps({"case": second, "other": first})))
        assert "Dit dossier is er niet, of jij kunt het niet lezen." in words_of(school.modal(MEHMET))
        assert "Er is ook dossier" in words_of(await school.open_case(KARIN, second))


async def test_the_second_teacher_sees_the_same_with_and_without_the_first_case(tmp_path: Path) -> None:
    seen = []
    for name, has_first in (("alone", False), ("second", True)):
        (tmp_path / name).mkdir()
        async with running(tmp_path / name) as school:
            if has_first:
                await school.report(SANNE, FIRST)
                await school.sent()
            seen.append(await _all_that_mehmet_sees(school))
    assert seen[0] == seen[1]


async def test_the_second_teacher_learns_nothing_from_the_joining(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await joined(school)
        sees = await _all_that_mehmet_sees(school, second)
        assert first not in sees
        assert "Eerste" not in sees
        assert "Sanne" not in sees
        assert "ander dossier" not in sees
        assert "Je signaal is gelezen." in sees
        answer = await school.actor(MEHMET).command("/meldcode", f"dossier {first}")
        assert "Dit dossier is er niet, of jij kunt het niet lezen." in answer.text


@pytest.mark.rule("S1.1")
async def test_a_later_signal_of_the_second_teacher_is_told_under_the_joined_case(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await joined(school)
        before = len(school.messages(KARIN))
        saved = await school.report(MEHMET, signal(what="Derde: Sem huilde.", Groep="6"))
        await school.sent()
        assert second in words_of(saved)
        assert first not in words_of(saved)
        assert "Er is bericht gestuurd naar: Joris Hendriks en Karin Visser." in words_of(saved)
        assert len(school.messages(KARIN)) == before + 1
        assert first in words_of(school.messages(KARIN)[-1])
        assert "Derde: Sem huilde." in words_of(await school.open_case(KARIN, first))
        assert school.count(cases) == 2


async def _all_that_mehmet_sees(school: Running, code: str = "") -> str:
    """Everything that the second teacher sees, without their own case code and ids."""
    shown = []
    if not code:
        shown.append(await school.report(MEHMET, SECOND))
        await school.sent()
        code = re.findall(r"\d\d-[A-Z0-9]{4}", words_of(shown[0]))[0]
    await until(lambda: code in school.home(MEHMET))
    home = school.workspace.home_of(MEHMET)
    assert home is not None
    await school.actor(MEHMET).command("/meldcode", "dossiers")
    shown += [home, await school.open_case(MEHMET, code), await school.open_form(MEHMET)]
    parts = [_without_ids(view) for view in shown] + [blocks_of(m) for m in school.workspace.messages_of(MEHMET)]
    written = json.dumps(parts, ensure_ascii=False).replace(code, "CODE")
    own_ids = re.sub(r'"block_id": "b[0-9a-f]{8}"', '"block_id": ""', written)
    return re.sub(r"geschreven op [\d-]+ [\d:]+", "geschreven", own_ids)


def _without_ids(view: View) -> dict[str, object]:
    random = ("id", "hash", "root_view_id")
    return {name: value for name, value in view.payload.items() if name not in random}


async def test_the_offer_names_the_group(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await both_reported(school)
        assert "(groep 5, geopend op" in words_of(await school.open_case(KARIN, second))
        assert "(groep 6, geopend op" in words_of(await school.open_case(KARIN, first))


async def test_who_has_the_window_open_still_cannot_join_what_a_colleague_told_apart(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await both_reported(school)
        open_window = await school.open_case(JORIS, second)
        await school.press(KARIN, await school.open_case(KARIN, first), "Andere leerling")
        before = school.digest()["entries"]
        await school.press(JORIS, open_window, "Hoort bij elkaar")
        assert "gaan niet over dezelfde leerling" in words_of(school.modal(JORIS))
        assert school.digest()["entries"] == before


async def test_two_people_undo_a_join_through_slack(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        first, second = await joined(school)
        for user, record, answer in (
            (KARIN, "separation", {"Waarom horen ze niet bij elkaar?": "Het zijn twee kinderen."}),
            (JORIS, "separation_agreed", {"Maken jullie de dossiers los?": "Ja, het zijn twee leerlingen"}),
        ):
            case = await school.open_case(user, first)
            asked = json.dumps({"case": first, "record": record})
            await school.send(school.click(user, case, "make-record.x", asked))
            assert (await school.actor(user).fill(school.modal(user), **answer)).ok
            await school.sent()
        assert "Tweede: Sem wilde niet naar huis." not in words_of(await school.open_case(KARIN, first))
        assert "Stap 1 van 4" in words_of(await school.open_case(MEHMET, second))
