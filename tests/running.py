"""The whole program in one process: the practice workspace, the real Bolt app on a real database, over real loopback.

async with running(tmp_path, transport="socket") as school:
    await school.report(SANNE, signal())
    await school.sent()
    [message] = school.messages(KARIN)
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import Table, exists, func, select

from bot.app import Program, prepared, program_app, working
from bot.manifest import manifest
from bot.settings import Settings
from handlers.platform import call_budget, limits
from handlers.platform.call_budget import Limit
from handlers.platform.services import LATER
from meldcode.domain.yaml_text import dump_yaml
from practice.client import payloads
from practice.client.actor import Actor
from practice.client.delivery import Kind, deliver
from practice.model import AppConfig, Exchange, Json, Message, Outcome, Person, View
from practice.state import triggers
from practice.state.workspace import Timeouts, Workspace
from practice.web.server import PracticeServer
from storage.crypto.vault import new_master_key
from storage.db.schema import components, identities, metadata, outbox
from storage.repositories.messages.outbox import SendState
from tests.clock import Clock, until
from tests.databases import migrated_sqlite
from tests.emitted import nothing_changes_in_silence
from tests.on_screen import button, words_of

Transport = Literal["http", "socket"]
School = dict[str, Any]

SANNE, MEHMET, KARIN, JORIS, FATIMA = "U0SANNE", "U0MEHMET", "U0KARIN", "U0JORIS", "U0FATIMA"
WILLEM, BEATRIX, BRAM, NOOR = "U0WILLEM", "U0BEATRIX", "U0BRAM", "U0NOOR"

TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""The start of every test: a Tuesday, ten o'clock in the morning in the schools."""


def person(slack: str, name: str, *roles: str, groups: Sequence[str] = ()) -> School:
    """A person as in the schools file."""
    return {"slack": slack, "name": name, "roles": list(roles), "groups": list(groups)}


LINDE: School = {
    "name": "De Linde",
    "region": "noord",
    "people": [
        person(SANNE, "Sanne de Boer", "teacher", groups=["5"]),
        person(MEHMET, "Mehmet Yılmaz", "teacher", groups=["6"]),
        person(KARIN, "Karin Visser", "care_coordinator"),
        person(JORIS, "Joris Hendriks", "confidant"),
        person(FATIMA, "Fatima el Amrani", "school_leader"),
        person(WILLEM, "Willem Postma", "cluster_director"),
    ],
}
BEUK: School = {
    "name": "De Beuk",
    "region": "zuid",
    "people": [
        person(BEATRIX, "Beatrix Smit", "teacher", groups=["5"]),
        person(BRAM, "Bram Kok", "care_coordinator", "confidant", "school_leader"),
    ],
}


def linde_with(*people: School) -> School:
    """De Linde, with these people alone."""
    return {**LINDE, "people": list(people)}


WHAT, WHEN, HOW = "Wat zag of hoorde je?", "Wanneer", "Hoe weet je dit?"
ABUSE, STATEMENT = "Signalen van mishandeling of verwaarlozing", "Uitspraken die de leerling of de ouders doen"


def signal(**changed: Any) -> Json:
    """A filled-in signal form, by label; `what` and `when` are short for the labels of these two."""
    labels = {"what": WHAT, "when": WHEN}
    filled = {"Voornaam": "Sem", "Achternaam": "Bakker", "Groep": "5", "Soort": [ABUSE]}
    filled |= {WHAT: "Een blauwe plek.", HOW: "Zelf gezien of gehoord"}
    return filled | {labels.get(name, name): value for name, value in changed.items()}


SLACKS_LIMITS = dict(call_budget.LIMITS)


