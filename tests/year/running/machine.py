"""The real program and the practice workspace in one thread, without sockets: requests pass from one to the other.

A use case runs on the event loop instead of in a thread, and requests go straight to the ASGI application that they are
meant for. Everything else is what `meldwijzer run` runs.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from enum import Enum, auto
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import httpx
from pydantic import SecretStr
from sqlalchemy import make_url
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import Program, prepared, program_app, working
from bot.database import vault_of
from bot.manifest import manifest
from bot.settings import Settings
from meldcode.domain.yaml_text import dump_yaml
from practice.model import AppConfig, Person
from practice.state.workspace import Workspace
from practice.web.server import create_app
from storage.crypto.keys import rotate
from storage.crypto.vault import new_master_key
from storage.db.engine import make_engine
from storage.db.migrate import upgrade
from storage.integrity.backup import back_up
from storage.integrity.backup_file import keys_file
from storage.integrity.restore import restore
from tests.year.running.clock import VirtualTime
from tests.year.running.database import put_back, server_away, used_by_another
from tests.year.running.executor import InlineExecutor

BOT, SLACK = "bot.example", "slack.example"
DATABASE = "meldwijzer.db"
OF_PROGRAM = ("/bot/", "/handlers/")


class Cut(Enum):
    """When the connection of a request is cut: before it arrives, before its answer does, or not at all."""

    NEVER = auto()
    BEFORE = auto()
    AFTER = auto()


class Machine:
    """The computer on which the program runs: what is on its disk, and the process, which can be killed."""

    def __init__(self, folder: Path, workspace: Workspace, time: VirtualTime, database_url: str = "") -> None:
        self.folder, self.workspace, self.time = folder, workspace, time
        self.database_url = database_url or f"sqlite:///{folder / DATABASE}"
        self.plan: Path | None = None
        self.slack = create_app(workspace, ())
        self.program: Program | None = None
        self._process: asyncio.Task[None] | None = None
        self._app: ASGIApp | None = None
        self._second: ASGIApp | None = None
        self._requests = count()
        self._ended = asyncio.Event()
        self.cuts: Callable[[], Cut] = lambda: Cut.NEVER
        """Whether the connection of the next request is cut, and when."""
        self.takes: Callable[[], float] = lambda: 0
        """How many seconds the next request is under way, or its answer."""

    @property
    def running(self) -> Program:
        assert self.program, "the program does not run"
        return self.program

    async def start(self) -> None:
        """Start the program, and return when it takes requests. Raises what stops the start."""
        self._ended, is_ready = asyncio.Event(), asyncio.Event()
        self._process = asyncio.create_task(self._run(is_ready, self._ended))
        waiting = asyncio.create_task(is_ready.wait())
        await asyncio.wait([waiting, self._process], return_when=asyncio.FIRST_COMPLETED)
        if self._process.done():
            waiting.cancel()
            self._process.result()

    async def is_healthy(self) -> bool:
        """Whether `/healthz` says so, when it is asked on this machine; nobody answers when nothing runs."""
        if self._app is None:
            return False
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=f"http://{BOT}") as client:
            return (await client.get("/healthz")).is_success

    async def stop(self) -> None:
        """Stop it in good order."""
        self._ended.set()
        if self._process:
            await self._process
        self._process = None
        await _end_what_it_did()

    async def kill(self) -> None:
        """End it without a word: nothing of it is stored, sent or received from now on."""
        if self.program:
            self.program.executor.close()  # as long as it is there, `take` knows that it is dead
        if self._process:
            self._process.cancel()
            await asyncio.wait([self._process])
        self._process = None
        await _end_what_it_did()
        self.program = self._app = None

    async def _run(self, is_ready: asyncio.Event, ended: asyncio.Event) -> None:
        async with prepared(self.settings(), self.time.machine, is_guarded=True) as program:
            async with working(program):
                self.program, self._app = program, program_app(program, program.slack)
                is_ready.set()
                await ended.wait()
            self.program = self._app = None

    @asynccontextmanager
    async def with_a_second(self) -> AsyncIterator[None]:
        """Let a second process work on the same database, and take every other request."""
        async with prepared(self.settings(), self.time.machine, is_guarded=True) as program, working(program):
            self._second = program_app(program, program.slack)
            try:
                yield
            finally:
                self._second = None

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bring a request to the one it is for."""
        is_for_slack, cut = scope["server"][0] == SLACK, self.cuts()
        await self._pass()
        app, process = self.slack if is_for_slack else self._next_app(), self._process
        if app is None or cut is Cut.BEFORE or self._is_dying():
            raise aiohttp.ClientConnectionError("nobody listens")
        await app(scope, receive, send)
        await self._pass()
        if cut is Cut.AFTER or self._process is not process or self._is_dying():
            raise aiohttp.ClientConnectionError("the answer was lost")

    def _next_app(self) -> ASGIApp | None:
        """The process that takes the next request: they take turns."""
        return self._second if self._second and next(self._requests) % 2 else self._app

    def _is_dying(self) -> bool:
        """Whether the process died at a commit: it says no more, although `kill` has not ended it yet."""
        executor = self.program and self.program.executor
        return isinstance(executor, InlineExecutor) and executor.is_dead

    async def _pass(self) -> None:
        """Let the time pass in which a request or an answer is under way."""
        if seconds := self.takes():
            await asyncio.sleep(seconds)

    def settings(self) -> Settings:
        """The settings of the program, and of every command on this machine."""
        app = self.workspace.app
        return Settings(
            slack_bot_token=SecretStr(app.bot_token),
            slack_app_token=SecretStr(""),
            slack_signing_secret=SecretStr(app.signing_secret),
            slack_api_url=f"http://{SLACK}/api/",
            database_url=self.database_url,
            meldwijzer_master_key=SecretStr(""),
            meldwijzer_master_key_file=self._master_key(),
            meldwijzer_plan=self.plan,
            meldwijzer_schools=self.folder / "schools.yaml",
        )

    def raise_plan_version(self) -> None:
        """Put a plan file in place that says the same under the next version."""
        assert self.plan
        document = self.plan.read_text(encoding="utf-8")
        version = re.search(r"^version: (\d+)$", document, re.MULTILINE)
        assert version
        self.plan = self.folder / f"version-{int(version[1]) + 1}" / self.plan.name
        self.plan.parent.mkdir()
        raised = document.replace(version[0], f"version: {int(version[1]) + 1}", 1)
        self.plan.write_text(raised, encoding="utf-8")

    def replace_key(self) -> None:
        """Wrap everything with a new master key, as `meldwijzer keys rotate` does."""
        file = self._master_key()
        new = new_master_key()
        file.write_text(f"{new}\n{file.read_text(encoding='ascii')}", encoding="ascii")
        engine = make_engine(self.database_url)
        for _ in rotate(engine, self.settings().master_keys()):
            pass
        engine.dispose()
        file.write_text(new, encoding="ascii")

    def upgrade(self) -> None:
        """Let the program be newer than what left the database. PostgreSQL is migrated by a command."""
        engine = make_engine(self.database_url)
        put_back(engine)
        if not self.settings().is_embedded:
            upgrade(engine)
        engine.dispose()

    @contextmanager
    def without_database(self) -> Iterator[str]:
        """Keep the program from its database for a time, and return the name of the fault."""
        if self.settings().is_embedded:
            with used_by_another(str(make_url(self.database_url).database)):
                yield "locked"
        else:
            with server_away(self.database_url):
                yield "server"

    def move(self, now: datetime) -> None:
        """Put a backup back into an empty database, and go on with that one."""
        self.put_back(self.back_up(now), now)

    def back_up(self, now: datetime) -> Path:
        """Write a backup; return the file with the data, beside which are the keys."""
        backup, engine = self.folder / f"backup-{now:%Y%j%H%M%S}", make_engine(self.database_url)
        back_up(engine, vault_of(engine, self.settings()), backup, now)
        engine.dispose()
        return backup

    def put_back(self, backup: Path, now: datetime, keys: Path | None = None) -> None:
        """Put these data back with the keys beside them, or with newer ones, and go on with that database."""
        new = f"sqlite:///{self.folder / f'{now:%Y%j%H%M%S}.db'}"
        engine = make_engine(new)
        restore(engine, self.settings().master_keys(), backup, keys or keys_file(backup), now)
        engine.dispose()
        self.database_url = new

    def _master_key(self) -> Path:
        file = self.folder / "master.key"
        if not file.exists():
            file.write_text(new_master_key(), encoding="ascii")
            file.chmod(0o600)
        return file

    def write_schools(self, schools: list[dict[str, Any]]) -> None:
        """What the administrator says in the schools file."""
        (self.folder / "schools.yaml").write_text(dump_yaml({"schools": schools}), encoding="utf-8")


