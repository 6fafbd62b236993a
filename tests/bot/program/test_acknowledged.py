"""Acknowledged means stored (promise 1): the acknowledgement comes after the commit, and a repetition is one entry."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import OperationalError

from practice.model import Json, View
from storage.db.schema import cases, drafts, entries, identities, outbox
from tests.clock import until
from tests.on_screen import said, typed_in, words_of
from tests.running import JORIS, KARIN, MEHMET, SANNE, WHAT, Running, Transport, running, signal

transports = pytest.mark.parametrize("transport", ["http", "socket"])
HINTED = signal(what="Sem is misschien geslagen.")


@contextmanager
def at_each_commit(school: Running, do: Callable[[], None]) -> Iterator[None]:
    """Do something at every commit, before the database commits."""

    def listener(_: Connection) -> None:
        do()

    event.listen(school.program.engine, "commit", listener)
    try:
        yield
    finally:
        event.remove(school.program.engine, "commit", listener)


def fail() -> None:
    raise OperationalError("COMMIT", {}, Exception("disk full"))


async def filled_in(school: Running, filled: Json) -> View:
    """The filled-in form, for a bot that does not answer."""
    school.expect("dispatch_failed")
    form = await school.open_form(SANNE)
    actor = school.actor(SANNE)
    app, school.workspace.app = school.workspace.app, replace(school.workspace.app, request_url="http://127.0.0.1:9/")
    await actor.fill(form, **filled)
    school.workspace.app = app
    return form


@transports
async def test_when_the_acknowledgement_comes_it_is_stored(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        form = await school.open_form(SANNE)
        with at_each_commit(school, lambda: time.sleep(0.3)):
            await school.actor(SANNE).fill(form, **signal())
            assert school.count(entries) == 1


@transports
async def test_when_the_commit_fails_nothing_is_stored_and_the_text_stays(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        form = await school.open_form(SANNE)
        with at_each_commit(school, fail):
            answer = await school.actor(SANNE).fill(form, **signal())
        assert "Het opslaan lukte niet. Je tekst staat er nog." in answer.errors["what"]
        assert typed_in(school.modal(SANNE))[WHAT] == "Een blauwe plek."
        assert (school.count(cases), school.count(entries), school.count(outbox)) == (0, 0, 0)

        assert (await school.actor(SANNE).submit(school.modal(SANNE), {})).ok
        await school.sent()
        assert (school.count(entries), len(school.messages(KARIN))) == (1, 1)


@transports
async def test_the_same_submission_twice_is_one_entry(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        submission = school.submission(SANNE, await filled_in(school, signal()))
        first = await school.send(submission)
        second = await school.send(submission)
        assert first["view"]["title"] == second["view"]["title"]
        await school.sent()
        assert (school.count(cases), school.count(entries), school.count(outbox)) == (1, 1, 2)
        assert (len(school.messages(KARIN)), len(school.messages(JORIS))) == (1, 1)


async def test_the_same_submission_many_times_at_once_is_one_entry(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        submission = school.submission(SANNE, await filled_in(school, signal()))
        answers = await asyncio.gather(*(school.send(submission) for _ in range(6)))
        assert [answer["response_action"] for answer in answers] == ["update"] * 6
        await school.sent()
        assert (school.count(cases), school.count(entries), school.count(outbox)) == (1, 1, 2)


async def test_a_changed_repetition_is_told_that_the_change_was_not_stored(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await filled_in(school, signal())
        await school.send(school.submission(SANNE, form))
        other = {"what": {"answer": {"type": "plain_text_input", "value": "Een andere tekst."}}}
        answer = await school.send(school.submission(SANNE, form, other))
        assert "Dit formulier was al opgeslagen in dossier" in answer["errors"]["what"]
        assert "Je wijziging is nog niet bewaard." in answer["errors"]["what"]
        assert school.count(entries) == 1


async def test_save_anyway_twice_is_one_entry(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(SANNE).fill(await school.open_form(SANNE), **HINTED)
        review = school.submission(SANNE, school.modal(SANNE))
        answers = await asyncio.gather(*(school.send(review) for _ in range(3)))
        assert {answer["view"]["title"]["text"] for answer in answers} == {"Opgeslagen"}
        assert (school.count(entries), school.count(drafts)) == (1, 0)


def knows_language(school: Running, user: str) -> bool:
    """Whether the language that Slack gave was stored, which happens after an answer."""
    with school.program.engine.connect() as connection:
        return bool(connection.scalar(select(identities.c.locale).where(identities.c.user == user)))


async def test_a_submission_that_took_too_long_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as school:
        form = await filled_in(school, signal())
        await until(lambda: knows_language(school, SANNE))  # else that commit keeps the form waiting
        monkeypatch.setattr(school.program.executor, "_seconds", 0.3)
        with at_each_commit(school, lambda: time.sleep(0.8)):
            answer = await school.actor(SANNE).submit(form, {})
            assert "Het opslaan lukte niet." in answer.errors["what"]
            await until(lambda: school.count(entries) == 1)
        monkeypatch.undo()
        assert (await school.actor(SANNE).submit(school.modal(SANNE), {})).ok
        assert "Opgeslagen in dossier" in words_of(school.modal(SANNE))
        assert school.count(entries) == 1


async def test_a_draft_is_its_author_s_alone(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(SANNE).fill(await school.open_form(SANNE), **HINTED)
        review = school.modal(SANNE)
        answer = await school.send(school.submission(MEHMET, review))
        assert "Wat je had ingevuld, is er niet meer" in said(answer)
        assert (school.count(entries), school.count(drafts)) == (0, 1)


async def test_what_is_typed_in_a_case_and_not_saved_goes_with_that_case(tmp_path: Path) -> None:
    def owned(school: Running) -> list[str | None]:
        with school.program.engine.connect() as connection:
            query = select(cases.c.code).select_from(drafts).outerjoin(cases).order_by(drafts.c.expires_at)
            return list(connection.scalars(query))

    async with running(tmp_path) as school:
        await school.actor(SANNE).fill(await school.open_form(SANNE), **HINTED)
        assert owned(school) == [None]  # a first signal has no case yet
        await school.actor(SANNE).submit(school.modal(SANNE), {})
        await school.sent()
        await school.actor(SANNE).fill(await school.open_form(SANNE), **HINTED)
        assert owned(school) == school.codes(KARIN)


async def test_what_was_acknowledged_is_told_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await school.report(SANNE, signal())
        assert school.messages(KARIN) == []
    async with running(tmp_path) as school:
        await school.sent()
        assert (len(school.messages(KARIN)), len(school.messages(JORIS))) == (1, 1)
        assert "Een blauwe plek." in words_of(await school.open_case(KARIN, school.codes(KARIN)[0]))


async def test_a_workspace_that_starts_anew_gives_no_form_the_name_of_one_that_was_stored(tmp_path: Path) -> None:
    """The demo keeps its cases and begins with fresh forms; the first one must not count as a repetition."""
    for name in ("Sem", "Noa"):
        async with running(tmp_path) as school:
            shown = await school.report(SANNE, signal(Voornaam=name))
            assert "Opgeslagen in dossier" in words_of(shown)
            assert "al opgeslagen" not in words_of(shown)
