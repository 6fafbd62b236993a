"""The first report after a start reads no files: on a busy machine that took all of Slack's three seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import app
from meldcode.domain import calendar
from meldcode.hints import word_lists
from tests.on_screen import words_of
from tests.running import KARIN, SANNE, WHAT, logged, running, signal


def not_again(*_args: object, **_options: object) -> None:
    raise AssertionError("this was to be read at start")


async def test_the_first_signal_reads_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for remembered in (*vars(calendar).values(), *vars(word_lists).values()):
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    async with running(tmp_path) as school:
        monkeypatch.setattr(calendar, "country_holidays", not_again)
        monkeypatch.setattr(word_lists, "DATA", Path("nowhere"))
        shown = await school.report(SANNE, signal(**{WHAT: "Ik denk dat Piet de Vries riep."}))
        assert "Opgeslagen in dossier" in words_of(shown)
        await school.sent()
        assert len(school.messages(KARIN)) == 1


@asynccontextmanager
async def served_shortly(*_args: object) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Run until it serves requests."""

    async def until_cancelled() -> None:
        """It is cancelled at once."""

    yield until_cancelled


async def test_a_worker_does_not_say_that_it_takes_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "listening", served_shortly)
    async with running(tmp_path) as school:
        for processes, said in (({"web": False}, "Meldwijzer sends and reminds"), ({}, "Meldwijzer runs on HTTP")):
            with logged() as log:
                await app.run(school.program.settings, **processes)
            assert [line for line in log.lines if " Meldwijzer " in line and said in line], said
            assert ("runs on" in log.text) is ("runs on" in said)
