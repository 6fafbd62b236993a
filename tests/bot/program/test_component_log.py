"""Each part's last success and last failure, as `doctor` reads them from the database (promise 11)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import OperationalError

from bot import supervisor
from bot.cli.doctor.components import component_complaints
from bot.cli.doctor.findings import complaints
from bot.jobs import component_log
from storage.db.component_records import ComponentRecord, all_records
from tests.clock import until
from tests.running import SANNE, TODAY, Running, logged, running, signal

BEFORE, SINCE = TODAY - timedelta(hours=1), TODAY - timedelta(minutes=1)


def stored(school: Running) -> dict[str, ComponentRecord]:
    with school.program.engine.connect() as connection:
        return {record.name: record for record in all_records(connection)}


async def test_a_request_with_another_signature_is_logged_once_and_reported(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        with logged() as log:
            for _ in range(2):
                await _forged(school)
        assert log.text.count("had a signature that fits") == 1
        await school.program.components.store()
        found = await asyncio.to_thread(lambda: list(complaints(school.program.settings)))
        assert [words for words in found if "SLACK_SIGNING_SECRET" in words]
        await school.actor(SANNE).command("/signaal")
        await school.program.components.store()
        found = await asyncio.to_thread(lambda: list(complaints(school.program.settings)))
        assert not [words for words in found if "SLACK_SIGNING_SECRET" in words]


async def test_news_is_stored_in_turn() -> None:
    """What is stored later may not be overtaken by what was stored first."""
    may_go_on, begun = asyncio.Event(), 0

    class Slow:
        async def execute(self, *_: Any, **__: Any) -> None:
            nonlocal begun
            begun += 1
            await may_go_on.wait()

    log = component_log.ComponentLog(cast(Any, Slow()), lambda: TODAY)
    storing = [asyncio.create_task(log.store()) for _ in range(2)]
    await until(lambda: begun)
    await asyncio.sleep(0.05)
    assert begun == 1
    may_go_on.set()
    await asyncio.gather(*storing)
    assert begun == 2


async def test_strangers_cannot_make_it_unhealthy_once_slack_was_heard(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.actor(SANNE).command("/signaal")
        await school.program.components.store()
        await _forged(school)
        assert school.program.is_healthy()
    async with running(tmp_path) as school:
        await _forged(school)
        assert school.program.is_healthy(), "also after a restart"


async def test_one_call_in_vain_is_no_outage_and_an_outage_is_asked_about_until_it_is_over(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("server_error")
        school.workspace.faults.server_error = 1
        with logged() as log:
            await school.program.scheduler.clock.ask_again(now=True)
            assert school.program.components.is_failing("slack") and school.program.is_healthy()
            await school.program.scheduler.clock.ask_again(now=school.program.components.is_failing("slack"))
        assert not school.program.components.is_failing("slack")
        assert "Slack could not be reached" not in log.text


async def test_the_token_is_asked_about_each_minute_though_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(component_log, "STORED_EVERY", 0.05)
    monkeypatch.setattr("bot.jobs.clock_check.ASKED_AGAIN", 0.2)
    async with running(tmp_path) as school:
        school.expect("token_revoked")
        await until(school.program.is_healthy)
        school.workspace.faults.refuses = "token_revoked"
        await until(lambda: school.program.components.failing == ["token"])
        school.workspace.faults.refuses = ""
        await until(school.program.is_healthy)


async def test_a_refused_message_fails_the_health_check_until_none_waits(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("missing_scope")
        await school.report(SANNE, signal())
        school.workspace.faults.refuses = "missing_scope"
        await school.program.outbox_relay.drain()
        assert school.program.components.failing == ["messages"]
        school.workspace.faults.refuses = ""
        school.clock.forward(minutes=2)
        with logged() as log:
            while await school.program.outbox_relay.drain():
                pass
        assert school.program.components.failing == []
        assert log.text.count("“messages” works again") == 1


async def test_a_failure_stays_one_when_the_clock_is_set_back(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        components = school.program.components
        components.succeeded("outbox")
        school.clock.forward(hours=-2)
        components.failed("outbox", "TimeoutError")
        await components.store()
        assert stored(school)["outbox"].is_failing
        components.succeeded("outbox")
        await components.store()
        assert not stored(school)["outbox"].is_failing


async def _forged(school: Running) -> None:
    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": f"v0={'0' * 64}"}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{school.url}/slack/events", data=b"command=%2Fsignaal", headers=headers)
        assert answer.status == 401


async def test_a_disk_that_takes_nothing_fails_the_health_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(component_log, "STORED_EVERY", 0.05)
    monkeypatch.setattr(supervisor, "FIRST_WAIT", 0.1)
    async with running(tmp_path, ticking=True) as school:
        await until(school.program.is_healthy)
        with monkeypatch.context() as full:
            full.setattr(component_log, "store_records", _is_full)
            await until(lambda: not school.program.is_healthy())
        await until(school.program.is_healthy)
        assert stored(school)["component log"].failure == "OperationalError"


@pytest.mark.parametrize("screen", ["a Home tab", "a modal"])
async def test_a_screen_that_slack_refuses_is_reported_at_once_and_makes_nothing_unhealthy(
    tmp_path: Path, screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with logged() as log:
        async with running(tmp_path) as school:
            school.expect("invalid_arguments")
            for method in (AsyncWebClient.views_publish, AsyncWebClient.views_open):
                monkeypatch.setattr(AsyncWebClient, method.__name__, _too_much(method))
            if screen == "a modal":
                await school.actor(SANNE).command("/meldcode", "rollen")
            else:
                await school.actor(SANNE).open_home()
            await until(lambda: "refused what was on a screen" in log.text)
            await school.program.components.store()
            found = await asyncio.to_thread(lambda: list(complaints(school.program.settings)))
            assert [
                words for words in found if "Slack refused what was on a screen (invalid_arguments), last on" in words
            ]
            assert school.program.is_healthy()


def _too_much(method: Any) -> Any:
    """The call, with more on the screen than Slack takes."""

    async def called(self: AsyncWebClient, *, view: Any, **which: Any) -> Any:
        return await method(self, view={**view, "blocks": 60 * view["blocks"]}, **which)

    return called


def _is_full(*_: object) -> None:
    raise OperationalError("", {}, Exception("database or disk is full"))


CASES = {
    "it works": (ComponentRecord("outbox", SINCE, BEFORE, "TimeoutError"), ""),
    "it fails": (
        ComponentRecord("outbox", BEFORE, SINCE, "TimeoutError"),
        "“outbox” has not worked since",
    ),
    "it never worked": (ComponentRecord("socket", None, SINCE, "LinkLost"), "since it was started (LinkLost)"),
    "a screen was refused": (ComponentRecord("screens", None, SINCE, "view_too_large"), "refused what was on a screen"),
    "long ago": (ComponentRecord("screens", None, TODAY - timedelta(days=8), "view_too_large"), ""),
    "a worker runs": (ComponentRecord("scheduler", SINCE), ""),
    "no worker runs": (ComponentRecord("scheduler", BEFORE), "no worker has run since 2026-11-24 08:00 UTC"),
}


@pytest.mark.parametrize(("record", "said"), CASES.values(), ids=CASES)
def test_doctor_says_what_does_not_work(record: ComponentRecord, said: str) -> None:
    found: Iterator[str] = component_complaints([record], TODAY, is_over_socket=True)
    if said:
        assert said in next(found)
    assert list(found) == []
