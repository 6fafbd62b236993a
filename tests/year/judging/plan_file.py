"""The plan as its file says it, read without any code of the program: what a person with the paper in hand knows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Json = dict[str, Any]
PLANS = Path("meldcode/plans")
APPOINTMENTS = Path("meldcode/domain/plan/appointments.yaml")


@cache
def plan_file(name: str) -> Json:
    """Return the plan as data."""
    return _read(PLANS / f"{name}.yaml")


@cache
def of_appointments() -> Json:
    """What every plan has of appointments where its own file says nothing of them."""
    return _read(APPOINTMENTS)


def _read(path: Path) -> Json:
    found: Json = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def records(plan: Json) -> dict[str, Json]:
    """All actions by id."""
    return {record["id"]: record for record in _records(plan)}


def _records(plan: Json) -> Iterator[Json]:
    yield from plan["always"]
    for step in plan["steps"]:
        yield from step.get("records", [])


def steps(plan: Json) -> dict[str, Json]:
    """The steps by id, in order."""
    return {step["id"]: step for step in plan["steps"]}


def roles_of(plan: Json) -> set[str]:
    """The roles that read cases under this plan, at some step or at all."""
    return {reader if isinstance(reader, str) else reader["role"] for reader in plan["readers"]}


def field_meaning(record: Json, meaning: str) -> str:
    """The id of the question in a record that has this meaning; empty if there is none."""
    return next((field["id"] for field in record.get("fields", []) if field.get("meaning") == meaning), "")


def several(value: Any) -> list[Any]:
    """One value or a list of them, as a list."""
    return list(value) if isinstance(value, list) else [value]
