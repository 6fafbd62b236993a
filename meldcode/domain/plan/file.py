"""Reads plan files. A wrong one is refused with file, line and what is wrong.

1. Parse the YAML, keeping the line of every value.
2. Check the vocabulary (`meldcode.domain.plan.model`).
3. Check how the parts refer to each other: names that do not exist, forms that nobody can fill in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from meldcode.domain.plan.appointments import with_appointments
from meldcode.domain.plan.contradictions.contradiction import Loc
from meldcode.domain.plan.contradictions.whole_plan import answered_beforehand, contradictions
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.older_plans import with_charge, with_meanings
from meldcode.domain.yaml_text import BadYaml, Document, read_yaml

PLANS = Path(__file__).parents[2] / "plans"
NO_PLAN = "plan: this file holds no plan. Begin with a copy of one that is shipped, in meldcode/plans/"


@dataclass(frozen=True)
class PlanFault:
    """One thing that is wrong in a plan file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class WrongPlan(ValueError):
    """The plan file cannot be used; `faults` says where and why."""

    def __init__(self, faults: list[PlanFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def load_plan(path: Path) -> Plan:
    """Read and check the plan in the file. Raises WrongPlan, or OSError when the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WrongPlan([PlanFault(path.name, 1, "this is no UTF-8 text")]) from error
    return parse_plan(text, path.name)


def load_new_plan(path: Path) -> Plan:
    """Read the plan in the file as `load_plan` does, and refuse also what is only let through in plans in use."""
    plan, text = load_plan(path), path.read_text(encoding="utf-8")
    if faults := _faults(read_yaml(text), path.name, answered_beforehand(plan)):
        raise WrongPlan(faults)
    return plan


def parse_plan(text: str, name: str) -> Plan:
    """Read and check a plan from its text; `name` is the file's, for the faults. Raises WrongPlan."""
    try:
        document = read_yaml(text)
        if not isinstance(document.value, dict):
            raise WrongPlan([PlanFault(name, 1, NO_PLAN)])
        plan = with_appointments(with_charge(with_meanings(Plan.model_validate(document.value))))
    except BadYaml as error:
        raise WrongPlan([PlanFault(name, error.line, error.what)]) from error
    except ValidationError as error:
        found = [(e["loc"], e["msg"]) for e in error.errors()]
        raise WrongPlan(_faults(document, name, found)) from error
    if faults := _faults(document, name, contradictions(plan)):
        raise WrongPlan(faults)
    return plan


def shipped_plans() -> list[Path]:
    """Return the plan files that come with the program."""
    return sorted(PLANS.glob("*.yaml"))


def _faults(document: Document, name: str, found: Iterable[tuple[Loc, str]]) -> list[PlanFault]:
    return [PlanFault(name, document.line(loc), f"{_path(loc)}: {what}") for loc, what in found]


def _path(loc: Loc) -> str:
    return ".".join(str(part) for part in loc) or "plan"
