"""A Socket Mode connection that does not come back is told of once, and not taken for one that works (promise 11)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot import socket_link
from tests.bot.program.test_supervisor import health, until_health
from tests.clock import until
from tests.running import SANNE, Logged, Running, logged, running

FOR_GOOD = 10**6
AGAIN = "The connection to Slack works again."


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Logged]:
    """The SDK looks at its connection 20 times a second."""
    monkeypatch.setattr(socket_link, "_Handler", partial(socket_link._Handler, ping_interval=0.05))
    monkeypatch.setattr(socket_link, "LOOK_EVERY", 0.05)
    with logged() as found:
        yield found


def go_away(school: Running) -> None:
    school.expect("server_error", "drop_socket")
    school.workspace.faults.server_error = FOR_GOOD
    school.workspace.faults.drop_socket()


async def test_what_the_sdk_repeats_is_said_once(tmp_path: Path, log: Logged) -> None:
    async with running(tmp_path, transport="socket") as school:
        go_away(school)
        await until(lambda: school.workspace.faults.server_error < FOR_GOOD - 8)
        assert AGAIN not in log.text
        school.workspace.faults.server_error = 0
        await until(lambda: AGAIN in log.text)
        assert log.text.count("slack_sdk.socket_mode") == 1
        assert (await school.actor(SANNE).command("/signaal")).ok


async def test_a_connection_that_does_not_come_back_has_failed(
    tmp_path: Path, log: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a second without an answer the SDK forgets when it last had one."""
    monkeypatch.setattr(socket_link, "DEAF_SECONDS", 2)
    async with running(tmp_path, transport="socket") as school, health(school):
        await until_health(school, 200)
        go_away(school)
        await until_health(school, 503)
        assert "what=socket error=LinkLost" in log.text
