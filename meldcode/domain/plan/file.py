"""Reads plan files. A wrong one is refused with file, line and what is wrong.

1. YAML is parsed with the place of every value kept.
2. The vocabulary is checked (`meldcode.domain.plan.model`).
3. What the parts say of each other is checked: names that do not exist, forms that cannot be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from meldcode.domain.plan.contradictions import Loc, contradictions
from meldcode.domain.plan.model import Plan

PLANS = Path(__file__).parents[2] / "plans"
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError)
"""What PyYAML raises, beside its own errors, on a value that is not what its tag says, or on deep nesting."""


class PlanLoader(yaml.SafeLoader):
    """Reads `yes`, `no`, `on` and `off` as the words they are; PyYAML would make them true and false."""


PlanLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
PlanLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


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


def parse_plan(text: str, name: str) -> Plan:
    """Read and check a plan from its text; `name` is the file's, for the faults. Raises WrongPlan."""
    try:
        tree = yaml.compose(text, Loader=PlanLoader)
        document = yaml.load(text, Loader=PlanLoader)  # noqa: S506 - a safe loader
        repeated = [PlanFault(name, line, f"a second {key!r}") for line, key in _repeated_keys(tree)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not readable as YAML"
        raise WrongPlan([PlanFault(name, mark.line + 1 if mark else 1, what)]) from error
    except UNREADABLE as error:
        raise WrongPlan([PlanFault(name, 1, "a value that cannot be read, or too many levels")]) from error
    if repeated:
        raise WrongPlan(repeated)
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        faults = [PlanFault(name, _line(tree, e["loc"]), f"{_path(e['loc'])}: {e['msg']}") for e in error.errors()]
        raise WrongPlan(faults) from error
    faults = [PlanFault(name, _line(tree, loc), f"{_path(loc)}: {what}") for loc, what in contradictions(plan)]
    if faults:
        raise WrongPlan(faults)
    return plan


def shipped_plans() -> list[Path]:
    """Return the plan files that come with the program."""
    return sorted(PLANS.glob("*.yaml"))


def _repeated_keys(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """The keys that stand twice in one place, of which YAML would silently use the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _line(tree: yaml.Node | None, loc: Loc) -> int:
    node, line = tree, 1
    for part in loc:
        node = _child(node, part)
        if node is None:
            break
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None


def _path(loc: Loc) -> str:
    return ".".join(str(part) for part in loc) or "plan"
