"""Somebody leaves the workspace: Slack says so, their case is noticed at once, and a colleague takes it over (G5)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.platform.members import SLACKBOT
from meldcode.domain.staff import Identity
from tests.clock import until
from tests.on_screen import words_of
from tests.running import FATIMA, KARIN, LINDE, MEHMET, SANNE, linde_with, person, running, signal

NOT_THERE = "Dit dossier is er niet, of jij kunt het niet lezen."


@pytest.mark.rule("G5")
async def test_the_case_of_a_teacher_who_left_is_noticed_at_once_and_handed_over(
    tmp_path: Path, database_url: str
) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        await until(lambda: code in school.home(SANNE))  # a tab on its way to who leaves is refused, and rightly so
        await school.actor(SANNE).leave_or_return(is_gone=True)
        lies_still = f"Dossier {code} ligt stil: niemand heeft nu deze rol: leerkracht"
        await until(lambda: all(lies_still in words_of(school.messages(user)[-1]) for user in (KARIN, FATIMA)))
        assert (await school.actor(SANNE).command("/signaal")).failure == "account_inactive"
        asked = json.dumps({"case": code, "record": "handed_over"})
        await school.send(school.click(KARIN, school.messages(KARIN)[-1], "make-record.x", asked))
        new = {
            "Aan welke leerkracht draag je het dossier over?": MEHMET,
            "Waarom?": "Onze collega werkt hier niet meer.",
        }
        await school.actor(KARIN).fill(school.modal(KARIN), **new)
        assert "Opgeslagen" in json.dumps(school.modal(KARIN).payload)
        await school.sent()
        assert "Dit dossier is nu van jou." in words_of(school.messages(MEHMET)[-1])
        assert "Een blauwe plek." in words_of(await school.open_case(MEHMET, code))
        await until(lambda: f"*Dossier {code}* · jouw dossier" in school.home(MEHMET))
        await school.actor(SANNE).leave_or_return(is_gone=False)
        assert NOT_THERE in (await school.actor(SANNE).command("/meldcode", f"dossier {code}")).text


async def test_a_tab_on_its_way_to_a_closed_account_is_tried_once_and_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as school:
        school.expect("user_id")
        await school.open_home(SANNE)
        known = school.workspace.people[SANNE]
        school.workspace.people[SANNE] = replace(known, is_active=False)  # of which Slack did not tell yet

        def tried() -> int:
            return sum(line.what == "views.publish" and SANNE in str(line.request) for line in school.workspace.traffic)

        before = tried()
        school.program.home_tabs.update_soon(Identity("slack", known.team_id, SANNE))
        await until(lambda: tried() > before)
        await until(lambda: not school.program.home_tabs._underway)
        assert tried() == before + 1
        assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.mark.rule("S1.1")
@pytest.mark.parametrize(
    "flag",
    [
        "is_restricted",
        "is_ultra_restricted",
        "is_bot",
        "is_workflow_bot",
        "is_stranger",
        "is_invited_user",
        SLACKBOT,
        "user_not_found",
    ],
)
async def test_who_is_no_colleague_holds_no_role_that_the_schools_file_gives(tmp_path: Path, flag: str) -> None:
    others = [one for one in LINDE["people"] if one["slack"] != KARIN]
    user = SLACKBOT if flag == SLACKBOT else KARIN
    async with running(
        tmp_path, schools=[linde_with(person(user, "Karin Visser", "care_coordinator"), *others)]
    ) as school:
        school.expect("user_not_found")
        known = school.workspace.people.pop(user)
        if flag.startswith("is_"):
            school.workspace.people[user] = replace(known, flags=frozenset({flag}))
        await school.program.scheduler.hourly()
        await school.sent()
        assert "IB-er" in words_of(school.messages(FATIMA)[-1]), "nobody has this role now"
        await school.report(SANNE, signal())
        await school.sent()
        assert "IB-er" in words_of(school.messages(FATIMA)[-1])


@pytest.mark.rule("S1.1")
async def test_a_guest_holds_a_role_that_the_schools_file_gives_when_it_says_that_one_is_meant(tmp_path: Path) -> None:
    for is_meant in (True, False, True):
        meant = {**person(KARIN, "Karin Visser", "care_coordinator"), "guest": is_meant}
        others = [one for one in LINDE["people"] if one["slack"] != KARIN]
        async with running(tmp_path, schools=[linde_with(meant, *others)]) as school:
            school.workspace.people[KARIN] = replace(school.workspace.people[KARIN], flags=frozenset({"is_restricted"}))
            for _ in ("at start", "Slack reports a change of the account"):
                await school.program.scheduler.hourly()
                said = (await school.actor(KARIN).command("/meldcode", "dossiers")).text
                assert ("geen rol" not in said) is is_meant, said
                await school.actor(KARIN).leave_or_return(is_gone=False)
