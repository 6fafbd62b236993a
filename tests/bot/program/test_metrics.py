"""`/metrics`: counts and ages for Prometheus, off unless it is asked for, and nothing about a person or a case."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine

from bot.app import program_app
from bot.jobs.component_log import ComponentLog
from tests.clock import Clock
from tests.running import KARIN, SANNE, TODAY, Running, running, serving, signal

NAMES = {
    "meldwijzer_healthy",
    "meldwijzer_requests",
    "meldwijzer_outbox_messages",
    "meldwijzer_undelivered_messages",
    "meldwijzer_outbox_age_seconds",
    "meldwijzer_overdue_age_seconds",
    "meldwijzer_last_tick_age_seconds",
}


async def measured(school: Running) -> dict[str, float]:
    """What a scrape reads, by name and label."""
    school.program.settings = school.program.settings.model_copy(update={"meldwijzer_metrics": True})
    door = socket.create_server(("127.0.0.1", 0))
    async with serving(program_app(school.program, None), door), aiohttp.ClientSession() as session:
        answer = await session.get(f"http://127.0.0.1:{door.getsockname()[1]}/metrics")
        assert answer.status == 200
        text = await answer.text()
    assert not re.search("Sem|Bakker|Sanne|Karin|Linde|26-", text)
    families = list(text_string_to_metric_families(text))
    assert {family.name for family in families} <= NAMES
    samples = [sample for family in families for sample in family.samples]
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


async def test_it_is_off_unless_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path) as school, aiohttp.ClientSession() as session:
        assert (await session.get(f"{school.url}/metrics")).status == 404


async def test_counts_and_ages_follow_what_happens(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url, worker=False) as school:
        quiet = await measured(school)
        assert quiet["meldwijzer_healthy"] == 1
        assert quiet["meldwijzer_outbox_messages"] == quiet["meldwijzer_outbox_age_seconds"] == 0
        await school.report(SANNE, signal())
        school.clock.forward(days=30)
        waiting = await measured(school)
        assert waiting["meldwijzer_outbox_messages"] == 2
        month = timedelta(days=30).total_seconds()
        assert waiting["meldwijzer_outbox_age_seconds"] == pytest.approx(month, abs=60)
        assert 0 < waiting["meldwijzer_overdue_age_seconds"] < month
        assert waiting["meldwijzer_requests_total ok"] > 0
        await school.program.outbox_relay.drain()
        assert (await measured(school))["meldwijzer_outbox_messages"] == 0
        assert school.messages(KARIN)


async def test_the_last_tick_and_refused_requests_are_counted(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school, aiohttp.ClientSession() as session:
        assert "meldwijzer_last_tick_age_seconds" not in await measured(school)
        school.program.components.succeeded("scheduler")
        await school.program.components.store()
        school.clock.forward(hours=1)
        await session.post(f"{school.url}/slack/events", data=b"x")
        found = await measured(school)
        assert found["meldwijzer_last_tick_age_seconds"] == pytest.approx(3600, abs=60)
        assert found["meldwijzer_requests_total refused"] == 1


async def test_over_socket_mode_requests_are_counted_too(tmp_path: Path) -> None:
    async with running(tmp_path, transport="socket") as school:
        await school.actor(SANNE).command("/signaal")
        assert (await measured(school))["meldwijzer_requests_total ok"] == 1


async def test_without_a_database_the_rest_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as school:
        with monkeypatch.context() as away:
            away.setattr(school.program, "engine", create_engine(f"sqlite:///{tmp_path / 'weg' / 'weg.db'}"))
            away.setattr("bot.metrics.figures", _refuses)
            found = await measured(school)
        assert found["meldwijzer_healthy"] == 0
        assert "meldwijzer_outbox_messages" not in found


def _refuses(*_: object) -> None:
    raise TimeoutError


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (401, "refused"), (404, "refused"), (503, "failed")])
def test_an_outcome_is_one_of_three(status: int, outcome: str) -> None:
    log = ComponentLog(cast(Any, None), Clock(TODAY))
    log.answered(status)
    assert log.requests == {outcome: 1}
