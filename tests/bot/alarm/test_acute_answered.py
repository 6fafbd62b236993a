"""An alarm through Slack: it is raised, answered, escalates and is taken back, in messages that stay current (G4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.blocks.elements import all_elements
from practice.model import Message, View
from tests.on_screen import blocks_of, button, buttons_of, typed_in, words_of
from tests.running import FATIMA, JORIS, KARIN, MEHMET, SANNE, WILLEM, Running, Transport, running, signal

pytestmark = pytest.mark.rule("G4")
WHERE = "Waar ben je?"
ANSWERS = ["Ik ga erheen", "Ik bel", "Vals alarm"]


async def raised(school: Running, by: str = SANNE) -> View:
    """Somebody types `/meldcode acuut`; what they see then."""
    assert (await school.actor(by).command("/meldcode", "acuut")).ok
    await send(school)
    return school.modal(by)


async def send(school: Running) -> None:
    """Let everything be sent that can be."""
    while await school.program.outbox_relay.drain():
        pass


async def later(school: Running, minutes: int) -> None:
    """So many minutes pass, and the clock looks."""
    school.clock.forward(minutes=minutes, seconds=1)
    await school.program.scheduler.tick()
    await send(school)


def only(school: Running, user: str) -> Message:
    """The one message that somebody has."""
    [message] = school.messages(user)
    return message


def asks_first(shown: View | Message, label: str) -> bool:
    elements = [element for _, element in all_elements(blocks_of(shown))]
    [found] = [one for one in elements if one["type"] == "button" and one["text"]["text"] == label]
    return "confirm" in found


async def test_who_raises_it_sees_whom_to_call_and_is_asked_where_they_are(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        modal = await raised(school)
        words = words_of(modal)
        for said in ("112", "0800-2000", "Nu gewaarschuwd: Fatima el Amrani en Karin Visser.", WHERE):
            assert said in words
        assert (await school.actor(SANNE).fill(modal, **{WHERE: "lokaal 5 <!channel>"})).ok
        await send(school)
        assert "Doorgegeven waar je bent: lokaal 5 <!channel>" in words_of(school.modal(SANNE))
        for alerted in (KARIN, FATIMA):
            message = only(school, alerted)
            assert "Waar: lokaal 5 &lt;!channel&gt;" in str(message.blocks)
            assert "Sanne de Boer (groep 5)" in message.text


async def test_the_place_may_be_left_empty(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        modal = await raised(school)
        assert (await school.actor(SANNE).submit(modal, {})).ok
        assert "Waar: dat weten we nog niet" in words_of(only(school, KARIN))


@pytest.mark.parametrize("in_case", [False, True])
async def test_an_answer_changes_everybodys_message(tmp_path: Path, in_case: bool) -> None:
    async with running(tmp_path, worker=False) as school:
        await school.report(SANNE, signal())
        await send(school)
        told = {user: len(school.messages(user)) for user in (KARIN, FATIMA)}
        if in_case:
            case = await school.open_case(SANNE, school.codes(KARIN)[0])
            await school.press(SANNE, case, "Acuut gevaar")
            await send(school)
        else:
            await raised(school)
        to_karin = school.messages(KARIN)[-1]
        assert buttons_of(to_karin) == [
            *ANSWERS[:2],
            "112/Veilig Thuis gebeld",
            *(["Dossier openen"] if in_case else []),
            ANSWERS[2],
        ]
        await school.press(KARIN, to_karin, "Ik ga erheen")
        await send(school)
        for user in (KARIN, FATIMA):
            assert len(school.messages(user)) == told[user] + 1, "no other message"
            assert "Karin Visser gaat erheen" in words_of(school.messages(user)[-1])
        heard = only(school, SANNE)
        assert "Karin Visser gaat erheen" in words_of(heard) and "Karin Visser" in heard.text
        await school.press(FATIMA, school.messages(FATIMA)[-1], "Ik bel")
        await send(school)
        assert "Fatima el Amrani belt Sanne de Boer (" in words_of(only(school, SANNE))


async def test_unanswered_it_comes_again_and_then_to_the_director(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, worker=False, database_url=database_url) as school:
        await raised(school)
        await later(school, 3)
        assert [len(school.messages(user)) for user in (KARIN, FATIMA, JORIS, SANNE, WILLEM)] == [2, 2, 1, 1, 0]
        assert "Nog niemand heeft geantwoord" in words_of(only(school, SANNE))
        assert "Haal zelf iemand" in words_of(only(school, SANNE))
        await later(school, 7)
        assert "Bel nu de school" in words_of(only(school, WILLEM))
        assert buttons_of(only(school, WILLEM)) == []
        assert "Sanne" not in words_of(only(school, WILLEM))
        await school.press(JORIS, only(school, JORIS), "Ik ga erheen")
        await send(school)
        for message in (*school.messages(KARIN), *school.messages(FATIMA), only(school, SANNE)):
            assert "Joris Hendriks gaat erheen" in words_of(message)
        assert "heeft nu iemand geantwoord" in words_of(only(school, WILLEM))


@pytest.mark.parametrize("by", [SANNE, KARIN])
async def test_a_false_alarm_is_taken_back(tmp_path: Path, by: str) -> None:
    async with running(tmp_path, worker=False) as school:
        shown = await raised(school) if by == SANNE else (await raised(school), only(school, KARIN))[1]
        assert asks_first(shown, "Vals alarm")
        assert (await school.press(by, shown, "Vals alarm")).ok
        await send(school)
        for user in (KARIN, FATIMA, SANNE):
            assert "Vals alarm, zegt" in words_of(only(school, user))
            assert buttons_of(only(school, user)) == []
        if by == SANNE:
            assert "Vals alarm, zegt Sanne de Boer" in words_of(school.modal(SANNE))
        await later(school, 11)
        assert school.messages(WILLEM) == []


async def test_it_asks_first_where_it_stands_beside_another_button(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        saved = await school.report(SANNE, signal())
        await send(school)
        assert asks_first(saved, "Acuut gevaar") and asks_first(only(school, KARIN), "Acuut gevaar")
        await school.open_home(KARIN)
        await school.actor(KARIN).command("/meldcode", "help")
        home = school.workspace.home_of(KARIN)
        assert home and not asks_first(home, "Acuut gevaar")
        assert not asks_first(school.workspace.messages_of(KARIN)[-1], "Acuut gevaar")


async def test_an_ephemeral_answer_clicked_twice_and_another_device_are_one_alarm(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await school.actor(SANNE).command("/meldcode", "help")
        answer = school.workspace.messages_of(SANNE)[-1]
        for _ in range(2):
            await school.press(SANNE, answer, "Acuut gevaar")
        await raised(school)
        assert len(school.messages(KARIN)) == 1


async def test_an_old_button_says_that_the_alarm_is_over_and_whom_to_call(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await raised(school)
        school.clock.forward(days=8)
        await school.program.scheduler.hourly()
        await school.press(KARIN, school.messages(KARIN)[0], "Ik ga erheen")
        assert "Dit alarm is van langer geleden" in words_of(school.modal(KARIN))
        assert "112" in words_of(school.modal(KARIN))


async def test_somebody_whom_it_is_not_for_cannot_answer(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await raised(school)
        message = only(school, KARIN)
        for label in ANSWERS:
            pressed = button(message, label)
            here = school.workspace.post(MEHMET, "x")
            assert await school.send(school.click(MEHMET, here, pressed["action_id"], pressed["value"])) is not None
        await send(school)
        assert "gaat erheen" not in words_of(only(school, KARIN)) and school.messages(SANNE) == []


@pytest.mark.rule("G8")
@pytest.mark.parametrize("reviewed", [False, True])
async def test_one_form_lies_between_an_alarm_and_a_recorded_report(tmp_path: Path, reviewed: bool) -> None:
    async with running(tmp_path, worker=False) as school:
        await raised(school)
        assert (await school.press(KARIN, only(school, KARIN), "112/Veilig Thuis gebeld")).ok
        form = school.modal(KARIN)
        assert typed_in(form)["Groep"] == "5", "the group of who raised it"
        told = "Volgens mij komt de politie." if reviewed else "De politie komt."
        filled = {
            "Voornaam": "Sem",
            "Achternaam": "Bakker",
            "Wat is er gebeurd?": "De melding bij Veilig Thuis is gedaan",
            "Wie van school deed dit?": KARIN,
            "In welke functie?": "IB-er",
            "Wat is er gezegd en afgesproken?": told,
        }
        assert (await school.actor(KARIN).fill(form, **filled)).ok
        if reviewed:
            assert (await school.press(KARIN, school.modal(KARIN), "Aanpassen")).ok
            again = school.modal(KARIN)
            assert typed_in(again)["Achternaam"] == "Bakker" and typed_in(again)[list(filled)[-1]] == told
            assert (await school.actor(KARIN).fill(again, **{list(filled)[-1]: "De politie komt."})).ok
        assert "Opgeslagen in dossier" in words_of(school.modal(KARIN))
        await school.program.scheduler.tick()
        await send(school)
        code = school.codes(KARIN)[0]
        case = await school.open_case(FATIMA, code)
        assert (
            "Ouder informeren" in words_of(case) and "Om" in words_of(case) and "is er alarm geslagen" in words_of(case)
        )
        messages = str([message.blocks for user in (SANNE, KARIN, FATIMA) for message in school.messages(user)])
        assert "Bakker" not in messages and "Sem" not in messages
        assert buttons_of(school.messages(FATIMA)[0]).count("112/Veilig Thuis gebeld") == 1


@pytest.mark.rule("G8")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_leader_records_a_call_from_her_home_tab(
    tmp_path: Path, database_url: str, transport: Transport
) -> None:
    async with running(tmp_path, transport=transport, database_url=database_url, worker=False) as school:
        home = await school.open_home(FATIMA)
        assert (await school.press(FATIMA, home, "112/Veilig Thuis gebeld")).ok
        filled = {
            "Voornaam": "Sem",
            "Achternaam": "Bakker",
            "Groep": "5",
            "Wat is er gebeurd?": "De melding bij Veilig Thuis is gedaan",
            "Wie van school deed dit?": FATIMA,
            "In welke functie?": "schoolleider",
            "Wat is er gezegd en afgesproken?": "Volgens mij komt de politie.",
        }
        assert (await school.actor(FATIMA).fill(school.modal(FATIMA), **filled)).ok
        assert (await school.press(FATIMA, school.modal(FATIMA), "Aanpassen")).ok
        again = school.modal(FATIMA)
        assert typed_in(again)["Achternaam"] == "Bakker"
        assert (await school.actor(FATIMA).fill(again, **{list(filled)[-1]: "De politie komt."})).ok
        assert "Opgeslagen" in str(school.modal(FATIMA).payload["title"])
        await send(school)
        [code] = school.codes(KARIN)
        assert "De politie komt." in words_of(await school.open_case(FATIMA, code))
