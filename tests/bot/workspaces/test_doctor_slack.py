"""What `meldwijzer doctor` learns from Slack (here the practice workspace), and what it says it could not check."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.cli.doctor import slack as doctor_slack
from bot.cli.doctor.finding import Finding
from bot.cli.doctor.slack import slack_findings
from bot.demo.server import workspace
from bot.settings import Settings
from bot.store import DEFAULT_PLAN
from meldcode.domain.plan.file import load_plan, shipped_plans
from practice.web.server import PracticeServer

PLAN = load_plan(DEFAULT_PLAN)


@pytest.fixture
async def slack() -> AsyncIterator[PracticeServer]:
    async with PracticeServer(workspace()) as server:
        yield server


def settings_of(server: PracticeServer, token: str = "") -> Settings:
    return Settings(slack_bot_token=SecretStr(token or server.workspace.app.bot_token), slack_api_url=server.api_url)


async def found(settings: Settings, now: datetime | None = None) -> list[Finding]:
    return await asyncio.to_thread(lambda: list(slack_findings(settings, PLAN, now or datetime.now(UTC))))


async def test_slack_takes_the_token_and_every_view(slack: PracticeServer) -> None:
    assert [finding for finding in await found(settings_of(slack)) if finding.is_fault] == []
    asked = [line for line in slack.workspace.traffic if "blocks.validate" in line.what]
    assert len(asked) == len(list(doctor_slack.views(PLAN))) > len(PLAN.records)


@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
def test_the_views_that_hold_a_case_hold_one_and_leave_nothing(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    plan = load_plan(file)
    shown = dict(doctor_slack.views(plan))
    assert {"case", "home of a case", "readers", "roles", "stored", "reading over"} <= shown.keys()
    held = [name for name, view in shown.items() if "slaapt hij slecht" in str(view)]
    assert {"case", "reading over"} <= set(held)
    weighing = {f"form {record.id} under the logbook" for record in plan.records.values() if record.logbook}
    assert weighing and weighing <= set(held)
    assert list(tmp_path.iterdir()) == []


async def test_a_wrong_token_is_told(slack: PracticeServer) -> None:
    [finding] = await found(settings_of(slack, "xoxb-wrong"))
    assert finding == Finding("Slack does not accept SLACK_BOT_TOKEN: invalid_auth. Copy it again from Install App.")


@pytest.mark.parametrize(("minutes", "is_off"), [(0, False), (4, True), (-4, True)])
def test_a_clock_that_is_off_is_told(minutes: int, is_off: bool) -> None:
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    said = format_datetime(now + timedelta(minutes=minutes), usegmt=True)
    findings = list(doctor_slack._clock(said, now))
    assert [finding.words for finding in findings] == (
        ["This machine's clock is 240 seconds off. Let it be set by NTP."] if is_off else []
    )


async def test_a_view_that_slack_refuses_is_named(slack: PracticeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: dict[str, Any] = {"type": "home", "blocks": [{"type": "nonsense"}]}
    monkeypatch.setattr(doctor_slack, "views", lambda _plan: [("wrong", copy.deepcopy(wrong))])
    assert any(finding.is_fault and "“wrong”" in finding.words for finding in await found(settings_of(slack)))


@pytest.mark.parametrize(
    ("given", "fault"),
    [("chat:write,commands,files:write,users:read", None), ("chat:write", "commands, files:write, users:read")],
)
def test_scopes_are_held_against_the_manifest(given: str, fault: str | None) -> None:
    findings = list(doctor_slack._scopes(given))
    assert [fault is not None and fault in finding.words for finding in findings] == ([True] if fault else [])


def test_without_a_network_it_says_what_it_did_not_check(tmp_path: Path) -> None:
    settings = Settings(slack_bot_token=SecretStr("xoxb-1"), slack_api_url="http://127.0.0.1:1/api/")
    [finding] = slack_findings(settings, PLAN, datetime.now(UTC))
    assert finding.is_fault, "all is not well when nobody knows"
    assert "not checked" in finding.words


def test_what_slack_does_not_say_is_a_remark_and_no_complaint() -> None:
    for findings in (doctor_slack._scopes(None), doctor_slack._clock(None, datetime.now(UTC))):
        assert [finding.is_fault for finding in findings] == [False]
