"""A replay does not undo what was done since, and lists no names again (promises 6 and 9)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.platform import limits
from handlers.views import actions
from practice.model import Json, Message, View
from tests.bot.alarm.test_acute_answered import raised
from tests.bot.attacks.test_hostile import nothing_changes, shows_once
from tests.bot.cases.test_finding import home
from tests.bot.cases.test_school_year import reported
from tests.bot.program.test_http import answered, packed, signed
from tests.on_screen import button
from tests.running import FATIMA, KARIN, SANNE, Running, running


async def replayed_after(school: Running, earlier: Json, later: Json) -> None:
    """The earlier request is played again after the later one: that one stands."""
    body = packed(earlier)
    headers = signed(school, body)
    for sent in (body, packed(later)):
        status, words = await answered(school, sent, headers if sent == body else signed(school, sent))
        assert status == 200 and "errors" not in words, words
    await school.sent()
    with nothing_changes(school):
        await answered(school, body, headers)
        await school.sent()


def form(school: Running, user: str, view: View, callback: str, metadata: str, typed: Json) -> Json:
    empty = {**view.payload, "state": {"values": {}}}
    shown = View(**{**vars(view), "payload": empty})
    return school.submission(user, shown, typed, callback_id=callback, private_metadata=metadata)


def ticked(*values: str) -> Json:
    return {"answer": {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}}


def day(date: str) -> Json:
    return {"answer": {"type": "datepicker", "selected_date": date}}


async def opened(school: Running, user: str, typed: str) -> View:
    assert (await school.actor(user).command("/meldcode", typed)).ok
    return school.modal(user)


@pytest.mark.rule("G3")
async def test_a_role_that_was_taken_since_stays_taken(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        shown = await opened(school, FATIMA, "rollen")
        linde = linde_of(school)

        def roles(seen: list[str], *chosen: str) -> Json:
            asked = json.dumps({"school": linde, "user": SANNE, "seen": seen})
            return form(school, FATIMA, shown, actions.ROLES_FORM, asked, {"roles": ticked(*chosen)})

        more = ("teacher", "confidant")
        await replayed_after(school, roles(["teacher"], *more), roles([*more], "teacher"))


@pytest.mark.rule("G2")
async def test_working_days_that_were_changed_since_stay(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        shown, linde = await opened(school, FATIMA, "rollen"), linde_of(school)
        first, second = (
            form(school, SANNE, shown, actions.WORKING_DAYS_FORM, "", {linde: ticked(*days)}) for days in ("01", "23")
        )
        await replayed_after(school, first, second)


@pytest.mark.rule("G5")
async def test_a_period_that_was_changed_since_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        shown = await opened(school, KARIN, "vervanging")
        deputy = {"deputy": {"answer": {"type": "users_select", "selected_user": FATIMA}}}
        days = {"first_day": day("2026-11-30"), "last_day": day("2026-12-01")}
        await school.send(school.submission(KARIN, shown, deputy | days))
        first, second = (
            form(school, KARIN, shown, actions.DEPUTY_PERIOD, "1", days | {"last_day": day(last)})
            for last in ("2026-12-02", "2026-12-03")
        )
        await replayed_after(school, first, second)


@pytest.mark.rule("G4")
async def test_where_somebody_is_and_who_comes_stay_as_they_were_told_last(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        shown = await raised(school)
        await school.sent()
        named = str(shown.payload["private_metadata"])
        first, second = (
            form(school, SANNE, shown, actions.ALARM_PLACE, named, {"place": typed(place)}) for place in ("5", "6")
        )
        await replayed_after(school, first, second)
        [message] = school.messages(KARIN)
        going, calling = (pressed(school, message, label) for label in ("Ik ga erheen", "Ik bel"))
        await replayed_after(school, going, calling)


@pytest.mark.rule("G10")
async def test_a_page_of_the_school_year_is_shown_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SCHOOL_YEAR", 1)
    async with running(tmp_path) as school:
        await reported(school, 2)
        await school.sent()
        first = await home(school, KARIN, "Nieuw schooljaar")
        await shows_once(school, school.submission(KARIN, first), "VMies1")


async def test_a_page_of_the_home_tab_that_was_turned_since_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("trigger_id")
        tab = await school.open_home(KARIN)
        first, second = (school.click(KARIN, tab, actions.HOME_PAGE, page) for page in ("1", "2"))
        await replayed_after(school, first, second)


def typed(words: str) -> Json:
    return {"answer": {"type": "plain_text_input", "value": words}}


def pressed(school: Running, message: Message, label: str) -> Json:
    found = button(message, label)
    return school.click(KARIN, message, found["action_id"], found["value"])


def linde_of(school: Running) -> str:
    with school.program.store.transaction() as uow:
        return str(next(one.id for one in uow.staff.schools() if one.name == "De Linde"))
