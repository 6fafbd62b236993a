"""Deputies and vacancies as people see them in Slack (G3, G5)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.i18n.texts import role
from tests.bot.messages.test_reminders import hourly, send, unread
from tests.on_screen import words_of
from tests.running import FATIMA, JORIS, KARIN, MEHMET, SANNE, WILLEM, Running, Transport, running, signal

FIRST, LAST, LATER = "2026-11-24", "2026-11-27", "2026-12-01"


async def arranges(school: Running, user: str, deputy: str) -> None:
    await school.actor(user).command("/meldcode", "vervanging")
    days = {"Eerste dag": FIRST, "Laatste dag": LAST}
    assert (await school.actor(user).fill(school.modal(user), **{"Wie vervangt?": deputy, **days})).ok
    await send(school)


async def changes(school: Running, user: str, **period: str) -> str:
    """Press the button beside the deputy on the Home tab; without a period end it. Returns what is said then."""
    home = await school.open_home(user)
    await school.press(user, home, "Wijzigen")
    if period:
        assert (await school.actor(user).fill(school.modal(user), **period)).ok
    else:
        await school.press(user, school.modal(user), "Vervanging stoppen")
    await send(school)
    return words_of(school.modal(user))


def is_active(school: Running, user: str, active: bool) -> None:
    """An account is closed or opened again, and the bot does not hear of it."""
    school.workspace.update_person(replace(school.workspace.people[user], is_active=active))


@pytest.mark.rule("G3")
@pytest.mark.rule("G5")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_deputy_is_named_to_both_announced_changed_and_stopped(
    tmp_path: Path, database_url: str, transport: Transport
) -> None:
    async with running(tmp_path, transport=transport, database_url=database_url, worker=False) as school:
        await arranges(school, KARIN, MEHMET)
        got = unread(school, KARIN, MEHMET, FATIMA, WILLEM, SANNE)
        assert set(got) == {KARIN, MEHMET, FATIMA}
        assert "Mehmet Yılmaz vervangt jou van 24-11-2026 tot en met 27-11-2026." in got[KARIN][0]
        assert "Jij vervangt Karin Visser van 24-11-2026 tot en met 27-11-2026." in got[MEHMET][0]
        await school.actor(FATIMA).command("/meldcode", "rollen")
        roles = words_of(school.modal(FATIMA))
        assert "Mehmet Yılmaz vervangt Karin Visser van 24-11-2026 tot en met 27-11-2026" in roles
        assert f"Mehmet Yılmaz vervangt Karin Visser als {role('care_coordinator')} van" in roles

        said = await changes(school, FATIMA, **{"Laatste dag": LATER})
        assert "Mehmet Yılmaz vervangt Karin Visser van 24-11-2026 tot en met 01-12-2026." in said
        assert "tot en met 01-12-2026" in unread(school, KARIN)[KARIN][0]
        assert "Mehmet Yılmaz vervangt Karin Visser niet meer." in await changes(school, MEHMET)
        assert "Mehmet Yılmaz vervangt jou niet meer." in unread(school, KARIN)[KARIN][0]
        await school.open_home(KARIN)
        assert "vervangt Karin" not in school.home(KARIN)


@pytest.mark.rule("G5")
async def test_a_forged_button_ends_nobody_elses_arrangement(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await arranges(school, KARIN, MEHMET)
        home = await school.open_home(SANNE)
        for action in ("deputy-of.1", "deputy-stop"):
            await school.send(school.click(SANNE, home, action, "1"))
            assert "Deze vervanging is er niet meer" in json.dumps(school.modal(SANNE).payload)
        await school.open_home(MEHMET)
        assert "Mehmet Yılmaz vervangt Karin Visser" in school.home(MEHMET)


@pytest.mark.rule("G5")
async def test_an_account_that_was_closed_meanwhile_is_found_and_the_vacancy_told_at_once(
    tmp_path: Path, database_url: str
) -> None:
    async with running(tmp_path, database_url=database_url, worker=False) as school:
        is_active(school, KARIN, False)
        await hourly(school)
        got = unread(school, FATIMA, WILLEM, JORIS)
        assert set(got) == {FATIMA, WILLEM}
        for user in (FATIMA, WILLEM):
            assert f"Op De Linde heeft niemand meer deze rol: {role('care_coordinator')}." in got[user][0]
        saved = words_of(await school.report(SANNE, signal()))
        assert "Joris Hendriks" in saved and "Karin" not in saved
        await hourly(school)
        assert WILLEM not in unread(school, WILLEM)
        is_active(school, KARIN, True)
        school.clock.forward(days=1)
        await hourly(school)
        assert (await school.actor(KARIN).command("/meldcode", "rollen")).ok
