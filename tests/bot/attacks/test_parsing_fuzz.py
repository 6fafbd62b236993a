"""Schools files, form references and requests: whatever they hold, they are read or refused in one defined way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.schools_file import SchoolsFile, read_schools
from bot.settings import ConfigError
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.request import Request
from meldcode.application.case_context import case_code
from meldcode.domain.errors import Refused
from meldcode.domain.yaml_text import dump_yaml
from tests.fuzz import any_json, any_text, fuzzed
from tests.running import LINDE

SCHOOLS_WORDS = ("schools", "name", "region", "noord", "people", "slack", "roles", "free_days", "hours", "open_days")
any_yaml = any_json(*SCHOOLS_WORDS).map(lambda tree: dump_yaml(tree).encode("utf-8", "surrogatepass"))
a_school_with = st.tuples(st.sampled_from(SCHOOLS_WORDS[1:]), any_json("16:30", "2026-12-07", "teacher")).map(
    lambda changed: dump_yaml({"schools": [{**LINDE, changed[0]: changed[1]}]}).encode("utf-8", "surrogatepass")
)


@settings(fuzzed, suppress_health_check=[*fuzzed.suppress_health_check, HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60) | any_yaml | a_school_with)
@example(content=b"schools: \xff")
@example(content=b"a: 2026-13-45")
@example(content=b"[" * 5000)
@example(content=b"[[a]]: 1")
@example(content=b"!!int x")
def test_any_schools_file_is_one_or_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "schools.yaml"
    file.write_bytes(content)
    try:
        assert isinstance(read_schools(file), SchoolsFile)
    except ConfigError as wrong:
        assert str(wrong).startswith("schools.yaml")


REF = ("record", "case", "seen", "refers_to", "school")


@fuzzed
@given(any_text | any_json(*REF).map(json.dumps) | st.dictionaries(st.sampled_from(REF), any_json("")).map(json.dumps))
@example("[" * 100_000)
@example('{"seen": ' + "9" * 5000 + "}")
@example("[]")
def test_any_private_metadata_is_a_form_of_ours_or_is_refused(metadata: str) -> None:
    try:
        ref = FormRef.loaded(metadata)
    except (ValueError, TypeError):
        return
    assert [type(value) for value in (ref.record, ref.case, ref.school)] == [str] * 3
    assert [type(value) for value in (ref.seen, ref.refers_to)] == [int] * 2


BODY = ("type", "user", "team", "id", "view", "actions", "value", "action_id", "selected_option", "event", "message")
bodies = st.dictionaries(st.sampled_from(BODY), any_json(*BODY), max_size=8)
PROPERTIES = [name for name, found in vars(Request).items() if isinstance(found, property)]


@fuzzed
@given(bodies)
@example({"actions": {"0": 1}})
@example({"actions": [None]})
@example({"actions": ["x"]})
@example({"actions": [{"value": "[" * 100_000}]})
@example({"actions": [{"selected_option": "x"}]})
@example({"user": "x", "view": [], "event": 1, "message": "x", "team": True})
def test_of_any_body_each_part_can_be_asked(body: dict[str, Any]) -> None:
    request = Request(body)
    for name in PROPERTIES:
        assert isinstance(getattr(request, name), str | bool | dict) or name == "identity"
    try:
        assert isinstance(request.values(), dict)
    except Refused as refused:
        assert refused.code == "unknown_action"


@fuzzed
@given(any_text)
def test_any_text_is_a_case_code_in_its_one_spelling_or_none(typed: str) -> None:
    found = case_code(typed)
    assert not found or case_code(found) == found


@pytest.mark.parametrize("typed", ["26-k7qx", " 26-K7QX ", "26-K7QX"])
def test_a_code_is_known_however_it_is_written(typed: str) -> None:
    assert case_code(typed) == "26-K7QX"
