"""One responsible person for each case, as people see it in Slack: case, Home tab and messages (G2, G5, G6)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.messages.test_languages import speaks_english
from tests.bot.messages.test_reminders import comes, messages, send, unread
from tests.clock import until
from tests.on_screen import words_of
from tests.running import FATIMA, JORIS, KARIN, LINDE, SANNE, Running, Transport, person, running, signal

IRIS = "U0IRIS"
SCHOOL = {**LINDE, "people": [*LINDE["people"], person(IRIS, "Iris Bakker", "care_coordinator")]}
ALL = (SANNE, KARIN, IRIS, JORIS, FATIMA)


async def takes(school: Running, user: str, code: str, record: str, **answers: str) -> None:
    """Choose something in the case and save its form, if it has one."""
    shown = await school.open_case(user, code)
    asked = json.dumps({"case": code, "record": record})
    await school.send(school.click(user, shown, "make-record.x", asked))
    if school.modal(user).payload.get("submit"):
        assert (await school.actor(user).fill(school.modal(user), **answers)).ok
    await send(school)


@pytest.mark.rule("S1.1")
@pytest.mark.rule("G5")
@pytest.mark.rule("G6")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_the_name_of_who_is_responsible_is_shown_wherever_the_case_is(
    tmp_path: Path, database_url: str, transport: Transport
) -> None:
    async with running(
        tmp_path, schools=[SCHOOL], transport=transport, database_url=database_url, worker=False
    ) as school:
        await school.report(SANNE, signal())
        await send(school)
        [code] = school.codes(KARIN)
        assert "Verantwoordelijk: nog niemand." in words_of(await school.open_case(KARIN, code))
        await takes(school, KARIN, code, "taken_up")
        assert "Verantwoordelijk: Karin Visser." in words_of(await school.open_case(SANNE, code))
        unread(school, *ALL)

        menu = {user: json.dumps((await school.open_case(user, code)).payload) for user in (IRIS, KARIN)}
        assert "Dossier overnemen" in menu[IRIS] and "Dossier overnemen" not in menu[KARIN]
        await takes(school, IRIS, code, "taken_over")
        assert f"Dossier {code}: Iris Bakker heeft het van je overgenomen." in unread(school, *ALL)[KARIN][0]
        case = words_of(await school.open_case(KARIN, code))
        assert "Verantwoordelijk: Iris Bakker." in case and "Dossier overnemen" in case
        for user, said in {IRIS: "jij bent verantwoordelijk", SANNE: "verantwoordelijk: Iris Bakker"}.items():
            await school.open_home(user)
            assert said in school.home(user)
        await school.open_home(FATIMA)
        assert "*Wie is verantwoordelijk*\nIris Bakker: 1" in school.home(FATIMA)

        await comes(school, "2026-12-01T08:30")
        got = unread(school, *ALL)
        assert set(got) == {IRIS, JORIS} and "Verantwoordelijk: Iris Bakker." in got[JORIS][0]
        await comes(school, "2026-12-18T08:30")
        assert "Wie er in de vakantie op let: Iris Bakker." in unread(school, *ALL)[JORIS][0]


@pytest.mark.rule("G2")
@pytest.mark.rule("G5")
async def test_who_stands_in_for_who_is_responsible_is_named_wherever_they_are(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[SCHOOL], worker=False) as school:
        await school.report(SANNE, signal())
        await send(school)
        [code] = school.codes(KARIN)
        await takes(school, KARIN, code, "taken_up")
        unread(school, *ALL)
        await school.actor(FATIMA).command("/meldcode", "vervanging")
        days = {"Eerste dag": "2026-11-24", "Laatste dag": "2026-12-23"}
        absence = {"Wie is er niet?": KARIN, "Wie vervangt?": IRIS, **days}
        assert (await school.actor(FATIMA).fill(school.modal(FATIMA), **absence)).ok
        await comes(school, "2026-12-01T08:30")
        both = "Karin Visser (vervangen door Iris Bakker)"
        assert f"Verantwoordelijk: {both}." in words_of(await school.open_case(SANNE, code))
        assert f"Verantwoordelijk: {both}." in unread(school, *ALL)[JORIS][0]
        for user in (SANNE, JORIS):
            await school.open_home(user)
            assert f"verantwoordelijk: {both}" in school.home(user)
        await school.open_home(FATIMA)
        home = school.home(FATIMA)
        assert f"*Wie is verantwoordelijk*\n{both}: 1" in home
        assert f"({both})" in home, "whose turn it is, by role"
        await comes(school, "2026-12-18T08:30")
        assert f"Wie er in de vakantie op let: {both}." in unread(school, *ALL)[JORIS][0]


@pytest.mark.rule("G6")
async def test_before_a_vacation_everybody_is_named_who_a_case_waits_for_if_nobody_is_responsible(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, schools=[SCHOOL], worker=False) as school:
        school.clock.forward(days=23)
        await school.report(SANNE, signal())
        await send(school)
        unread(school, *ALL)
        await comes(school, "2026-12-18T08:30")
        [said] = unread(school, JORIS)[JORIS]
        assert "Wie er in de vakantie op let: Iris Bakker, Joris Hendriks en Karin Visser." in said


@pytest.mark.rule("G5")
async def test_who_may_take_it_over_hears_in_their_language_that_nobody_is_responsible(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[SCHOOL], worker=False) as school:
        await speaks_english(school, IRIS)
        await school.report(SANNE, signal())
        await send(school)
        [code] = school.codes(KARIN)
        await takes(school, KARIN, code, "taken_up")
        unread(school, *ALL)
        await until(lambda: "jij bent verantwoordelijk" in school.home(KARIN))  # no tab is on its way to who leaves
        await school.actor(KARIN).leave_or_return(is_gone=True)
        await until(lambda: bool(messages(school, "without_responsible")))
        await send(school)
        got = unread(school, *ALL)
        assert f"Dossier {code}: niemand is nu verantwoordelijk." in got[JORIS][0]
        assert f"Case {code}: nobody is responsible now." in got[IRIS][0]
        assert "Responsible: nobody yet." in words_of(await school.open_case(IRIS, code))
