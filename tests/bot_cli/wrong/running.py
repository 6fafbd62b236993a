"""What goes wrong while the program runs: `/healthz` and `/readyz` fail, and the log and `doctor` say the same."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from bot.jobs.component_log import GRACE
from storage.integrity.wipe import NotWiped
from tests.running import SANNE, Running, Transport, signal

FOR_GOOD = 10**6


@dataclass(frozen=True)
class WhileRunning:
    """Something that goes wrong in the part with this name. `doctor` reads it later, unless nothing can be stored."""

    what: str
    part: str
    says: str
    arrange: Callable[[Running, pytest.MonkeyPatch], Awaitable[object]]
    transport: Transport = "http"
    is_stored: bool = True


async def _forged(school: Running, _: pytest.MonkeyPatch) -> None:
    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": f"v0={'0' * 64}"}
    async with aiohttp.ClientSession() as session:
        await session.post(f"{school.url}/slack/events", data=b"command=%2Fsignaal", headers=headers)


async def _away(school: Running, patch: pytest.MonkeyPatch) -> None:
    patch.setitem(GRACE, "slack", 0.0)
    school.expect("server_error")
    school.workspace.faults.server_error = FOR_GOOD
    await school.program.scheduler.clock.ask_again(now=True)


async def _revoked(school: Running, _: pytest.MonkeyPatch) -> None:
    school.expect("token_revoked")
    school.workspace.faults.refuses = "token_revoked"
    await school.program.scheduler.clock.ask_again(now=True)


async def _without_scope(school: Running, _: pytest.MonkeyPatch) -> None:
    school.expect("missing_scope")
    await school.report(SANNE, signal())
    school.workspace.faults.refuses = "missing_scope"
    await school.program.outbox_relay.drain()


async def _ahead(school: Running, _: pytest.MonkeyPatch) -> None:
    school.clock.forward(hours=-1)
    await school.program.scheduler.clock.ask_again(now=True)


async def _full(school: Running, patch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> None:
        raise OperationalError("", {}, Exception("database or disk is full"))

    patch.setattr("bot.jobs.component_log.store_records", is_full)
    school.program.supervisor.running["component log"].cancel()


async def _database_away(school: Running, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(school.program, "engine", create_engine("sqlite:////weg/weg.db"))


async def _broken_loop(school: Running, patch: pytest.MonkeyPatch) -> None:
    school.program.supervisor.running["home tabs"].cancel()


async def _deaf(school: Running, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.socket_link.DEAF_SECONDS", -1)


async def _held_up(school: Running, patch: pytest.MonkeyPatch) -> None:
    def held_up(*_: object) -> None:
        raise NotWiped("a reader")

    patch.setattr("bot.jobs.wiping.wipe", held_up)
    patch.setattr("bot.jobs.wiping.PROMISED", timedelta())
    await school.program.scheduler.hourly()


RUNNING = [
    WhileRunning(
        "the signing secret is another app's",
        "requests",
        "No request of Slack had a signature that fits since it was started, but others came.",
        _forged,
    ),
    WhileRunning(
        "Slack is away for more than a minute",
        "slack",
        "Slack could not be reached since {time} (http_503). Look at the network, DNS and HTTPS_PROXY.",
        _away,
    ),
    WhileRunning(
        "the token was revoked",
        "token",
        "Slack has refused the token or the app's rights since it was started (token_revoked): messages wait",
        _revoked,
    ),
    WhileRunning(
        "a right of the app was taken away",
        "messages",
        "Slack has refused the token or the app's rights since it was started (missing_scope): messages wait",
        _without_scope,
    ),
    WhileRunning(
        "the clock was set an hour ahead",
        "clock",
        "This machine's clock is +60 minutes off from Slack's: no reminders are sent and nothing is destroyed until it",
        _ahead,
    ),
    WhileRunning(
        "the disk became full",
        "component log",
        "Nothing could be stored since",
        _full,
        is_stored=False,
    ),
    WhileRunning("the database is away", "database", "Nothing could be stored since", _database_away, is_stored=False),
    WhileRunning("a background loop stopped", "home tabs", "The part “home tabs” has not worked since", _broken_loop),
    WhileRunning(
        "the connection of Socket Mode is lost",
        "socket",
        "The connection to Slack (Socket Mode) has not worked since",
        _deaf,
        "socket",
    ),
    WhileRunning(
        "what was deleted cannot be wiped for an hour",
        "wiping",
        "What was deleted is still in the files of the database, since {time}. Stop what reads them for so long.",
        _held_up,
    ),
]
