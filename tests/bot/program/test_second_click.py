"""A second click on a button shows no error on top of what the first one did; a modal never waits for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from practice.model import Json, Message, View
from tests.bot.cases.closing import SIGNAL, record
from tests.clock import until
from tests.on_screen import button, buttons_of, typed_in, words_of
from tests.running import FATIMA, KARIN, NOOR, SANNE, Running, Transport, logged, running, signal


async def clicked_twice(school: Running, user: str, shown: View | Message, label: str) -> View:
    """Click twice before the first click changed the screen; return what is shown then."""
    pressed = button(shown, label)
    clicks = [school.click(user, shown, pressed["action_id"], pressed.get("value", "")) for _ in range(2)]
    for click in clicks:
        await school.send(click)
    return school.modal(user)


@pytest.mark.rule("S1.4")
async def test_adjusting_twice_shows_the_form(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("hash_conflict")
        form = await school.open_form(SANNE)
        await school.actor(SANNE).fill(form, **signal(what="Sem is misschien geslagen."))
        shown = await clicked_twice(school, SANNE, school.modal(SANNE), "Aanpassen")
        assert shown.payload["title"]["text"] == "Signaal"


async def test_opening_a_case_twice_from_what_was_saved_shows_the_case(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("hash_conflict")
        saved = await school.report(SANNE, signal())
        shown = await clicked_twice(school, SANNE, saved, "Dossier openen")
        assert shown.payload["title"]["text"].startswith("Dossier ")


async def test_a_form_that_cannot_be_opened_once_more_stays_without_an_error(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("push_limit_reached")
        code = await record(school, SANNE, "signal", **SIGNAL)
        case = await school.open_case(KARIN, code)
        pressed = button(case, "Notitie")
        for _ in range(4):
            await school.send(school.click(KARIN, case, pressed["action_id"], pressed["value"]))
        assert school.modal(KARIN).payload["title"]["text"] == "Notitie"
        typed = {"Wat wil je vastleggen?": "Moeder belde."}
        assert (await school.actor(KARIN).fill(school.modal(KARIN), **typed)).ok


async def refused_in_a_third_modal(school: Running) -> View:
    """Karin clicked "Notitie" twice, so that two forms lie on the case, and is excluded before she goes on."""
    code = await record(school, SANNE, "signal", **SIGNAL)
    case = await school.open_case(KARIN, code)
    pressed = button(case, "Notitie")
    for _ in range(2):
        await school.send(school.click(KARIN, case, pressed["action_id"], pressed["value"]))
    await record(school, SANNE, "excluded", code, exclusion="out", excluded_person=KARIN, why_excluded="Familie.")
    return school.modal(KARIN)


@pytest.mark.rule("G12")
async def test_a_third_modal_gives_way_to_the_reason_why_it_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await refused_in_a_third_modal(school)
        await school.actor(KARIN).type_in(form, **{"Waar gaat het over?": "Iets anders"})
        assert "Dit dossier is er niet" in words_of(school.modal(KARIN))


async def test_a_reason_that_cannot_be_shown_once_more_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as school:
        school.expect("push_limit_reached")
        await refused_in_a_third_modal(school)
        case = school.workspace.modals_of(KARIN)[0]
        await school.press(KARIN, case, "Notitie")
    assert "push_limit_reached" not in caplog.text and not [one for one in caplog.records if one.levelname == "ERROR"]


WAITING = "Een ogenblik, de naam wordt opgezocht."


async def chooses_noor(school: Running) -> None:
    await school.actor(FATIMA).command("/meldcode", "rollen")
    await school.press(FATIMA, school.modal(FATIMA), "Rollen wijzigen")
    await school.actor(FATIMA).click(school.modal(FATIMA), "roles-of", {"selected_user": NOOR})


@pytest.mark.parametrize("error", [TimeoutError(), RuntimeError("no JSON")])
async def test_a_modal_that_waits_for_a_name_says_so_when_slack_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def late(_self: AsyncWebClient, **_asked: object) -> None:
        raise error

    async with running(tmp_path) as school:
        monkeypatch.setattr(AsyncWebClient, "users_info", late)
        await chooses_noor(school)
        await until(lambda: WAITING not in words_of(school.modal(FATIMA)))
        assert "Slack" in words_of(school.modal(FATIMA))


async def test_a_modal_that_waits_is_updated_once_slack_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.platform.services.UPDATE_WAIT", timedelta(milliseconds=10))
    asked = AsyncWebClient.users_info

    async def then_away(self: AsyncWebClient, **kwargs: Any) -> Any:
        found = await asked(self, **kwargs)
        if kwargs["user"] == NOOR:
            school.workspace.faults.server_error = 2
        return found

    async with running(tmp_path) as school:
        school.expect("server_error")
        monkeypatch.setattr(AsyncWebClient, "users_info", then_away)
        await chooses_noor(school)
        await until(lambda: WAITING not in words_of(school.modal(FATIMA)))
        assert typed_in(school.modal(FATIMA))["Naam"] == "Noor Bakker"


async def test_a_home_tab_that_slack_is_too_busy_for_is_published_again(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("rate_limited")
        school.workspace.faults.rate_limited = 1
        await school.open_home(SANNE)
        await until(lambda: "Goedendag Sanne" in school.home(SANNE))


@pytest.mark.rule("G3")
@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_home_tab_that_slack_refuses_shows_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    """What stood there before may be of cases that the person may not read any more."""

    def is_whole_tab(view: Json) -> bool:
        return view["type"] == "home" and len(view["blocks"]) > 3

    monkeypatch.setattr("practice.state.views.is_too_large", is_whole_tab)
    async with running(tmp_path) as school:
        school.expect("view_too_large")
        if by_hand:
            await school.open_home(SANNE)
        else:
            await school.report(SANNE, signal())
        await until(lambda: "te lang voor Slack" in school.home(SANNE))
        assert "Acuut gevaar" in buttons_of(school.workspace.views.homes[SANNE])


async def test_a_start_says_nothing_of_a_token_that_is_unused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-the-environment")
    with logged() as log:
        async with running(tmp_path):
            pass
    assert "unused" not in log.text


@pytest.mark.rule("S1.1")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_taking_a_case_up_twice_shows_that_it_was_done(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        school.expect("hash_conflict")
        code = await record(school, SANNE, "signal", **SIGNAL)
        shown = await clicked_twice(school, KARIN, await school.open_case(KARIN, code), "Signaal oppakken")
        assert f"Opgeslagen in dossier *{code}*" in words_of(shown)
        assert len(school.workspace.modals_of(KARIN)) == 1


async def test_an_alarm_of_an_answer_that_only_one_sees_is_raised_once(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(SANNE).command("/meldcode", "help")
        [answer] = school.workspace.messages_of(SANNE)
        assert answer.is_ephemeral
        await clicked_twice(school, SANNE, answer, "Acuut gevaar")
        await school.sent()
        assert len(school.messages(KARIN)) == 1
