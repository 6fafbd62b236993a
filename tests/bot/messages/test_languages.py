"""Everybody gets answers in the language of their Slack: Dutch or English, complete and never mixed."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot.demo.server import STAFF, workspace
from handlers.i18n.catalogues import DUTCH, sentences
from handlers.platform import locales
from handlers.platform.locales import ASK_AGAIN, Languages
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.staff import Identity
from practice.model import Json, Person
from storage.db.schema import identities
from storage.repositories.people.identities import StoredIdentities
from tests.bot.program.test_http import answered, signed
from tests.clock import until
from tests.on_screen import words_of
from tests.running import BEUK, JORIS, KARIN, LINDE, MEHMET, SANNE, WILLEM, Running, running, signal

ENGLISH = {
    "First name": "Sem",
    "Last name": "Bakker",
    "Group": "5",
    "Kind": ["Signals of abuse or neglect"],
    "How do you know this?": "Seen or heard myself",
    "What did you see or hear?": "Sem was hungry. Ik denk dat er thuis iets is.",
}


def dutch_sentences() -> set[str]:
    """Patterns of the Dutch sentences and the plan's texts that are too long to occur in both languages."""
    plan = next(load_plan(file) for file in shipped_plans() if file.stem == "heutink")
    said = {*sentences(DUTCH).values(), *plan.translations["en"]}
    pieces = {piece.strip() for words in said for piece in re.split(r"\{\w+\}|\n", words)}
    return {piece for piece in pieces if len(piece) > 7 and piece not in SAME}


SAME = {"Meldwijzer", "Logboek"} & set(sentences("en").values())


