"""docs/plan.md documents the whole vocabulary, and nothing that is not in it."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from meldcode.domain.plan import actions, forms, model, parts, timing
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import shipped_plans
from meldcode.domain.plan.forms import FieldKind, Meaning, PlanPart
from meldcode.domain.plan.roles import Role
from meldcode.domain.yaml_text import read_yaml

PAGE = Path(__file__).parents[2] / "docs" / "plan.md"
MODELS = PlanPart.__subclasses__()
FIELDS = [(model, name) for model in MODELS for name in model.model_fields]


class Row(NamedTuple):
    """A line of a table."""

    key: str
    meaning: str
    default: str
    example: str


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def rows_of(model: type[PlanPart]) -> dict[str, Row]:
    """The table below the heading with the model's name, by key."""
    section = re.search(rf"^## {model.__name__}\n(.*?)(?=^## |\Z)", page(), re.MULTILINE | re.DOTALL)
    assert section, f"docs/plan.md has no section {model.__name__}"
    rows = [line[2:-2].split(" | ") for line in section[1].splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): Row(*row) for row in rows}


def type_of(info: FieldInfo) -> Any:
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def test_all_parts_of_a_plan_are_found() -> None:
    assert {model.__name__ for model in MODELS} == {
        name
        for module in (actions, forms, model, parts, timing)
        for name, thing in vars(module).items()
        if isinstance(thing, type) and issubclass(thing, PlanPart)
    } - {"PlanPart"}


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_documented_in_the_order_of_the_code_and_no_other(model: type[PlanPart]) -> None:
    assert list(rows_of(model)) == list(model.model_fields)


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_what_is_said_of_a_key_is_so(model: type[PlanPart], name: str) -> None:
    row, info = rows_of(model)[name], model.model_fields[name]
    assert len(row.meaning) > 10
    assert (row.default == "required") == info.is_required()
    if row.default.startswith("`") and row.default.strip("`") not in model.model_fields:
        documented = read_yaml(row.default.strip("`")).value
        assert TypeAdapter(type_of(info)).validate_python(documented) == info.default


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_every_example_can_be_used(model: type[PlanPart], name: str) -> None:
    example = read_yaml(rows_of(model)[name].example.strip("`")).value
    assert list(example) == [name]
    TypeAdapter(type_of(model.model_fields[name])).validate_python(example[name])


@pytest.mark.parametrize("words", [Role, FieldKind, Effect, Meaning])
def test_every_role_kind_effect_and_meaning_is_documented(words: type[StrEnum]) -> None:
    section = page().split("## Roles, kinds and effects")[1].split("## Plan")[0]
    assert [word for word in words if f"`{word}`" not in section] == []


def test_the_page_and_the_shipped_plans_name_each_other() -> None:
    for file in shipped_plans():
        assert f"`meldcode/plans/{file.name}`" in page()
        assert "docs/plan.md" in file.read_text(encoding="utf-8")