@dataclass
class Running:
    """The running program with the workspace around it, and what tests often do with them."""

    workspace: Workspace
    program: Program
    clock: Clock
    url: str = ""
    expected: set[str] = field(default_factory=set)

    # Doing.
    def actor(self, user: str) -> Actor:
        """Somebody who acts."""
        return Actor(self.workspace, user)

    async def open_form(self, user: str, text: str = "") -> View:
        """Type `/signaal`, and return the form."""
        answer = await self.actor(user).command("/signaal", text)
        assert answer.ok, answer
        return self.modal(user)

    async def report(self, user: str, signal: Json) -> View:
        """Pass on a signal, whatever the hints say, and return what is shown then."""
        form = await self.open_form(user)
        answer = await self.actor(user).fill(form, **signal)
        assert answer.ok, answer
        if self.modal(user).payload["callback_id"] == "review":
            answer = await self.actor(user).submit(self.modal(user), {})
            assert answer.ok, answer
        return self.modal(user)

    async def open_home(self, user: str) -> View:
        """Open the Home tab, and return it once it is there: the bot publishes it after the acknowledgement."""
        before = self._home_number(user)
        answer = await self.actor(user).open_home()
        assert answer.ok, answer
        await until(lambda: self._home_number(user) > before, 20)
        return self.workspace.views.homes[user]

    async def press(self, user: str, shown: View | Message, label: str) -> Outcome:
        """Press the button with this label."""
        return await self.actor(user).click(shown, button(shown, label)["action_id"])

    async def open_case(self, user: str, code: str) -> View:
        """Type `/meldcode dossier CODE`, and return the case."""
        answer = await self.actor(user).command("/meldcode", f"dossier {code}")
        assert answer.ok, answer
        return self.modal(user)

    # Doing what Slack's own client would not, or somebody who forges.
    def submission(self, user: str, view: View, typed: Json | None = None, **changed: Any) -> Json:
        """The payload of a submitted modal: `typed` laid over its state as it is, `changed` over the view."""
        state = {"values": {**view.payload["state"]["values"], **(typed or {})}}
        shown = replace(view, payload={**view.payload, "state": state, **changed})
        return payloads.view_submission(self.workspace, self.workspace.people[user], shown)

    def click(self, user: str, source: View | Message, action_id: str, value: str, **changed: Any) -> Json:
        """The payload of a button, whether it is on the screen or not."""
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value, **changed}
        return payloads.block_actions(self.workspace, self.workspace.people[user], source, action)

    async def send(self, payload: Json, kind: Kind = "interactive") -> Json:
        """Bring a payload to the bot, and return its answer. Raises Undelivered."""
        return await deliver(self.workspace, kind, "by hand", payload)

    # Seeing.
    def modal(self, user: str) -> View:
        """The modal that somebody has before them."""
        modals = self.workspace.modals_of(user)
        assert modals, f"{user} has no modal open"
        return modals[-1]

    def messages(self, user: str) -> list[Message]:
        """What the bot told somebody in a DM, oldest first; ephemeral answers left out."""
        return [message for message in self.workspace.messages_of(user) if not message.is_ephemeral]

    def home(self, user: str) -> str:
        """The words on somebody's Home tab."""
        home = self.workspace.home_of(user)
        return words_of(home) if home else ""

    def _home_number(self, user: str) -> int:
        """The number of the call that published somebody's Home tab last."""
        calls = (line for line in reversed(self.workspace.traffic) if line.what == "views.publish" and not line.fault)
        return next((line.number for line in calls if line.request["user_id"] == user), 0)

    def codes(self, user: str) -> list[str]:
        """The codes of the cases that somebody was told of, in that order."""
        told = [button(message, "Dossier openen")["value"] for message in self.messages(user)]
        return list(dict.fromkeys(told))

    def count(self, table: Table) -> int:
        """How many rows are stored."""
        with self.program.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def digest(self) -> dict[str, str]:
        """A digest of every row of each table; what does not differ has not changed at all.

        Left out: a person's language, which comes from Slack itself after they acted, whatever they sent, and when it
        came; and the health of the components, which the program writes by itself now and then.
        """
        of_slack = {identities.c.locale, identities.c.locale_at}
        with self.program.engine.connect() as connection:
            shown = {
                table: [column for column in table.c if column not in of_slack]
                for table in metadata.sorted_tables
                if table is not components
            }
            rows = {table.name: connection.execute(select(*columns)).all() for table, columns in shown.items()}
        return {
            name: hashlib.sha256(repr(sorted(map(repr, found))).encode()).hexdigest() for name, found in rows.items()
        }

    # Waiting.
    async def sent(self, seconds: float = 30) -> None:
        """Wait until nothing in the outbox is on its way any more."""
        on_its_way = (SendState.PENDING.value, SendState.CLAIMED.value)
        query = select(func.count()).select_from(outbox).where(outbox.c.state.in_(on_its_way))

        def is_drained() -> bool:
            with self.program.engine.connect() as connection:
                return not connection.scalar(query)

        self.program.outbox_relay.wake()
        await until(is_drained, seconds)

    async def done_later(self) -> None:
        """Wait until the program has done what it does after its acknowledgements."""
        await until(lambda: not [task for task in asyncio.all_tasks() if task.get_name() == LATER])

    def faults(self) -> list[str]:
        """What Slack would have refused, beside what the test expects; and what is almost too large for it."""
        return [
            f"{line.what}: {line.fault} {line.answer}"
            for line in self.workspace.traffic
            if (line.fault and not any(word in line.fault for word in self.expected)) or _is_large(line)
        ]

    def expect(self, *faults: str) -> None:
        """Let faults with these words be."""
        self.expected |= set(faults)


def size_of(answer: Json) -> int:
    """The bytes of an answer as ASCII JSON."""
    return len(json.dumps(answer))


def _is_large(line: Exchange) -> bool:
    return line.direction == "to_app" and size_of(line.answer) > limits.ANSWER


