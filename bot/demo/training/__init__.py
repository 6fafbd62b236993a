"""Prepared cases to train on: what has happened already, played by real submissions, and what a good next step is.

They are data, in the YAML files beside this module; docs/oefenen.md describes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from meldcode.domain.yaml_text import read_yaml

FOLDER = Path(__file__).parent


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Act(_Strict):
    """One thing that happened: a person (`by`) types a command or presses a button of the case, or time passes."""

    by: str = Field("", alias="as")
    type: str = ""
    press: str = ""
    fill: Mapping[str, Any] = {}
    wait: str = ""


class Step(_Strict):
    """A good next step while the case stands `at` a step of the plan, `until` a record was made."""

    at: str
    until: str
    who: str
    title: str
    do: str
    why: str


class PreparedCase(_Strict):
    """One prepared case."""

    id: str
    title: str
    summary: str
    begin_as: str
    situation: str
    acts: tuple[Act, ...]
    guide: tuple[Step, ...]
    afterwards: str


def prepared_cases() -> tuple[PreparedCase, ...]:
    """Read the prepared cases, in the order of their files."""
    files = sorted(FOLDER.glob("*.yaml"))
    return tuple(PreparedCase.model_validate(read_yaml(file.read_text(encoding="utf-8")).value) for file in files)
