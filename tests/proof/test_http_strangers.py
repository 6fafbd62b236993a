"""Strangers who open connections, send what nobody asked for, or hang up: Slack is answered, and memory stays small."""

from __future__ import annotations

import asyncio
import resource
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from bot.http.server import listen
from practice.web.server import PracticeServer
from tests.ports import free_port
from tests.proof.house import HOST, environment_of, workspace_for
from tests.proof.test_stopping import ready, settings_of, started

FEW_FILES = 'ulimit -n 1024; exec "$@"'
HALF_OPEN, UPLOADS, MB = 1100, 600, 1_000_000
HEADERS = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: %d\r\n"
PATIENCE = 10


@pytest.fixture(autouse=True)
def _many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def a_bot(folder: Path) -> AsyncIterator[tuple[Process, int]]:
    workspace, port = workspace_for(1), free_port()
    async with PracticeServer(workspace) as slack:
        settings, _ = settings_of(workspace, slack, folder)
        async with started(FEW_FILES, "web", folder=folder, **environment_of(settings, port)) as process:
            await ready(process, f"http://{HOST}:{port}/readyz")
            yield process, port


async def assert_it_answers(port: int) -> None:
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://{HOST}:{port}/readyz") as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


def peak(process: Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


async def test_half_open_requests_stop_nobody(tmp_path: Path) -> None:
    async with a_bot(tmp_path) as (_, port):
        held = []
        for _ in range(HALF_OPEN):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.write(HEADERS % 5)
            held.append(writer)
        await assert_it_answers(port)
        for writer in held:
            writer.transport.abort()
    assert "Traceback" not in (tmp_path / "said.txt").read_text(encoding="utf-8")


async def test_bodies_that_do_not_come_keep_no_place_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """All places are taken by requests of which the body does not come; the next one is answered at once."""
    monkeypatch.setattr("bot.http.server.MOST_CONNECTIONS", 5)
    port = free_port()
    serving = asyncio.create_task(listen(_reads_all, HOST, port))
    held = []
    for _ in range(6):
        _, writer = await _connected(port)
        writer.write(HEADERS % 10 + b"\r\nx")
        held.append(writer)
        await asyncio.sleep(0.05)
    async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{port}/") as answer:
        assert answer.status == 200
    for writer in held:
        writer.transport.abort()
    serving.cancel()
    await asyncio.wait([serving])


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await asyncio.open_connection(HOST, port)
            except OSError:
                await asyncio.sleep(0.05)


async def _reads_all(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize("looks_signed", [False, True], ids=["unsigned", "forged"])
async def test_uploads_take_little_memory(tmp_path: Path, looks_signed: bool) -> None:
    """None of them ends, so that all would be held at the same time."""
    forged = b"X-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: v0=00\r\n" % time.time() if looks_signed else b""
    async with a_bot(tmp_path) as (process, port):
        before = peak(process)

        async def upload() -> None:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
                writer.write(HEADERS % MB + forged + b"\r\n" + b"x" * (MB - 1))
                await asyncio.wait_for(writer.drain(), PATIENCE)
                await asyncio.sleep(1)
                writer.transport.abort()
            except (OSError, TimeoutError):
                return  # it was turned away

        await asyncio.gather(*(upload() for _ in range(UPLOADS)))
        await assert_it_answers(port)
        grown = peak(process) - before
        print(f"{UPLOADS} uploads: {grown:.0f} MB")  # noqa: T201
        assert grown < 150
    assert "Traceback" not in (tmp_path / "said.txt").read_text(encoding="utf-8")


ENDLESS = {
    "many headers": HEADERS % 5 + b"X: %s\r\n" % (b"y" * 50) * 1000,
    "one header": HEADERS % 5 + b"X: " + b"y" * 50_000,
    "after the body": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: %s\r\n" % (b"y" * 50) * 1000,
}


@pytest.mark.parametrize("begun", ENDLESS.values(), ids=ENDLESS)
async def test_headers_without_end_take_little_memory(tmp_path: Path, begun: bytes) -> None:
    more = (b"y" * 60 if begun is ENDLESS["one header"] else b"X: %s\r\n" % (b"y" * 50)) * 1000
    async with a_bot(tmp_path) as (process, port):
        before = peak(process)
        _, writer = await asyncio.open_connection(HOST, port)
        writer.write(begun)
        with pytest.raises(OSError):
            for _ in range(1000):
                writer.write(more)
                await asyncio.wait_for(writer.drain(), PATIENCE)
        await assert_it_answers(port)
        assert peak(process) - before < 20
    assert "Traceback" not in (tmp_path / "said.txt").read_text(encoding="utf-8")


async def test_a_request_that_never_ends_is_ended(tmp_path: Path) -> None:
    forged = b"X-Slack-Request-Timestamp: %d\r\nX-Slack-Signature: v0=00\r\n" % time.time()
    async with a_bot(tmp_path) as (_, port):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(HEADERS % 10 + forged + b"\r\nx")
        assert (await asyncio.wait_for(reader.read(), PATIENCE)).startswith(b"HTTP/1.1 408")
        writer.close()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(HEADERS % 10)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()