@cache
def empty_database() -> bytes:
    """A database of this version without anything in it: all migrations take longer than many a play."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, DATABASE)
        engine = make_engine(f"sqlite:///{file}")
        upgrade(engine)
        engine.dispose()
        return file.read_bytes()


def workspace_of(people: list[Person], now: Callable[[], datetime]) -> Workspace:
    """A practice workspace with these people and the app."""
    url = f"http://{BOT}"
    app = AppConfig(
        manifest=manifest(url),
        bot_token=f"xoxb-{secrets.token_hex(8)}",
        app_token="",
        signing_secret=secrets.token_hex(16),
        request_url=f"{url}/slack/events",
    )
    workspace = Workspace(app, people, now=now)
    workspace.base_url = f"http://{SLACK}"
    return workspace


async def _end_what_it_did() -> None:
    """End what a process that is gone was doing: here its work would go on in the process that comes after it."""
    left = [task for task in asyncio.all_tasks() if any(folder in _file_of(task) for folder in OF_PROGRAM)]
    for task in sorted(left, key=lambda task: (len(task.get_name()), task.get_name())):  # in order of their numbers
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _file_of(task: asyncio.Task[Any]) -> str:
    return str(getattr(getattr(task.get_coro(), "cr_code", None), "co_filename", ""))


@asynccontextmanager
async def running(machine: Machine) -> AsyncIterator[Program]:
    """Run the program until the end of the block."""
    await machine.start()
    try:
        yield machine.running
    finally:
        await machine.stop()
