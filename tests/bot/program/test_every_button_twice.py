"""Every button of the screens, clicked twice: no error on top of what the first click did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from handlers.controllers import buttons
from handlers.platform.request import Request
from handlers.platform.services import Services
from meldcode.domain.errors import Invalid, Refused
from practice.blocks.elements import all_elements
from practice.model import Json, Message, View
from tests.bot.cases.closing import SIGNAL, record
from tests.names import NAMES
from tests.on_screen import blocks_of
from tests.running import FATIMA, KARIN, MEHMET, SANNE, Running, running, signal, unhurried

Screen = Callable[[Running], Awaitable[View | Message]]


def buttons_on(shown: View | Message) -> list[Json]:
    return [element for _, element in all_elements(blocks_of(shown)) if element["type"] == "button"]


async def case_of(school: Running) -> View:
    return await school.open_case(KARIN, school.codes(KARIN)[0])


async def message_of(school: Running) -> Message:
    return school.messages(KARIN)[0]


async def home_of(school: Running) -> View:
    return await school.open_home(KARIN)


async def home_of_leader(school: Running) -> View:
    return await school.open_home(FATIMA)


async def saved_of(school: Running) -> View:
    case = await school.open_case(SANNE, school.codes(KARIN)[0])
    await school.press(SANNE, case, "Notitie")
    filled = {"Wat wil je vastleggen?": "Moeder belde.", "Waar gaat het over?": "Een telefoontje of bericht"}
    assert (await school.actor(SANNE).fill(school.modal(SANNE), **filled)).ok
    return school.modal(SANNE)


async def roles_of(school: Running) -> View:
    await school.actor(FATIMA).command("/meldcode", "rollen")
    return school.modal(FATIMA)


async def twins_of(school: Running) -> View:
    """Two cases that can be one pupil's."""
    name = NAMES[len(school.codes(KARIN)) // 2]
    for user in (SANNE, MEHMET):
        await school.report(user, signal(Voornaam=name, Groep="5" if user == SANNE else "6"))
    await school.sent()
    return await school.open_case(KARIN, school.codes(KARIN)[-1])


async def drafts_of(school: Running) -> View:
    form = await school.open_form(SANNE)
    await school.actor(SANNE).type_in(form, Voornaam="Sem")
    await school.actor(SANNE).close(form)
    await school.press(SANNE, await school.open_home(SANNE), "Ik was bezig")
    return school.modal(SANNE)


async def deputy_of(school: Running) -> View:
    await school.actor(KARIN).command("/meldcode", "vervanging")
    days = {"Eerste dag": "2026-11-24", "Laatste dag": "2026-11-27"}
    await school.actor(KARIN).fill(school.modal(KARIN), **{"Wie vervangt?": MEHMET, **days})
    school.workspace.views.clear(KARIN)
    await school.press(KARIN, await school.open_home(KARIN), "Wijzigen")
    return school.modal(KARIN)


async def alarm_of(school: Running) -> View:
    await school.press(SANNE, await school.open_home(SANNE), "Acuut gevaar")
    return school.modal(SANNE)


async def alarm_told(school: Running) -> Message:
    await alarm_of(school)
    await school.sent()
    return school.messages(KARIN)[-1]


async def found_of(school: Running) -> View:
    await school.press(KARIN, await school.open_home(KARIN), "Zoeken")
    await school.actor(KARIN).fill(school.modal(KARIN), **{"Naam van de leerling, of een deel daarvan": "Bakker"})
    return school.modal(KARIN)


async def names_of(school: Running) -> View:
    await school.press(KARIN, await school.open_home(KARIN), "Mijn dossiers, met namen")
    return school.modal(KARIN)


SCREENS: dict[str, tuple[str, Screen]] = {
    "case": (KARIN, case_of),
    "case with one like it": (KARIN, twins_of),
    "message": (KARIN, message_of),
    "home": (KARIN, home_of),
    "home of the leader": (FATIMA, home_of_leader),
    "saved": (SANNE, saved_of),
    "roles": (FATIMA, roles_of),
    "drafts": (SANNE, drafts_of),
    "deputy": (KARIN, deputy_of),
    "alarm": (SANNE, alarm_of),
    "message of an alarm": (KARIN, alarm_told),
    "found": (KARIN, found_of),
    "names": (KARIN, names_of),
}


@pytest.mark.parametrize("name", SCREENS)
async def test_no_button_shows_an_error_when_it_is_clicked_twice(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    problems: list[str] = []
    show = buttons.show_button_problem

    async def noted(services: Services, request: Request, problem: Refused | Invalid | str) -> None:
        problems.append(f"{request.action}: {problem!r} {problem}")
        await show(services, request, problem)

    monkeypatch.setattr(buttons, "show_button_problem", noted)
    user, screen = SCREENS[name]
    async with running(tmp_path) as school:
        unhurried(school, monkeypatch)
        school.expect("hash_conflict", "push_limit_reached", "not_found")
        await record(school, SANNE, "signal", **SIGNAL)
        await record(school, SANNE, "signal", **SIGNAL | {"first_name": "Noa"})
        await school.sent()
        pressed = {button["text"]["text"] for button in buttons_on(await screen(school))}
        for label in sorted(pressed):
            school.workspace.views.clear(user)
            shown = await screen(school)
            for one in [button for button in buttons_on(shown) if button["text"]["text"] == label][:1]:
                for click in [school.click(user, shown, one["action_id"], one.get("value", "")) for _ in range(2)]:
                    await school.send(click)
        await school.done_later()
        assert problems == []
