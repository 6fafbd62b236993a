"""Draws a step plan: as text for the terminal, or as a Mermaid diagram for a document. In words, never in ids."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from itertools import product

from handlers.i18n.texts import listed, roles
from meldcode.domain.case.state import holds
from meldcode.domain.plan.forms import GIVEN, Condition, FieldKind, FieldSpec
from meldcode.domain.plan.model import ActionSpec, EscalationLevel, Lead, Plan, Step, Tell
from meldcode.domain.plan.roles import Role

WIDTH = 100
MOST_COMBINATIONS = 10_000


def as_text(plan: Plan) -> str:
    """Return the plan to be read beside its source."""
    lines = [plan.title, f"{plan.plan}, versie {plan.version} (bron: {plan.source})"]
    lines += [f"Een dossier lezen: de leerkracht van dat dossier, {_roles(plan.readers)}."]
    lines += ["Wat bij een stap met - begint, moet gebeuren. Op wat met o begint, wacht de stap niet."]
    lines += ["", "Op elk moment"]
    lines += [line for record in plan.always for line in _record_lines(plan, record)]
    for step in plan.steps:
        lines += ["", *_step_lines(plan, step)]
    lines += ["", "Zo kan een dossier eindigen"]
    lines += [f"  - {end.title} (daarna bewaard: {end.retention_years} jaar)" for end in plan.outcomes]
    return "\n".join(_wrapped(line) for line in lines)


def as_mermaid(plan: Plan) -> str:
    """Return the plan as a Mermaid flow chart: the steps, and which answers lead elsewhere."""
    lines = ["flowchart TD", f"    opening([{_quoted(plan.opening.title)}])"]
    lines += [f"    step_{step.id}[{_quoted(f'{step.number}. {step.title}')}]" for step in plan.steps]
    lines += [f"    outcome_{outcome.id}([{_quoted(outcome.title)}])" for outcome in plan.outcomes]
    lines += [f"    opening --> step_{plan.steps[0].id}"]
    lines += [line for step in plan.steps for line in _arrows(plan, step)]
    return "\n".join(lines)


def _wrapped(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip(" ")) + 2)
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _step_lines(plan: Plan, step: Step) -> Iterator[str]:
    yield f"Stap {step.number}: {step.title} ({_roles(step.who)})"
    if step.deadline:
        each = plan.records.get(step.deadline.each or "")
        again = f", telkens opnieuw na “{each.title}”" if each else ""
        yield f"  termijn: {_deadline(step.deadline.school_days)}{again}"
    for rung in step.remind:
        yield f"  {_rung(rung)}"
    for record in step.records:
        yield from _record_lines(plan, record)
    following = plan.after(step)
    if following and _falls_through(plan, step):
        yield f"  daarna: {_step(following)}"


def _deadline(school_days: int) -> str:
    return f"binnen {_school_days(school_days)}" if school_days else "dezelfde schooldag"


def _school_days(number: int) -> str:
    return f"{number} {'schooldag' if number == 1 else 'schooldagen'}"


def _rung(rung: EscalationLevel) -> str:
    moment = f"{_school_days(rung.after)} daarna" if rung.after else "als de termijn om is"
    every = "elke schooldag" if rung.every == 1 else f"om de {rung.every} schooldagen"
    again = f", en dan {every}" if rung.every else ""
    return f"herinnering {moment}{again}: {_roles(rung.to)}"


def _record_lines(plan: Plan, record: ActionSpec) -> Iterator[str]:
    rules = f" [{', '.join(record.rules)}]" if record.rules else ""
    is_waited_for = plan.step_of(record.id) is not None and not record.optional
    yield f"  {'-' if is_waited_for else 'o'} {record.title} ({roles(record.by)}){rules}"
    said = [f"alleen als {_condition(plan, record, record.when)}"] if record.when else []
    said += [f"eerst: {need.reason}" for need in record.needs]
    said += [reason for presence in record.present for reason in (presence.reason, presence.none_of_reason) if reason]
    said += [check.reason for check in record.checks]
    if record.agrees_with:
        said += [f"door een ander, met de andere rol, dan “{plan.records[record.agrees_with].title}”"]
    said += [_tell(plan, record, tell) for tell in record.tell]
    said += [f"naar {_target(plan, lead)}{_if(plan, record, lead.when)}" for lead in record.leads]
    yield from (f"      {line}" for line in dict.fromkeys(said))


def _tell(plan: Plan, record: ActionSpec, tell: Tell) -> str:
    otherwise = f" (is er niemand: {roles([tell.otherwise])})" if tell.otherwise else ""
    return f"bericht aan {_roles(tell.roles)}{otherwise}{_if(plan, record, tell.when)}"


def _roles(names: tuple[Role, ...]) -> str:
    return roles(names, joined_by="and")


def _step(step: Step) -> str:
    return f"stap {step.number}, {step.title}"


def _target(plan: Plan, lead: Lead) -> str:
    outcome = plan.outcome(lead.close or "")
    return f"het einde: {outcome.title}" if outcome else _step(plan.step(lead.to or ""))


def _if(plan: Plan, record: ActionSpec, condition: Condition) -> str:
    return f", als {_condition(plan, record, condition)}" if condition else ""


def _condition(plan: Plan, record: ActionSpec, condition: Condition) -> str:
    return listed([_matches(plan, record, path, values) for path, values in condition.items()])


def _matches(plan: Plan, record: ActionSpec, path: str, values: tuple[str, ...]) -> str:
    field = _field(plan, record, path)
    if field is None:
        states = ["is vastgelegd" if value == "done" else "nog niet is vastgelegd" for value in values]
        return f"“{plan.records[path].title}” {listed(states, joined_by='or')}"
    if GIVEN in values:
        return f"“{field.label}” is ingevuld"
    return f"“{field.label}”: {listed([f'“{text}”' for text in _choices(field, values)], joined_by='or')}"


def _field(plan: Plan, record: ActionSpec, path: str) -> FieldSpec | None:
    """The field that a condition speaks of; None when it speaks of a whole record."""
    name, _, field_id = path.partition(".")
    if not field_id and name in plan.records:
        return None
    owner = plan.records[name] if field_id else record
    return owner.field(field_id or name)


def _choices(field: FieldSpec, values: tuple[str, ...]) -> list[str]:
    return [f"{choice.text} {choice.description}".strip() for choice in field.choices if choice.id in values]


def _arrows(plan: Plan, step: Step) -> Iterator[str]:
    following = plan.after(step)
    if following and _falls_through(plan, step):
        yield f"    step_{step.id} --> step_{following.id}"
    for record in step.records:
        for lead in record.leads:
            target = f"outcome_{lead.close}" if lead.close else f"step_{lead.to}"
            yield f"    step_{step.id} -->|{_quoted(_label(plan, record, lead))}| {target}"


def _label(plan: Plan, record: ActionSpec, lead: Lead) -> str:
    """What somebody chooses to go this way; where nothing is to be chosen in the record, what they record."""
    is_chosen = any(record.field(path) for path in lead.when)
    said = [_answer(plan, record, path, values) for path, values in lead.when.items()]
    return " + ".join(said if is_chosen else [record.title, *said])


def _answer(plan: Plan, record: ActionSpec, path: str, values: tuple[str, ...]) -> str:
    field = _field(plan, record, path)
    chosen = _choices(field, values) if field else []
    return " / ".join(chosen) or _matches(plan, record, path, values)


def _falls_through(plan: Plan, step: Step) -> bool:
    """Tell whether the step can be completed without an answer that leads elsewhere."""
    required = [record for record in step.records if not record.optional]
    return bool(required) and not any(_always_leads(plan, record) for record in required if not record.when)


def _always_leads(plan: Plan, record: ActionSpec) -> bool:
    """Tell whether every answer to this record leads somewhere."""
    possible = {path: _possible(plan, record, path) for lead in record.leads for path in lead.when}
    combinations = 1
    for values in possible.values():
        combinations *= len(values)
    if not record.leads or combinations > MOST_COMBINATIONS:
        return False
    answers = (dict(zip(possible, values, strict=True)) for values in product(*possible.values()))
    return all(any(holds(lead.when, {}, given) for lead in record.leads) for given in answers)


def _possible(plan: Plan, record: ActionSpec, path: str) -> list[str]:
    field = _field(plan, record, path)
    if field is None:
        return ["done", "missing"]
    chosen = [choice.id for choice in field.choices] if field.kind is FieldKind.CHOICE else [GIVEN]
    return chosen if field.required else [*chosen, ""]


def _quoted(text: str) -> str:
    """A Mermaid label: in quotes, with what means something there (and in HTML) written as a code."""
    escaped = html.escape(text.replace("#", "\0"), quote=False).replace("&", "#").replace("\0", "#35;")
    return '"' + escaped.replace('"', "#quot;").replace("`", "#96;").replace("\n", " ") + '"'