def dutch_in(shown: Any) -> set[str]:
    words = json.dumps(shown, ensure_ascii=False)
    return {piece for piece in dutch_sentences() if re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", words)}


async def speaks_english(school: Running, *users: str) -> None:
    """Set the Slack of these people to English, and let the program learn it."""
    for user in users:
        set_in_slack(school, user, "en-GB")
        await school.open_home(user)
    await eventually(school, dict.fromkeys(users, "en-GB"))


async def eventually(school: Running, locales: dict[str, str]) -> None:
    for _ in range(200):
        with school.program.engine.connect() as connection:
            found = {row.user: row.locale for row in connection.execute(select(identities))}
        if locales.items() <= found.items():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(found)


@pytest.mark.parametrize("transport", ["socket"])
async def test_the_first_signal_in_english(tmp_path: Path, transport: Any) -> None:
    async with running(tmp_path, transport=transport) as school:
        await speaks_english(school, SANNE, KARIN)
        shown: list[Any] = []
        sanne, karin = school.actor(SANNE), school.actor(KARIN)
        form = await school.open_form(SANNE)
        shown.append(form.payload["blocks"])
        empty = await sanne.submit(form, {})
        assert empty.errors
        shown.append(empty.errors)
        assert (await sanne.fill(form, **ENGLISH)).ok
        review = school.modal(SANNE)
        assert review.payload["title"]["text"] == "Read it over"
        shown.append(review.payload["title"])
        assert (await sanne.submit(review, {})).ok
        saved = school.modal(SANNE)
        assert saved.payload["title"]["text"] == "Saved"
        shown.append(saved.payload)
        await school.sent()
        [message] = school.messages(KARIN)
        assert "Step 1 of 4: Record the signals" in words_of(message)
        shown += [message.text, message.blocks]
        assert (await karin.click(message, "open-case")).ok
        case = school.modal(KARIN)
        assert "Up next according to your step plan: " in json.dumps(case.payload)
        shown += [case.payload, words_of(await school.open_home(KARIN))]
        assert [dutch_in(part) for part in shown] == [set()] * len(shown)


async def test_two_people_at_the_same_time_are_each_answered_in_their_own_language(tmp_path: Path) -> None:
    async with running(tmp_path, transport="http") as school:
        await speaks_english(school, SANNE)
        for _ in range(5):
            both = [school.actor(user).command("/meldcode", "dossiers") for user in (SANNE, MEHMET) * 3]
            await asyncio.gather(*both, *(school.actor(user).command("/meldcode", "help") for user in (SANNE, MEHMET)))
        forms = await asyncio.gather(school.open_form(SANNE), school.open_form(MEHMET))
        assert [form.payload["submit"]["text"] for form in forms] == ["Save", "Opslaan"]
        assert [dutch_in(forms[0].payload), bool(dutch_in(forms[1].payload))] == [set(), True]
        await school.report(MEHMET, signal(Groep="6"))
        await school.sent()
        [message] = school.messages(KARIN)
        assert "Stap 1 van 4" in words_of(message), "who gets a message decides, not who caused it"


async def test_a_language_that_is_not_there_is_answered_in_dutch(tmp_path: Path) -> None:
    async with running(tmp_path, transport="http") as school:
        set_in_slack(school, SANNE, "pl-PL")
        await school.open_form(SANNE)
        await eventually(school, {SANNE: "pl-PL"})
        assert (await school.open_form(SANNE)).payload["submit"]["text"] == "Opslaan"


async def told_of(school: Running, user: str, event_id: str, *, at: int = 0, **changed: Any) -> None:
    """Slack sends the event of a changed profile."""
    event = {"type": "user_change", "user": {"id": user, **changed}}
    about = {
        "type": "event_callback",
        "team_id": "T0PRACTICE",
        "event_id": event_id,
        "event_time": at or int(time.time()),
    }
    whole: Json = {**about, "event": event}
    body = json.dumps(whole).encode()
    assert (await answered(school, body, signed(school, body, kind="application/json")))[0] == 200


def set_in_slack(school: Running, user: str, locale: str) -> None:
    known = school.workspace.people[user]
    school.workspace.people[user] = Person(known.id, known.name, known.title, locale, known.team_id)


async def button_of_the_form(school: Running, user: str) -> str:
    return str((await school.open_form(user)).payload["submit"]["text"])


async def test_a_change_of_language_is_believed_at_once_and_one_that_is_played_again_is_not(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        assert await button_of_the_form(school, SANNE) == "Opslaan"
        await eventually(school, {SANNE: "nl-NL"})
        await told_of(school, SANNE, "Ev1", locale="en-GB")
        assert await button_of_the_form(school, SANNE) == "Save"
        await told_of(school, SANNE, "Ev2", locale="nl-NL")
        await told_of(school, SANNE, "Ev1", locale="en-GB")
        await eventually(school, {SANNE: "nl-NL"})
        assert await button_of_the_form(school, SANNE) == "Opslaan"


async def test_an_older_event_puts_back_no_language_that_slack_told_since(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        before = int(school.clock().timestamp()) - 3600
        assert await button_of_the_form(school, SANNE) == "Opslaan"
        await eventually(school, {SANNE: "nl-NL"})
        await school.done_later()
        await told_of(school, SANNE, "Ev1", at=before, locale="en-GB")
        assert await button_of_the_form(school, SANNE) == "Opslaan"
        await told_of(school, SANNE, "Ev2", at=before + 3600, locale="en-GB")
        assert await button_of_the_form(school, SANNE) == "Save"


async def test_a_language_and_when_slack_told_it_are_stored_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or two events at once could leave the language of the older one."""
    async with running(tmp_path) as school:
        await button_of_the_form(school, SANNE)
        await eventually(school, {SANNE: "nl-NL"})
        await school.done_later()
        before = of_accounts(school)
        with monkeypatch.context() as broken:
            broken.setattr(StoredIdentities, "set_locale", lambda *_: 1 / 0)
            await told_of(school, SANNE, "Ev1", locale="en-GB")
        assert of_accounts(school) == before
        await told_of(school, SANNE, "Ev1", locale="en-GB")
        assert await button_of_the_form(school, SANNE) == "Save"


def of_accounts(school: Running) -> list[Any]:
    with school.program.engine.connect() as connection:
        return list(connection.execute(select(identities)).all())


async def test_slack_is_asked_for_a_language_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("handlers.platform.locales.time", SimpleNamespace(monotonic=lambda: now[0]))
    async with running(tmp_path) as school:

        def asked() -> int:
            return sum("users.info" in line.what for line in school.workspace.traffic)

        await school.open_form(SANNE)
        await eventually(school, {SANNE: "nl-NL"})
        set_in_slack(school, SANNE, "en-GB")
        now[0] += ASK_AGAIN - 1
        await school.open_form(SANNE)
        await school.sent()
        assert (await button_of_the_form(school, SANNE), asked()) == ("Opslaan", 1)
        now[0] += 1
        await school.open_form(SANNE)
        await eventually(school, {SANNE: "en-GB"})
        assert (await button_of_the_form(school, SANNE), asked()) == ("Save", 2)


async def test_the_program_asks_for_languages_by_itself(tmp_path: Path) -> None:
    async with running(tmp_path, languages=True) as school:
        await eventually(school, {SANNE: "nl-NL"})


async def test_the_first_answer_is_in_the_language_of_who_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody unknown to Slack does not stop the others, and is not asked about again."""
    monkeypatch.setattr(locales, "BETWEEN_TWO", 0)
    monkeypatch.setattr(locales, "KEEP_UP_EVERY", 0.01)
    async with running(tmp_path) as school:
        for user in (SANNE, KARIN):
            set_in_slack(school, user, "en-GB")
        del school.workspace.people[MEHMET]
        school.expect("user_not_found")
        async with kept_up(school.program.languages):
            await eventually(school, {SANNE: "en-GB", KARIN: "en-GB", JORIS: "nl-NL", WILLEM: "nl-NL"})
            await asyncio.sleep(0.1)
        asked = [str(line.request.get("user")) for line in school.workspace.traffic if line.what == "users.info"]
        assert sorted(asked) == sorted({*LINDE_AND_BEUK})
        assert (await school.open_form(SANNE)).payload["submit"]["text"] == "Save"
    async with running(tmp_path) as school:
        assert (await school.open_form(KARIN)).payload["submit"]["text"] == "Save", "it is known after a restart"


async def test_what_another_process_learned_is_known_soon(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await speaks_english(school, KARIN)
        who = Identity("slack", school.workspace.app.team_id, KARIN)
        other = copy.copy(school.program.languages)
        other._locales = {}
        assert other.language_of(who) == DUTCH
        async with kept_up(other):
            await until(lambda: other.language_of(who) == "en")


LINDE_AND_BEUK = [person["slack"] for school in (LINDE, BEUK) for person in school["people"]]


@asynccontextmanager
async def kept_up(known: Languages) -> AsyncIterator[None]:
    """Run the loop that learns languages."""
    task = asyncio.create_task(Languages.run(known, lambda: None))
    yield
    task.cancel()
    await asyncio.wait([task])


def test_the_practice_school_has_a_care_coordinator_who_reads_english() -> None:
    english = {one.id for one in workspace().people.values() if one.locale.startswith("en")}
    assert {"care_coordinator", "teacher"} <= {role for p in STAFF if p["slack"] in english for role in p["roles"]}
