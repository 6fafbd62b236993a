"""Forged, stale and unreadable requests change nothing, and nothing of them is in the log (promises 4 and 9)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import create_engine

from practice.client import payloads
from practice.client.delivery import signature
from practice.model import Json
from storage.db.schema import cases, entries, outbox, readings
from tests.on_screen import words_of
from tests.running import KARIN, SANNE, Running, logged, running, signal

CANARY = "Kanarie4711"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.fixture
def quiet() -> Iterator[None]:
    """Whatever the test does, the log has nothing of it."""
    with logged() as log:
        yield
    assert log.lines
    assert not [line[:500] for line in log.lines if CANARY in line]


def submission(school: Running) -> Json:
    """A signal that would be stored, if it came from Slack."""
    metadata = json.dumps({"record": "signal"})
    values = {
        "first_name": {"answer": {"value": CANARY}},
        "last_name": {"answer": {"value": "Bakker"}},
        "group": {"answer": {"value": "5"}},
        "kind": {"answer": {"selected_options": [{"value": "others"}]}},
        "heard_from": {"answer": {"selected_option": {"value": "self"}}},
        "what": {"answer": {"value": f"{CANARY} huilde."}},
        "happened_on": {"answer": {"selected_date": "2026-11-20"}},
    }
    view = {"id": "V1", "type": "modal", "callback_id": "form", "private_metadata": metadata, "blocks": []}
    user = {"id": SANNE, "team_id": school.workspace.app.team_id}
    team = {"id": school.workspace.app.team_id}
    return {"type": "view_submission", "user": user, "team": team, "view": {**view, "state": {"values": values}}}


def packed(payload: Json) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def signed(school: Running, body: bytes, *, at: str = "", kind: str = FORM) -> dict[str, str]:
    timestamp = at or str(int(time.time()))
    proof = signature(school.workspace.app.signing_secret, timestamp, body)
    return {"Content-Type": kind, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": proof}


async def post(school: Running, body: bytes, headers: dict[str, str]) -> int:
    """Send it, and return the status of the answer."""
    return (await answered(school, body, headers))[0]


async def answered(school: Running, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Send it, and return the status and the text of the answer."""
    url = f"{school.url}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        text = await answer.text()
    assert CANARY not in text
    return answer.status, text


def stored(school: Running) -> list[int]:
    return [school.count(table) for table in (cases, entries, outbox, readings)]


async def test_a_signed_request_is_stored(tmp_path: Path) -> None:
    """The valid request that the refused ones below differ from."""
    async with running(tmp_path) as school:
        body = packed(submission(school))
        assert await post(school, body, signed(school, body)) == 200
        assert school.count(entries) == 1


async def test_forged_and_stale_requests_are_refused(tmp_path: Path, quiet: None) -> None:
    async with running(tmp_path) as school:
        body = packed(submission(school))
        good = signed(school, body)
        now = int(time.time())
        wrong = {
            "another signature": good | {"X-Slack-Signature": "v0=" + "0" * 64},
            "another body": signed(school, body + b"x"),
            "no signature": {n: v for n, v in good.items() if n != "X-Slack-Signature"},
            "an empty signature": good | {"X-Slack-Signature": ""},
            "no timestamp": {n: v for n, v in good.items() if n != "X-Slack-Request-Timestamp"},
            "stale": signed(school, body, at=str(now - 301)),
            "from the future": signed(school, body, at=str(now + 400)),
            "no number": signed(school, body, at="gisteren"),
            "a fraction": signed(school, body, at="1.5e9"),
            "below zero": signed(school, body, at="-5"),
            "no digit of ours": good | {"X-Slack-Request-Timestamp": "\u0661\u0662"},
            "huge": signed(school, body, at="9" * 400),
            "another timestamp": good | {"X-Slack-Request-Timestamp": str(now - 1)},
        }
        for name, headers in wrong.items():
            assert await post(school, body, headers) == 401, name
        assert stored(school) == [0, 0, 0, 0]


