"""Properly signed requests with anything changed in them, through the gate, Bolt and the program (promise 9).

Their senders may not do what the request asks, so whatever happens, nothing may change.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.client import payloads
from tests.bot.attacks.test_bad_input import GOOD, text
from tests.bot.attacks.test_hostile import MARK, a_case, forged_form
from tests.bot.program.test_http import FORM, JSON, answered, signed
from tests.fuzz import any_json, any_text, fuzzed
from tests.on_screen import button
from tests.running import BEATRIX, MEHMET, NOOR, WILLEM, Running, logged, running

EXAMPLES = 300
WORDS = ("type", "view", "user", "team", "id", "value", "actions", "state", "values", "signal", "form", "review")
Base = tuple[str, Any, str]
"""The name of a request, what it holds, and how it is packed: as a form, in a form, or as JSON."""


@contextmanager
def begun(folder: Path) -> Iterator[tuple[asyncio.Runner, Running]]:
    """The running program, for tests that are no coroutines, as Hypothesis requires."""
    with asyncio.Runner() as runner:
        program = running(folder)
        school = runner.run(program.__aenter__())
        school.expect("")  # what Slack thinks of its own mutilated requests
        try:
            yield runner, school
        finally:
            runner.run(program.__aexit__(None, None, None))


def requests_of(school: Running, code: str) -> list[Base]:
    """One request of each kind, from somebody who may not make it."""
    people, told = school.workspace.people, school.messages("U0KARIN")[0]
    answers = {**GOOD, "what": text(MARK), "text": text(MARK)}
    filled = forged_form(school, MEHMET, {"record": "signal", "case": code})
    opening = forged_form(school, WILLEM, {"record": "signal"})
    opens = button(told, "Dossier openen")
    make = json.dumps({"case": code, "record": "taken_up"})
    event = {"type": "event_callback", "team_id": people[NOOR].team_id, "event_id": "Ev1", "event_time": 1795000000}
    return [
        ("command", payloads.command(school.workspace, people[MEHMET], "/meldcode", f"dossier {code}"), "form"),
        ("command of nobody", payloads.command(school.workspace, people[NOOR], "/signaal", MARK), "form"),
        ("shortcut", payloads.shortcut(school.workspace, people[NOOR], "report-signal"), "payload"),
        ("form in a case", school.submission(MEHMET, filled, answers), "payload"),
        ("form that opens one", school.submission(WILLEM, opening, answers), "payload"),
        ("closed", payloads.view_closed(school.workspace, people[BEATRIX], filled), "payload"),
        ("button", school.click(BEATRIX, told, opens["action_id"], opens["value"]), "payload"),
        ("button in a modal", school.click(MEHMET, filled, "make-record.x", make), "payload"),
        ("home", {**event, "event": payloads.home_opened(school.workspace, people[NOOR])}, "json"),
        ("user", {**event, "event": {"type": "user_change", "user": {"id": NOOR, "deleted": True}}}, "json"),
    ]


def kept(school: Running) -> dict[str, str]:
    """Everything that is stored, except which requests were processed and which parts of the program work."""
    changes_by_itself = {"processed_requests", "components"}
    return {name: digest for name, digest in school.digest().items() if name not in changes_by_itself}


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to each value in a request, including the request itself."""
    yield path
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inside:
        yield from places(value, (*path, key))


def changed(part: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The same request with another value at this place; without the place if the value is `...`."""
    if not path:
        return None if value is ... else value
    key, *rest = path
    copy = dict(part) if isinstance(part, dict) else list(part)
    if value is ... and not rest:
        del copy[key]
    else:
        copy[key] = changed(part[key], tuple(rest), value)
    return copy


def packed(content: Any, how: str) -> bytes:
    if how == "form" and isinstance(content, dict):
        pairs = {name: value if isinstance(value, str) else json.dumps(value) for name, value in content.items()}
        return urlencode(pairs, errors="surrogatepass").encode()
    return json.dumps(content).encode() if how == "json" else urlencode({"payload": json.dumps(content)}).encode()


@st.composite
def mutilated(draw: st.DrawFn, requests: list[Base]) -> tuple[str, bytes, str]:
    """A request in which one or two parts are replaced or missing, or some bytes are changed."""
    name, content, how = draw(st.sampled_from(requests))
    if draw(st.integers(0, 5)):
        for _ in range(draw(st.integers(1, 2))):
            path = draw(st.sampled_from(sorted(places(content), key=repr)))
            content = changed(content, path, draw(st.just(...) | any_json(*WORDS) | any_text))
        body = packed(content, how)
    else:
        body = packed(content, how)
        begin, length = draw(st.integers(0, len(body))), draw(st.integers(0, 40))
        body = body[:begin] + draw(st.binary(max_size=12)) + body[begin + length :]
    return name, body, JSON if (how == "json") is not (draw(st.integers(0, 9)) == 0) else FORM


def test_whatever_is_changed_in_a_request_it_changes_nothing_and_shows_nothing(tmp_path: Path) -> None:
    with begun(tmp_path) as (runner, school):
        code = runner.run(a_case(school))
        before, seen = kept(school), Counter[int]()
        relaxed = [*fuzzed.suppress_health_check, HealthCheck.function_scoped_fixture]

        @settings(fuzzed, max_examples=EXAMPLES, suppress_health_check=relaxed)
        @given(mutilated(requests_of(school, code)))
        def tried(request: tuple[str, bytes, str]) -> None:
            _, body, kind = request
            with logged() as log:
                status, words = runner.run(answered(school, body, signed(school, body, kind=kind)))
            seen[status] += 1
            assert status < 500 or (status, words) == (500, "")
            assert "Traceback" not in words + log.text
            assert MARK not in log.text
            assert kept(school) == before

        tried()
        assert seen.keys() >= {200, 400, 404}, seen
        assert seen.total() >= EXAMPLES
        assert school.program.is_healthy()
