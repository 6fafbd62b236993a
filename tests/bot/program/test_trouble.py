"""Without a database: a clear Dutch sentence with a reference code, and a log without personal data."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from bot.app import working
from practice.client import payloads
from storage.db.schema import cases, entries, outbox
from tests.bot.cases.closing import opened_case
from tests.clock import until
from tests.on_screen import button, typed_in, words_of
from tests.running import JORIS, KARIN, SANNE, WHAT, Running, Transport, logged, running, signal

REFERENCE = r"code ([A-Z0-9]{3}-[A-Z0-9]{3})\b"
transports = pytest.mark.parametrize("transport", ["http", "socket"])


@contextmanager
def away(school: Running) -> Iterator[None]:
    """The database does not answer."""

    def gone(_: Connection) -> None:
        raise OperationalError("BEGIN", {}, Exception("Sem Bakker: connection refused"))

    event.listen(school.program.engine, "begin", gone)
    try:
        yield
    finally:
        event.remove(school.program.engine, "begin", gone)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Somebody else holds the SQLite database."""
    with closing(sqlite3.connect(folder / "meldwijzer.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def reference_in(words: str) -> str:
    found = re.search(REFERENCE, words)
    assert found, words
    return found[1]


@transports
async def test_every_surface_says_so_with_a_reference_that_is_in_the_log(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        await school.report(SANNE, signal())
        await school.sent()
        form = await school.open_form(SANNE)
        sanne, karin = school.actor(SANNE), school.actor(KARIN)
        with logged() as log, away(school):
            shown = {"command": (await sanne.command("/signaal")).text}
            shown["list"] = (await karin.command("/meldcode", "dossiers")).text
            shown["case"] = (await karin.command("/meldcode", f"dossier {school.codes(KARIN)[0]}")).text
            shown["form"] = (await sanne.fill(form, **signal())).errors["what"]
            await school.press(KARIN, school.messages(KARIN)[0], "Dossier openen")
            shown["button"] = words_of(school.modal(KARIN))
            await karin.shortcut("signaal_melden")
            shown["shortcut"] = words_of(school.modal(KARIN))
            shown["home"] = words_of(await school.open_home(KARIN))
        references = [reference_in(words) for words in shown.values()]
        assert len(set(references)) == len(shown)
        for reference in references:
            assert f"reference={reference}" in log.text
        assert "Sem" not in log.text
        assert "Sanne" not in log.text


async def test_a_locked_database_keeps_the_typed_text_and_nothing_is_half_stored(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        form = await school.open_form(SANNE)
        with logged() as log, locked(tmp_path):
            answer = await school.actor(SANNE).fill(form, **signal())
        reference = reference_in(answer.errors["what"])
        assert "Het opslaan lukte niet. Je tekst staat er nog." in answer.errors["what"]
        assert f"reference={reference}" in log.text
        assert (school.count(cases), school.count(entries), school.count(outbox)) == (0, 0, 0)
        assert typed_in(school.modal(SANNE))[WHAT] == "Een blauwe plek."
        assert (await school.actor(SANNE).submit(school.modal(SANNE), {})).ok
        assert school.count(entries) == 1


@pytest.mark.rule("G4")
async def test_in_immediate_danger_the_numbers_are_shown_without_a_database(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        with away(school):
            await school.actor(SANNE).command("/meldcode", "acuut")
        assert "112" in words_of(school.modal(SANNE))
        assert "0800-2000" in words_of(school.modal(SANNE))


async def test_messages_are_sent_once_the_database_is_back(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await school.report(SANNE, signal())
        with away(school), logged() as log:
            async with working(school.program, web=False):
                await until(lambda: "what=outbox" in log.text)
        assert school.messages(KARIN) == []
        async with working(school.program, web=False):
            await until(lambda: school.messages(KARIN) and school.messages(JORIS))


@pytest.mark.parametrize("way", ["message", "modal", "shortcut"])
async def test_when_slack_opens_no_modal_a_message_says_that_it_failed(tmp_path: Path, way: str) -> None:
    """The trigger expired, or Slack is too busy: who sees nothing trusts what they saw before."""
    async with running(tmp_path) as school:
        school.expect("expired_trigger_id")
        case = await school.open_case(SANNE, await opened_case(school))
        note = button(case, "Notitie")
        payload = {
            "message": school.click(SANNE, school.workspace.post(SANNE, "x"), "signal", "signal"),
            "modal": school.click(SANNE, case, note["action_id"], note["value"]),
            "shortcut": payloads.shortcut(school.workspace, school.workspace.people[SANNE], "signaal_melden"),
        }[way]
        school.clock.forward(seconds=4)
        with logged() as log:
            await school.send(payload)
            await until(lambda: re.search(REFERENCE, words_of(school.workspace.messages_of(SANNE)[-1])))
        assert reference_in(words_of(school.workspace.messages_of(SANNE)[-1])) in log.text
