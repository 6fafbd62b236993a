"""A background loop that fails is reported, by the log and by /healthz, until it runs again (promise 2)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from bot import scheduler, supervisor
from bot.app import program_app
from bot.supervisor import Supervisor
from meldcode.domain.events import WorklistChanged
from meldcode.domain.worklist import Assignee
from tests.clock import until
from tests.running import KARIN, SANNE, Logged, Running, logged, running, serving, signal

LOOPS = ("component log", "home tabs", "languages", "outbox", "scheduler", "socket", "workspaces")
SECRET = "Sem Bakker heeft een blauwe plek"


@asynccontextmanager
async def health(school: Running) -> AsyncIterator[None]:
    """Serve the health of a program that Slack reaches by Socket Mode."""
    program, door = school.program, socket.create_server(("127.0.0.1", 0))
    school.url = f"http://127.0.0.1:{door.getsockname()[1]}"
    app = program_app(program, None)
    async with serving(app, door):
        yield


async def statuses(school: Running) -> list[int]:
    """What /healthz and /readyz answer."""
    async with aiohttp.ClientSession() as session:
        return [(await session.get(f"{school.url}/{page}")).status for page in ("healthz", "readyz")]


async def until_health(school: Running, status: int) -> None:
    async with asyncio.timeout(10):
        while await statuses(school) != [status, status]:
            await asyncio.sleep(0.02)


async def test_every_background_loop_is_killed_below(tmp_path: Path) -> None:
    async with running(tmp_path, transport="socket", ticking=True, languages=True) as school:
        await asyncio.sleep(0)
        assert sorted(school.program.supervisor.running) == sorted(LOOPS)


@pytest.mark.parametrize("name", LOOPS)
async def test_a_loop_that_dies_is_logged_reported_and_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 0.3)
    async with running(tmp_path, transport="socket", ticking=True, languages=True) as school, health(school):
        await until_health(school, 200)
        killed = school.program.supervisor.running[name]
        with logged() as log:
            killed.cancel()
            await until_health(school, 503)
            assert f"what={name} error=LoopEnded" in log.text
        await until_health(school, 200)
        assert school.program.supervisor.running[name] is not killed
        await school.report(SANNE, signal())
        await school.sent()
        assert len(school.messages(KARIN)) == 1


@pytest.mark.parametrize("name", ["home tabs", "languages", "outbox", "scheduler"])
async def test_a_loop_that_keeps_failing_is_reported_without_its_content_until_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 0.1)
    async with running(tmp_path, transport="socket", ticking=True, languages=True) as school, health(school):
        await until_health(school, 200)
        with logged() as log, monkeypatch.context() as broken:
            broken.setattr(school.program.executor, "execute", refuses)
            worklist = Assignee(uuid4(), "teacher")
            school.program.home_tabs.on_worklist_changed(WorklistChanged(worklist.school, frozenset({worklist})))
            school.program.supervisor.running["languages"].cancel()  # it looks once a minute
            school.program.supervisor.running["scheduler"].cancel()
            await until(lambda: log.text.count(f"what={name} ") >= 3)
            assert await statuses(school) == [503, 503]
        assert_tells_nothing(log)
        await until_health(school, 200)


async def refuses(*_: Any, **__: Any) -> Any:
    raise ValueError(SECRET)


def assert_tells_nothing(log: Logged) -> None:
    assert not [word for word in SECRET.split() if word in log.text and len(word) > 3]


async def test_a_tick_that_never_comes_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "OVERDUE_SECONDS", 0.3)
    monkeypatch.setattr("bot.scheduler._every", lambda _seconds, _work: asyncio.sleep(60))
    with logged() as log:
        async with running(tmp_path, ticking=True) as school:
            await until_health(school, 503)
            assert "what=scheduler error=TimeoutError" in log.text


async def test_a_link_that_went_deaf_is_opened_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 0.3)
    async with running(tmp_path, transport="socket") as school, health(school):
        await until_health(school, 200)
        with logged() as log:
            with monkeypatch.context() as deaf:
                deaf.setattr("bot.socket_link.DEAF_SECONDS", -1)
                await until_health(school, 503)
            assert "what=socket error=LinkLost" in log.text
        await until_health(school, 200)
        assert (await school.actor(SANNE).command("/signaal")).ok


async def test_each_restart_waits_longer_until_a_pass_goes_well(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    passes = iter([False, False, True, False])

    async def loop(heartbeat: Callable[[], None]) -> None:
        if next(passes, None):
            heartbeat()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 4:
            await asyncio.Event().wait()

    monkeypatch.setattr("bot.supervisor.asyncio.sleep", sleep)
    async with Supervisor() as supervised:
        supervised.run("some loop", loop)
        async with asyncio.timeout(5):
            while len(waits) < 4:
                await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.01)
        assert supervised.failed == {"some loop"}
    assert waits == [1, 2, 1, 2]


async def test_stopping_is_no_failure_and_what_fails_then_is_logged_without_its_content() -> None:
    async def loop(heartbeat: Callable[[], None]) -> None:
        heartbeat()
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError(SECRET)

    with logged() as log:
        async with Supervisor() as supervised:
            supervised.run("some loop", loop)
            await until(lambda: supervised.running)
            await asyncio.sleep(0)
            assert not supervised.failed
    assert "what=some loop error=ValueError" in log.text
    assert_tells_nothing(log)
