"""Members of staff say on which days they work, and get their reminders on those days (G2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import prepared
from meldcode.domain.yaml_text import dump_yaml
from tests.bot.messages.test_languages import speaks_english
from tests.bot.messages.test_reminders import comes, records, reported, unread
from tests.on_screen import words_of
from tests.running import FATIMA, JORIS, KARIN, LINDE, SANNE, Running, Transport, person, running

IRIS = "U0IRIS"
SCHOOL = {**LINDE, "people": [*LINDE["people"], person(IRIS, "Iris Bakker", "care_coordinator")]}
FORM = "Op welke dagen werk je op De Linde?"


def reminded(school: Running, code: str) -> set[str]:
    """Who got a reminder of the case since the last time."""
    got = unread(school, SANNE, KARIN, IRIS, JORIS, FATIMA)
    assert all(f"Dossier {code} wacht" in words[0] for words in got.values()), got
    return set(got)


async def chooses(school: Running, user: str, *days: str) -> str:
    """Choose the working days on the Home tab, and return what is said then."""
    home = await school.open_home(user)
    await school.press(user, home, "Mijn werkdagen")
    assert (await school.actor(user).fill(school.modal(user), **{FORM: list(days)})).ok
    return words_of(school.modal(user))


@pytest.mark.rule("G2")
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_reminder_goes_to_who_works_and_to_the_others_when_they_are_back(
    tmp_path: Path, database_url: str, transport: Transport
) -> None:
    async with running(
        tmp_path, schools=[SCHOOL], transport=transport, database_url=database_url, worker=False
    ) as school:
        [code] = await reported(school)  # a Tuesday
        await records(school, KARIN, code, "taken_up")
        unread(school, IRIS)
        said = await chooses(school, KARIN, "maandag", "donderdag")
        assert said == "Je werkt op maandag en donderdag. Dan krijg je herinneringen."
        await chooses(school, JORIS, "donderdag")
        await comes(school, "2026-12-01T08:30")  # the last day of step 2, a Tuesday
        assert reminded(school, code) == {IRIS}
        await comes(school, "2026-12-03T08:30")
        assert {KARIN, JORIS} <= reminded(school, code)
        await school.open_home(KARIN)
        assert "Je werkt op maandag en donderdag." in school.home(KARIN)


@pytest.mark.rule("G2")
async def test_what_is_done_meanwhile_is_not_brought_up_again(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[SCHOOL], worker=False) as school:
        [code] = await reported(school)
        unread(school, IRIS)
        await chooses(school, KARIN, "donderdag")
        await comes(school, "2026-11-24T15:00")
        assert reminded(school, code) == {IRIS, JORIS}
        await records(school, IRIS, code, "taken_up")
        await comes(school, "2026-11-26T08:30")
        assert unread(school, KARIN) == {}


@pytest.mark.rule("G2")
async def test_at_least_one_day_and_in_english(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[SCHOOL]) as school:
        await speaks_english(school, SANNE)
        home = await school.open_home(SANNE)
        assert "You work on all school days." in words_of(home)
        await school.press(SANNE, home, "My working days")
        form = school.modal(SANNE)
        [block] = [block for block in form.payload["blocks"] if block["type"] == "input"]
        for forged, answer in {"7": "Choose at least one day.", "x": "unknown"}.items():
            typed = {block["block_id"]: {"answer": {"type": "checkboxes", "selected_options": [{"value": forged}]}}}
            said = await school.send(school.submission(SANNE, form, typed))
            assert answer in str(said) or (answer == "unknown" and said["response_action"] == "errors")
        school.expect("")
        await school.open_home(SANNE)
        assert "You work on all school days." in school.home(SANNE)


@pytest.mark.rule("G2")
async def test_the_file_says_it_first_and_a_choice_in_slack_stays_until_the_entry_changes(tmp_path: Path) -> None:
    karin = person(KARIN, "Karin Visser", "care_coordinator") | {"works": ["ma", "di"]}
    others = [one for one in LINDE["people"] if one["slack"] != KARIN]
    async with running(tmp_path, schools=[{**LINDE, "people": [karin, *others]}]) as school:
        await school.open_home(KARIN)
        assert "Je werkt op maandag en dinsdag." in school.home(KARIN)
        await chooses(school, KARIN, "vrijdag")
        for entry, days in ((karin, "vrijdag"), (karin | {"works": ["wo"]}, "woensdag")):
            _write(tmp_path, entry, others)
            async with prepared(school.program.settings, school.clock):
                await school.open_home(KARIN)
            assert f"Je werkt op {days}." in school.home(KARIN)
        without = {key: value for key, value in karin.items() if key != "works"}
        _write(tmp_path, without, others)
        async with prepared(school.program.settings, school.clock):
            await school.open_home(KARIN)
        assert "Je werkt op woensdag." in school.home(KARIN)


def _write(folder: Path, entry: dict[str, object], others: list[dict[str, object]]) -> None:
    document = {"schools": [{**LINDE, "people": [entry, *others]}]}
    (folder / "schools.yaml").write_text(dump_yaml(document), encoding="utf-8")
