"""Reads plan files. A wrong one is refused with file, line and what is wrong.

1. YAML is parsed with the place of every value kept.
2. The vocabulary is checked (`meldcode.plan`).
3. What the parts say of each other is checked: names that do not exist, forms that cannot be filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from meldcode.plan import GIVEN, OPTIONAL_EFFECTS, Condition, Effect, FieldKind, Plan, Record, Step, Version
from meldcode.plan_language import untranslated

PLANS = Path(__file__).parent / "plans"
Loc = tuple[str | int, ...]
PUPIL_FIELDS = 3
ROLES_THAT_AGREE = 2
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
class Fault:
    """One thing that is wrong in a plan file."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class WrongPlan(ValueError):
    """The plan file cannot be used; `faults` says where and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def load_plan(path: Path) -> Plan:
    """Read and check the plan in the file. Raises WrongPlan, or OSError when the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WrongPlan([Fault(path.name, 1, "this is no UTF-8 text")]) from error
    return parse_plan(text, path.name)


def parse_plan(text: str, name: str) -> Plan:
    """Read and check a plan from its text; `name` is the file's, for the faults. Raises WrongPlan."""
    try:
        tree = yaml.compose(text, Loader=PlanLoader)
        document = yaml.load(text, Loader=PlanLoader)  # noqa: S506 - a safe loader
        repeated = [Fault(name, line, f"a second {key!r}") for line, key in _repeated_keys(tree)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not readable as YAML"
        raise WrongPlan([Fault(name, mark.line + 1 if mark else 1, what)]) from error
    except UNREADABLE as error:
        raise WrongPlan([Fault(name, 1, "a value that cannot be read, or too many levels")]) from error
    if repeated:
        raise WrongPlan(repeated)
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        faults = [Fault(name, _line(tree, e["loc"]), f"{_path(e['loc'])}: {e['msg']}") for e in error.errors()]
        raise WrongPlan(faults) from error
    faults = [Fault(name, _line(tree, loc), f"{_path(loc)}: {what}") for loc, what in _contradictions(plan)]
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


Contradiction = tuple[Loc, str]


def _contradictions(plan: Plan) -> Iterator[Contradiction]:
    yield from _doubles(plan)
    yield from _wrong_opening(plan)
    for effect in Effect:
        count = [record.effect for record in plan.always].count(effect)
        if effect in OPTIONAL_EFFECTS and count > 1:
            yield ("always",), f"no more than one record can have the effect {effect.value!r}"
        elif effect not in OPTIONAL_EFFECTS and count != 1:
            yield ("always",), f"exactly one record must have the effect {effect.value!r}"
    for i, step in enumerate(plan.steps):
        yield from _wrong_step(plan, step, ("steps", i))
    for loc, record in _located_records(plan):
        yield from _wrong_record(plan, record, loc)
    yield from untranslated(plan)


def _wrong_opening(plan: Plan) -> Iterator[Contradiction]:
    if plan.opens not in plan.records:
        yield ("opens",), f"there is no record {plan.opens!r}"
        return
    if plan.opening not in plan.always or plan.opening.when or plan.opening.needs or plan.opening.effect:
        yield ("opens",), "the record that opens a case is one of always, without when, needs or effect"
    asked = [field for field in plan.opening.fields if field.pupil]
    if len(asked) != PUPIL_FIELDS or any(field.kind is not FieldKind.TEXT or not field.required for field in asked):
        yield ("opens",), "the record that opens a case asks for the pupil: three required texts with pupil: true"


def _located_records(plan: Plan) -> Iterator[tuple[Loc, Record]]:
    for i, record in enumerate(plan.always):
        yield ("always", i), record
    for i, step in enumerate(plan.steps):
        for j, record in enumerate(step.records):
            yield ("steps", i, "records", j), record


def _doubles(plan: Plan) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for i, step in enumerate(plan.steps):
        if step.id in {other.id for other in plan.steps[:i]}:
            yield ("steps", i, "id"), f"a second step {step.id!r}"
    for loc, record in _located_records(plan):
        if record.id in seen:
            yield (*loc, "id"), f"a second record {record.id!r}"
        seen.add(record.id)


def _wrong_step(plan: Plan, step: Step, loc: Loc) -> Iterator[Contradiction]:
    if step.then and step.then not in {other.id for other in plan.steps}:
        yield (*loc, "then"), f"there is no step {step.then!r}"
    elif step.then and step.then not in [later.id for later in plan.steps[plan.steps.index(step) + 1 :]]:
        yield (*loc, "then"), "a completed step leads to a later one; let an answer lead back (leads)"
    for j, record in enumerate(step.records):
        if record.effect is not None:
            yield (*loc, "records", j, "effect"), "a record with an effect is one of always"
    if step.deadline and step.deadline.each and step.deadline.each not in plan.records:
        yield (*loc, "deadline", "each"), f"there is no record {step.deadline.each!r}"
    days = [rung.after for rung in step.remind]
    if days != sorted(set(days)):
        yield (*loc, "remind"), "the rungs must each come later than the one before"
    if any(rung.every for rung in step.remind[:-1]):
        yield (*loc, "remind"), "only the last rung can be repeated"


def _wrong_record(plan: Plan, record: Record, loc: Loc) -> Iterator[Contradiction]:
    fields = [field.id for field in record.fields]
    for k, field in enumerate(record.fields):
        if field.id in fields[:k]:
            yield (*loc, "fields", k, "id"), f"a second field {field.id!r}"
        if field.id in plan.records:
            yield (*loc, "fields", k, "id"), f"{field.id!r} is the name of a record already"
    for where, condition in _conditions(record):
        for path, what in _wrong_condition(plan, record, condition):
            yield (*loc, *where, path), what
        for path in condition if where[0] in ("when", "needs") else ():
            if path in fields:
                yield (*loc, *where, path), f"{path!r} is asked in this form itself, and not answered yet"
    yield from _wrong_leads(plan, record, loc)
    yield from _wrong_references(plan, record, loc)


def _wrong_leads(plan: Plan, record: Record, loc: Loc) -> Iterator[Contradiction]:
    for k, lead in enumerate(record.leads):
        if lead.to and lead.to not in {step.id for step in plan.steps}:
            yield (*loc, "leads", k, "to"), f"there is no step {lead.to!r}"
        if lead.close and plan.outcome(lead.close) is None:
            yield (*loc, "leads", k, "close"), f"there is no outcome {lead.close!r}"


def _wrong_references(plan: Plan, record: Record, loc: Loc) -> Iterator[Contradiction]:
    for k, check in enumerate(record.checks):
        if record.field(check.at) is None:
            yield (*loc, "checks", k, "at"), f"the form has no field {check.at!r}"
    for k, presence in enumerate(record.present):
        field = record.field(presence.field)
        if field is None or field.kind not in (FieldKind.PEOPLE, FieldKind.PERSON):
            yield (*loc, "present", k, "field"), f"the form has no field {presence.field!r} that names people"
        if both := sorted({*presence.none_of} & {*presence.all_of, *presence.one_of}):
            yield (*loc, "present", k, "none_of"), f"{', '.join(both)} must be there and cannot be there"
    yield from _wrong_effect(record, loc)
    if record.agrees_with and record.agrees_with not in plan.records:
        yield (*loc, "agrees_with"), f"there is no record {record.agrees_with!r}"
    elif record.agrees_with and len(set(record.by)) != ROLES_THAT_AGREE:
        yield (*loc, "by"), "a record that agrees with another is made by two roles: one proposes, the other confirms"


def _wrong_effect(record: Record, loc: Loc) -> Iterator[Contradiction]:
    people = [field for field in record.fields if field.kind is FieldKind.PERSON]
    if record.effect is Effect.HANDS_OVER and [field.required for field in people] != [True]:
        yield (*loc, "fields"), "a record that hands over asks for one person, who is required"
    days = [field for field in record.fields if field.kind is FieldKind.DATE]
    if record.effect in (Effect.POSTPONES, Effect.HOLDS) and [field.required for field in days] != [True]:
        yield (*loc, "fields"), f"a record that {record.effect} asks for one date, which is required"
    if record.effect is Effect.EXPORTS and not _can_export(record):
        yield (
            (*loc, "fields"),
            "a record that exports asks what (whole, for_parents), and in two texts for whom and why",
        )
    for name, field_id in (record.follow_up.model_dump() if record.follow_up else {}).items():
        if record.field(field_id) is None:
            yield (*loc, "follow_up", name), f"the form has no field {field_id!r}"


def _can_export(record: Record) -> bool:
    choices, texts = record.fields_of(FieldKind.CHOICE), record.fields_of(FieldKind.TEXT)
    versions = {choice.id for field in choices for choice in field.choices}
    are_all = len(choices) == 1 and len(texts) == len(record.fields) - 1 == 2  # noqa: PLR2004 - for whom and why
    return are_all and versions == set(Version) and all(field.required for field in record.fields)


def _conditions(record: Record) -> Iterator[tuple[Loc, Condition]]:
    yield ("when",), record.when
    for k, need in enumerate(record.needs):
        yield ("needs", k, "condition"), need.condition
    for k, check in enumerate(record.checks):
        yield ("checks", k, "when"), check.when
        yield ("checks", k, "needs"), check.needs
    for k, lead in enumerate(record.leads):
        yield ("leads", k, "when"), lead.when
    for k, tell in enumerate(record.tell):
        yield ("tell", k, "when"), tell.when
    for k, presence in enumerate(record.present):
        yield ("present", k, "unless"), presence.unless or {}
    for k, field in enumerate(record.fields):
        yield ("fields", k, "anonymous"), field.anonymous or {}


def _wrong_condition(plan: Plan, record: Record, condition: Condition) -> Iterator[tuple[str, str]]:
    for path, values in condition.items():
        possible = _possible(plan, record, path)
        if possible is None:
            yield path, f"there is no answer or record {path!r}"
        elif wrong := sorted(set(values) - possible):
            yield path, f"{path!r} can be {', '.join(sorted(possible))}; not {', '.join(wrong)}"


def _possible(plan: Plan, record: Record, path: str) -> set[str] | None:
    name, _, field_id = path.partition(".")
    if not field_id and name in plan.records:
        return {"done", "missing"}
    owner = plan.records.get(name) if field_id else record
    field = owner.field(field_id or name) if owner else None
    return {GIVEN, *(choice.id for choice in field.choices)} if field else None
