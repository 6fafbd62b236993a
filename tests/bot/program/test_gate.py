"""The gate: what Slack did not sign is not even parsed, and what it signed is parsed as Bolt would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.http import gate
from bot.http.gate import parse_form, parsed
from tests.bot.program.test_http import packed, post, signed, submission
from tests.running import running

FORM = "application/x-www-form-urlencoded"
NAME = st.text(min_size=1).filter(str.strip)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))))
def test_a_form_is_parsed_as_by_the_standard_library(fields: dict[str, str]) -> None:
    body = urlencode(fields).encode()
    assert parse_form(body) == dict(parse_qsl(body.decode(), keep_blank_values=True)) == fields


@given(st.text(st.sampled_from("ab+&= \t\r\n~*-_.'()éë€"), max_size=40))
def test_so_is_a_form_with_characters_that_nobody_escaped(body: str) -> None:
    assert parse_form(body.encode()) == dict(parse_qsl(body, keep_blank_values=True))


@given(st.binary(max_size=20))
def test_escapes_may_be_in_lower_case(raw: bytes) -> None:
    escaped = "a=" + "".join(f"%{byte:02x}" for byte in raw)
    try:
        assert parse_form(escaped.encode()) == {"a": raw.decode()}
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            parse_form(f"a={quote_from_bytes(raw)}".encode())


def test_json_and_a_payload_in_a_form_are_read() -> None:
    content = {"type": "event_callback", "text": "één + één = 2 & meer"}
    assert parsed(json.dumps(content).encode(), "application/json; charset=utf-8") == content
    assert parsed(json.dumps(content).encode(), "") == content
    assert parsed(urlencode({"payload": json.dumps(content)}).encode(), FORM) == content
    assert parsed(b"command=%2Fsignaal&text=", FORM) == {"command": "/signaal", "text": ""}


@pytest.mark.parametrize("body", [b"payload=[]", b"payload=5", b"payload=%7B", b"[]", b"{"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(body, FORM if body.startswith(b"payload") else "application/json")


async def test_what_slack_did_not_sign_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path) as school:
        seen: list[Any] = []

        def note(*content: Any) -> dict[str, Any]:
            seen.append(content)
            return parsed(*content)

        monkeypatch.setattr(gate, "parsed", note)
        body = packed(submission(school))
        good = signed(school, body)
        for wrong in ({"X-Slack-Signature": "v0=" + "0" * 64}, {"X-Slack-Signature": "v0=é"}, signed(school, b"x")):
            assert await post(school, body, good | wrong) == 401
        assert not seen
        assert await post(school, body, good) == 200
        assert len(seen) == 1
