"""SIGTERM and Ctrl+C on the real program: what is being sent is finished, nothing comes twice, and all is stored."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import threading
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import prepared, utc_now, working
from bot.settings import Settings
from bot.stopping import in_thread
from bot.store import open_store
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from storage.repositories.messages.outbox import SendState
from tests.children import end_with_parent
from tests.clock import until
from tests.databases import migrated_sqlite
from tests.ports import free_port
from tests.proof.findings import received
from tests.proof.house import HOST, environment_of, settings_for, workspace_for
from tests.proof.reporting import report_long_ago

MELDWIJZER = str(Path(sys.executable).with_name("meldwijzer"))
START_SECONDS, STOP_SECONDS = 60, 30
TERM, INT = signal.SIGTERM, signal.SIGINT
IN_BACKGROUND = 'trap "" INT; exec "$@"'
"""What a shell does with `program &` in a script: the program ignores Ctrl+C, unless it says otherwise."""
WAYS = pytest.mark.parametrize(
    ("ended_by", "before"),
    [(TERM, 'exec "$@"'), (INT, 'exec "$@"'), (INT, IN_BACKGROUND)],
    ids=["SIGTERM", "SIGINT", "SIGINT in the background"],
)


@asynccontextmanager
async def started(before: str, *words: str, folder: Path, **environment: str) -> AsyncIterator[Process]:
    """The command in a process of its own, which is gone at the end whatever happened."""
    with (folder / "said.txt").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", before, "sh", MELDWIJZER, *words),
            cwd=folder,
            env=bare() | environment,
            stdout=said,
            stderr=said,
            preexec_fn=end_with_parent,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def bare() -> dict[str, str]:
    ours = ("SLACK_", "MELDWIJZER_", "DATABASE_URL", "HOST", "PORT")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


async def ready(process: Process, url: str) -> None:
    async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "it ended by itself"
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


async def stopped(process: Process, by: signal.Signals, folder: Path) -> str:
    """Send the signal, and return all that was said. The program must end in good order."""
    process.send_signal(by)
    status = await asyncio.wait_for(process.wait(), STOP_SECONDS)
    said = (folder / "said.txt").read_text(encoding="utf-8")
    assert status == 0, said
    assert "Traceback" not in said and "ERROR" not in said, said
    return said


def states(database: Path) -> list[str]:
    """The states of all messages; the connection is closed, so that the program is the last one to leave."""
    connection = sqlite3.connect(database)
    try:
        return [state for (state,) in connection.execute("SELECT state FROM outbox ORDER BY id")]
    finally:
        connection.close()


def settings_of(workspace: Workspace, slack: PracticeServer, folder: Path) -> tuple[Settings, Path]:
    database = folder / "private" / "meldwijzer.db"
    return settings_for(workspace, slack.api_url, folder, migrated_sqlite(database), schools=1), database


@WAYS
async def test_what_is_being_sent_is_finished(tmp_path: Path, ended_by: signal.Signals, before: str) -> None:
    workspace, port = workspace_for(1), free_port()
    async with PracticeServer(workspace) as slack:
        settings, database = settings_of(workspace, slack, tmp_path)
        environment = environment_of(settings, port)
        async with started(before, "run", folder=tmp_path, **environment) as process:
            await ready(process, f"http://{HOST}:{port}/readyz")
            workspace.faults.slow_seconds = 2
            engine, store = await asyncio.to_thread(open_store, settings)
            await asyncio.to_thread(report_long_ago, store, [(0, "baba")])
            engine.dispose()
            await until(lambda: SendState.CLAIMED in states(database), START_SECONDS)
            await stopped(process, ended_by, tmp_path)
        assert SendState.SENT in states(database) and SendState.CLAIMED not in states(database)
        assert not database.with_name(f"{database.name}-wal").exists(), "all is in the database itself"
        workspace.faults.slow_seconds = 0
        after_the_lease = utc_now() + timedelta(minutes=3)
        async with prepared(settings, lambda: after_the_lease) as program, working(program, web=False, worker=False):
            await program.outbox_relay.drain()
        assert {*received(workspace).values()} == {1}, "once each"


@pytest.mark.parametrize("command", ["web", "worker"])
@pytest.mark.parametrize("ended_by", [TERM, INT], ids=["SIGTERM", "SIGINT"])
async def test_each_process_of_several_stops(tmp_path: Path, command: str, ended_by: signal.Signals) -> None:
    workspace, port = workspace_for(1), free_port()
    async with PracticeServer(workspace) as slack:
        settings, database = settings_of(workspace, slack, tmp_path)
        environment = environment_of(settings, port)
        async with started(IN_BACKGROUND, command, folder=tmp_path, **environment) as process:
            await ready(process, f"http://{HOST}:{port}/readyz")
            assert "Stopped." in await stopped(process, ended_by, tmp_path)
        assert not database.with_name(f"{database.name}-wal").exists()


@WAYS
async def test_the_demo_stops(tmp_path: Path, ended_by: signal.Signals, before: str) -> None:
    port = free_port()
    async with started(before, "demo", "--port", str(port), folder=tmp_path) as process:
        await ready(process, f"http://{HOST}:{port}/")
        said = tmp_path / "said.txt"
        await until(lambda: "localhost" in said.read_text(encoding="utf-8"), START_SECONDS)
        assert "Stopped." in await stopped(process, ended_by, tmp_path)
    assert [file.name for file in (tmp_path / "data" / "practice").glob("*-wal")] == []


async def test_who_is_cancelled_waits_for_a_thread_that_may_use_the_database() -> None:
    began, ended = threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        time.sleep(0.3)
        ended.set()

    working_on_it = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(began.wait, 5)
    working_on_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working_on_it
    assert ended.is_set()


async def test_it_stops_while_it_starts(tmp_path: Path) -> None:
    """Slack does not answer yet: Ctrl+C need not wait for it."""
    workspace, port = workspace_for(1), free_port()
    async with PracticeServer(workspace) as slack:
        workspace.faults.slow_seconds = 15
        settings, database = settings_of(workspace, slack, tmp_path)
        async with started(IN_BACKGROUND, "run", folder=tmp_path, **environment_of(settings, port)) as process:
            await until(lambda: database.with_name(f"{database.name}-wal").exists(), START_SECONDS)
            await asyncio.sleep(1)
            await stopped(process, INT, tmp_path)
