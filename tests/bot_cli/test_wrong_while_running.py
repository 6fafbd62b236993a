"""What goes wrong while the program runs fails the health check; the log and `doctor` say it (promise 11)."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot import supervisor
from bot.cli.doctor.findings import complaints
from tests.bot_cli.wrong.running import RUNNING, WhileRunning
from tests.bot_cli.wrong.situation import pattern_of
from tests.clock import Clock, until
from tests.running import TODAY, logged, running


@pytest.mark.parametrize("wrong", RUNNING, ids=lambda wrong: wrong.what)
async def test_the_health_check_the_log_and_doctor_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: WhileRunning
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 30.0)
    async with running(tmp_path, transport=wrong.transport, machine=Clock(TODAY), worker=False) as school:
        await until(school.program.is_healthy)
        with logged() as log, monkeypatch.context() as patch:
            await wrong.arrange(school, patch)
            await until(lambda: not school.program.is_healthy())
            assert wrong.part in school.program.components.failing
        assert pattern_of(wrong.says).search(log.text), log.text
        if wrong.is_stored:
            await school.program.components.store()
            found = await asyncio.to_thread(lambda: list(complaints(school.program.settings)))
            assert [words for words in found if pattern_of(wrong.says).search(words)], found


async def test_doctor_stores_something_to_see_whether_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program itself can write nothing about a disk that became full."""

    def is_full(*_: object) -> None:
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise OperationalError("", {}, full)

    async with running(tmp_path, worker=False) as school:
        settings = school.program.settings
        assert not [words for words in await asyncio.to_thread(lambda: list(complaints(settings))) if "disk" in words]
        monkeypatch.setattr("bot.cli.doctor.findings.store_records", is_full)
        found = await asyncio.to_thread(lambda: list(complaints(settings)))
    assert [words for words in found if words.startswith("The disk is full, or may not be written")], found