async def test_bodies_that_cannot_be_read_are_refused(tmp_path: Path, quiet: None) -> None:
    async with running(tmp_path) as school:
        deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
        bodies = {
            "too large": (b"payload=" + CANARY.encode() * 120_000, FORM),
            "no UTF-8": (b"payload=\xff\xfe" + CANARY.encode(), FORM),
            "no JSON": (f"payload={CANARY}".encode(), FORM),
            "broken JSON": (urlencode({"payload": '{"type": "view_submission", "x": "' + CANARY}).encode(), FORM),
            "a list": (urlencode({"payload": json.dumps([CANARY])}).encode(), FORM),
            "a number": (b"payload=5", FORM),
            "a text": (urlencode({"payload": json.dumps(CANARY)}).encode(), FORM),
            "deep JSON": (deep, JSON),
            "deep payload": (b"payload=" + deep, FORM),
            "not JSON after all": (CANARY.encode(), JSON),
            "JSON that is a list": (json.dumps([CANARY]).encode(), JSON),
            "empty": (b"", FORM),
            "another content type": (CANARY.encode(), "text/plain"),
            "several parts": (CANARY.encode(), "multipart/form-data; boundary=x"),
            "of an unknown type": (packed({"type": CANARY, "team": {"id": "T0PRACTICE"}}), FORM),
            "of no type": (packed({"x": CANARY}), FORM),
        }
        for name, (body, kind) in bodies.items():
            status = await post(school, body, signed(school, body, kind=kind))
            assert 400 <= status < 500, (name, status)
            assert 400 <= await post(school, body, {"Content-Type": kind}) < 500, name
        assert stored(school) == [0, 0, 0, 0]


async def test_parts_of_the_wrong_kind_store_nothing_and_leave_no_trace(tmp_path: Path, quiet: None) -> None:
    wrong: list[Json] = [
        {"user": None},
        {"user": CANARY},
        {"user": []},
        {"view": None},
        {"view": CANARY},
        {"view": [CANARY]},
        {"team": CANARY, "user": {"id": {"x": CANARY}}},
        {"type": "block_actions", "actions": CANARY},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": [CANARY]},
        {"type": "shortcut", "callback_id": 5},
        {"type": ["view_submission"]},
    ]
    async with running(tmp_path) as school:
        school.expect("trigger_id", "invalid_arguments")
        for change in wrong:
            body = packed({**submission(school), **change})
            await post(school, body, signed(school, body))
        assert stored(school) == [0, 0, 0, 0]


async def test_another_workspace_gets_nothing(tmp_path: Path, quiet: None) -> None:
    async with running(tmp_path) as school:
        elsewhere = {"id": "T0ELSEWHERE"}
        user = {"id": SANNE, "team_id": "T0ELSEWHERE"}
        body = packed({**submission(school), "team": elsewhere, "user": user})
        _, to_form = await answered(school, body, signed(school, body))
        command = payloads.command(school.workspace, school.workspace.people[SANNE], "/signaal", CANARY)
        body = urlencode({**command, "team_id": "T0ELSEWHERE"}).encode()
        _, to_command = await answered(school, body, signed(school, body))
        assert "in deze Slack-werkruimte niet geïnstalleerd" in to_form
        assert "112" in to_form, "whatever fails, the numbers to call are shown (G4)"
        assert to_command == "", "it is told by the response url"
        assert stored(school) == [0, 0, 0, 0]
        assert school.workspace.modals_of(SANNE) == []


async def test_a_request_that_is_played_again_is_not_stored_again(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        body = packed(submission(school))
        headers = signed(school, body)
        assert [await post(school, body, headers) for _ in range(3)] == [200, 200, 200]
        assert (school.count(entries), school.count(outbox)) == (1, 2)


async def test_other_methods_and_paths_are_not_served(tmp_path: Path) -> None:
    async with running(tmp_path) as school, aiohttp.ClientSession() as session:
        assert (await session.get(f"{school.url}/slack/events")).status == 405
        assert (await session.post(f"{school.url}/slack/weg")).status == 404


async def test_health_and_readiness_follow_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as school, aiohttp.ClientSession() as session:

        async def statuses() -> list[int]:
            return [(await session.get(f"{school.url}/{page}")).status for page in ("healthz", "readyz")]

        assert await statuses() == [200, 200]
        with monkeypatch.context() as away:
            away.setattr(school.program, "engine", create_engine(f"sqlite:///{tmp_path / 'weg' / 'weg.db'}"))
            assert await statuses() == [503, 503]
        school.program.is_ready = False
        assert await statuses() == [200, 503]


async def test_an_event_that_is_delivered_again_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        before = stored(school)
        school.workspace.faults.redeliver = True
        home = await school.open_home(KARIN)
        assert school.codes(KARIN)[0] in words_of(home)
        assert stored(school) == before