@asynccontextmanager
async def running(
    folder: Path,
    *,
    transport: Transport = "http",
    schools: Sequence[School] = (LINDE, BEUK),
    database_url: str = "",
    worker: bool = True,
    ticking: bool = False,
    typing: bool = False,
    languages: bool = False,
    machine: Clock | None = None,
    administrator: str = "",
) -> AsyncIterator[Running]:
    """Run the program in a practice workspace with these schools. At the end Slack must have refused nothing.

    The outbox is drained by itself with `worker`, and the clock's work is done by itself with `ticking`; without these
    a test does it by hand, with `program.outbox_relay.drain()` and `program.scheduler.tick()`. With `languages`
    Slack is asked for the languages of people who did not act yet. With `machine` the program has that clock, and holds
    it against Slack's. The `administrator` is in the schools file.

    People act much faster than in a school, so neither the program nor Slack limits the calls, unless the test sets a
    limit itself.
    """
    clock, door = Clock(TODAY), _door() if transport == "http" else None
    url = f"http://127.0.0.1:{door.getsockname()[1]}" if door else ""
    workspace = Workspace(_app(url, typing=typing), _people(schools), now=clock)
    workspace.rates = None
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(patch.dict(call_budget.LIMITS, _no_limits()))
        practice = await stack.enter_async_context(PracticeServer(workspace))
        settings = _settings(practice, folder, schools, database_url, administrator)
        program = await stack.enter_async_context(prepared(settings, machine or clock, is_guarded=bool(machine)))
        told_before = _told_before(program)
        if not ticking:
            stack.enter_context(patch.object(program.scheduler, "run", idle))
        if not languages:
            stack.enter_context(patch.object(program.languages, "run", idle))
        await stack.enter_async_context(working(program, worker=worker))
        stack.enter_context(nothing_changes_in_silence(program))
        if door:
            app = program_app(program, program.slack)
            await stack.enter_async_context(serving(app, door))
        else:
            await until(lambda: len(workspace.sockets) > 0)
        school = Running(workspace, program, clock, url, expected=told_before)
        yield school
        faults = school.faults()
        assert not faults, faults


def _told_before(program: Program) -> set[str]:
    """The fault to expect when messages of an earlier run are changed: unlike Slack's, each workspace here is new."""
    with program.engine.connect() as connection:
        return {"message_not_found"} if connection.scalar(select(exists().select_from(outbox))) else set()


def _no_limits() -> dict[str, Limit]:
    """Room for any number of calls, for the methods of which the test did not set the limit."""
    kept = {name: limit for name, limit in call_budget.LIMITS.items() if limit == SLACKS_LIMITS[name]}
    return {name: replace(limit, calls=10**6, seconds=1) for name, limit in kept.items()}


async def idle(heartbeat: Callable[[], None]) -> None:
    """A background loop that does nothing."""
    heartbeat()
    await asyncio.Event().wait()


@asynccontextmanager
async def serving(app: Any, door: socket.socket) -> AsyncIterator[None]:
    """Serve an ASGI app at this socket, as the program does (see `bot.app`)."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([door])
    try:
        yield
    finally:
        await server.shutdown([door])


class Logged(logging.Handler):
    """All that is logged, by everybody, as it would be written; at the level DEBUG of the root logger."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {record.args!r}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def logged() -> Iterator[Logged]:
    """Keep all that is logged."""
    kept, root = Logged(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        root.setLevel(level)
        root.removeHandler(kept)


def _door() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _app(url: str, *, typing: bool = False) -> AppConfig:
    return AppConfig(
        manifest=manifest(url, typing=typing),
        bot_token=f"xoxb-{secrets.token_hex(8)}",
        app_token=f"xapp-{secrets.token_hex(8)}",
        signing_secret=secrets.token_hex(16),
        request_url=f"{url}/slack/events" if url else None,
    )


def _people(schools: Sequence[School]) -> list[Person]:
    names = {someone["slack"]: someone["name"] for school in schools for someone in school["people"]}
    return [Person(slack, name) for slack, name in (names | {NOOR: "Noor Bakker"}).items()]


def _settings(
    practice: PracticeServer, folder: Path, schools: Sequence[School], database_url: str, administrator: str
) -> Settings:
    app, file = practice.workspace.app, folder / "schools.yaml"
    file.write_text(dump_yaml({"administrator": administrator, "schools": list(schools)}), encoding="utf-8")
    return Settings(
        slack_bot_token=SecretStr(app.bot_token),
        slack_app_token=SecretStr("" if app.request_url else app.app_token),
        slack_signing_secret=SecretStr(app.signing_secret),
        slack_api_url=practice.api_url,
        database_url=database_url or migrated_sqlite(folder / "meldwijzer.db"),
        meldwijzer_master_key=SecretStr(""),
        meldwijzer_master_key_file=_master_key(folder / "master.key"),
        meldwijzer_plan=None,
        meldwijzer_schools=file,
    )


def _master_key(file: Path) -> Path:
    """The same one for a program that is started again in this folder."""
    if not file.exists():
        file.write_text(new_master_key(), encoding="ascii")
    return file


def unhurried(school: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a busy machine time: in a long walk, what takes long is slow and not refused."""
    monkeypatch.setattr(triggers, "TRIGGER_LIFE", timedelta(minutes=1))
    school.workspace.timeouts = Timeouts(acknowledgement=30.0)
    school.program.executor._seconds = 30.0
