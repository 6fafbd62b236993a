"""Whatever stands in a plan file, it is a plan or it is refused with a reason: never another failure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meldcode.domain.plan.file import PLANS, WrongPlan, load_plan, parse_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.yaml_text import dump_yaml
from tests.fuzz import any_json, any_text, fuzzed

pytestmark = pytest.mark.slow

SHIPPED = {path.name: path.read_text(encoding="utf-8") for path in shipped_plans()}
LINES = sorted({line for text in SHIPPED.values() for line in text.splitlines()})
SIGNS = (
    "{",
    "[",
    "- ",
    ": ",
    "&a ",
    "*a",
    "!!python/name:os.system ",
    "? ",
    "2026-13-45",
    "<<: ",
    "\t",
    "0x",
    "[[]]: ",
)


def is_answered(text: str) -> None:
    try:
        assert isinstance(parse_plan(text, "plan.yaml"), Plan)
    except WrongPlan as wrong:
        assert wrong.faults and all(fault.line >= 1 and fault.what for fault in wrong.faults)


@fuzzed
@given(any_text | st.lists(st.sampled_from(SIGNS) | any_text).map("".join))
@example("a: 2026-13-45")
@example("[[a]]: 1")
@example("{[a]: 1, [a]: 2}")
@example("? {a: 1}\n: 2")
@example("&a [*a]")
@example("a: &a {<<: *a}")
@example("<<: 1")
@example("!!timestamp x")
@example("!!int x")
@example("!!binary é")
@example("a: 0x")
@example("a: _")
@example("a: 1_:1")
@example("---\na\n---\nb")
@example("[" * 5000)
@example("- " * 5000)
@example("a: " + "9" * 5000)
@example("\ud800")
@example("\x00")
def test_any_text_is_a_plan_or_is_refused_with_a_reason(text: str) -> None:
    is_answered(text)


@fuzzed
@given(any_json("steps", "always", "id", "plan", "opens", "records", "roles").map(dump_yaml))
def test_any_yaml_is_a_plan_or_is_refused_with_a_reason(text: str) -> None:
    is_answered(text)


@st.composite
def changed_plans(draw: st.DrawFn) -> str:
    """A shipped plan in which one line is changed: taken away, put twice, put elsewhere, cut, given another value."""
    text = SHIPPED[draw(st.sampled_from(sorted(SHIPPED)))]
    lines = text.splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    head, _, tail = line.partition(": ")
    others = [
        [],
        [line, line],
        [line, draw(st.sampled_from(LINES))],
        [line[: draw(st.integers(0, len(line)))]],
        [f"  {line}"],
        [f"{head}: {draw(st.sampled_from(SIGNS))}{tail}"],
        [f"{head}: {draw(any_text)}"],
        [f"{head}:"],
    ]
    return "\n".join([*lines[:at], *draw(st.sampled_from(others)), *lines[at + 1 :]])


@settings(fuzzed, max_examples=8)
@given(changed_plans())
def test_a_shipped_plan_that_is_changed_anywhere_is_a_plan_or_is_refused(text: str) -> None:
    is_answered(text)


def deep(tree: object, way: list[int], value: object) -> object:
    """The tree with this value put at the place that the numbers lead to."""
    if not way or not isinstance(tree, dict | list) or not tree:
        return value
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    key = keys[way[0] % len(keys)]
    changed = dict(tree) if isinstance(tree, dict) else list(tree)
    changed[key] = deep(tree[key], way[1:], value)
    return changed


DOCUMENTS = [load_plan(PLANS / name).model_dump(mode="json", exclude_defaults=True, by_alias=True) for name in SHIPPED]


@settings(fuzzed, max_examples=8)
@given(
    st.sampled_from(DOCUMENTS),
    st.lists(st.integers(0, 60), max_size=8),
    any_json("steps", "id", "yes", "done", "teacher", "signal"),
)
def test_a_shipped_plan_with_anything_in_the_place_of_a_part_is_a_plan_or_is_refused(
    document: object, way: list[int], value: object
) -> None:
    is_answered(dump_yaml(deep(document, way, value)))


def test_an_unchanged_plan_is_one() -> None:
    for text in SHIPPED.values():
        assert isinstance(parse_plan(text, "plan.yaml"), Plan)


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes(b"plan: \xff")
    with pytest.raises(WrongPlan, match=r"plan\.yaml:1: this is no UTF-8"):
        load_plan(file)
