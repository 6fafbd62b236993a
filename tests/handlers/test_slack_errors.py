"""Every error that Slack documents for a method that is called is known for what it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from handlers.platform.slack_errors import CODES, Meaning, code_of, meaning_of
from tests.handlers.slack_documented import DOCUMENTED

ROOT = Path(__file__).parents[2]
CALL = re.compile(r"\.([a-z]+_\w+)\b")
OF_THE_MESSAGE = (
    "attachment_payload_limit_exceeded invalid_blocks invalid_blocks_format invalid_metadata_format "
    "invalid_metadata_schema markdown_text_conflict metadata_must_be_sent_from_app metadata_too_large "
    "msg_blocks_too_long no_text too_many_attachments too_many_contact_cards"
)
"""What Slack documents for `chat.postMessage` and is about what is in the message, as the program sends one."""


def error(code: str, status: int = 200) -> SlackApiError:
    data = {"ok": False, "error": code}
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=data, headers={}, status_code=status
    )
    return SlackApiError("", answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("method", DOCUMENTED)
def test_every_documented_error_is_known_for_what_it_is_about(method: str) -> None:
    assert [code for code in sorted(DOCUMENTED[method]) if meaning_of(error(code)) is Meaning.DOUBTFUL] == []


def test_every_method_that_is_called_has_its_errors_looked_up() -> None:
    sources = [path for folder in ("bot", "handlers") for path in sorted((ROOT / folder).rglob("*.py"))]
    called = {name for path in sources for name in CALL.findall(path.read_text(encoding="utf-8"))}
    known = {re.sub("[._]", "", method).lower() for method in DOCUMENTED}
    called = {name for name in called if callable(getattr(AsyncWebClient, name, None))}
    assert len(called) > 10
    assert {name for name in called if name.replace("_", "").lower() not in known} == set()


def test_no_error_is_about_two_things() -> None:
    codes = [code for known in CODES.values() for code in known]
    assert len(codes) == len(set(codes))


def test_only_an_error_about_the_message_counts_against_it() -> None:
    against = {code for code in DOCUMENTED["chat.postMessage"] if meaning_of(error(code)) is Meaning.REFUSED}
    drafts = {code for code in against if re.search("draft|duplicate|thread|reply", code)}
    assert against - drafts == set(OF_THE_MESSAGE.split())


@pytest.mark.parametrize("code", ["team_added_to_org", "accesslimited", "two_factor_setup_required", "fatal_error"])
def test_what_concerns_everybody_counts_against_no_message(code: str) -> None:
    assert meaning_of(error(code)) in (Meaning.LATER, Meaning.LOCKED_OUT)


@pytest.mark.parametrize(("status", "meaning"), [(503, Meaning.LATER), (429, Meaning.LATER), (200, Meaning.DOUBTFUL)])
def test_an_unknown_error_counts_only_if_slack_answers(status: int, meaning: Meaning) -> None:
    assert meaning_of(error("something_new", status)) is meaning


@pytest.mark.parametrize("status", [200, 302, 403, 407])
@pytest.mark.parametrize("said", ["", "Received a response in a non-JSON format: <html>hallo"])
def test_an_answer_that_is_not_slacks_counts_against_no_message_and_is_not_repeated(status: int, said: str) -> None:
    answered = error(said, status)
    assert meaning_of(answered) is Meaning.LATER
    assert code_of(answered) == f"http_{status}"
