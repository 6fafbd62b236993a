"""Draws a step plan: as text for the terminal, or as a Mermaid diagram for a document."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.texts import roles
from meldcode.plan import Condition, Plan, Record, Step


def as_text(plan: Plan) -> str:
    """Return the plan to be read beside its source."""
    lines = [f"{plan.title}", f"{plan.plan}, versie {plan.version} (bron: {plan.source})"]
    for step in plan.steps:
        lines += ["", *_step_lines(step)]
    return "\n".join(lines)


def as_mermaid(plan: Plan) -> str:
    """Return the plan as a Mermaid flow chart: the steps, and which answers lead elsewhere."""
    lines = ["flowchart TD"]
    lines += [f'    {step.id}["{step.number}. {step.title}"]' for step in plan.steps]
    lines += [f'    {outcome.id}(["{outcome.title}"])' for outcome in plan.outcomes]
    lines += [line for step in plan.steps for line in _arrows(plan, step)]
    return "\n".join(lines)


def _step_lines(step: Step) -> Iterator[str]:
    yield f"Stap {step.number}: {step.title} ({roles(step.who)})"
    if step.deadline:
        each = f", telkens na {step.deadline.each}" if step.deadline.each else ""
        yield f"  termijn: {step.deadline.school_days} schooldagen{each}"
    for rung in step.remind:
        yield f"  herinnering na {rung.after} schooldagen: {roles(rung.to)}"
    for record in step.records:
        yield from _record_lines(record)


def _record_lines(record: Record) -> Iterator[str]:
    rules = f" [{', '.join(record.rules)}]" if record.rules else ""
    yield f"  {'o' if record.optional else '-'} {record.title}: {roles(record.by)}{rules}"
    if record.when:
        yield f"      alleen als {_condition(record.when)}"
    for presence in record.present:
        yield f"      {presence.reason}"
    for check in record.checks:
        yield f"      {check.reason}"
    for lead in record.leads:
        when = f" als {_condition(lead.when)}" if lead.when else ""
        yield f"      naar {lead.to or lead.close}{when}"


def _condition(condition: Condition) -> str:
    return " en ".join(f"{path} = {' of '.join(values)}" for path, values in condition.items())


def _arrows(plan: Plan, step: Step) -> Iterator[str]:
    following = plan.after(step)
    leads = [(record, lead) for record in step.records for lead in record.leads]
    ends = any(lead.close and not lead.when for _, lead in leads) or {lead.to for _, lead in leads} > {None}
    if following and not ends:
        yield f"    {step.id} --> {following.id}"
    for record, lead in leads:
        yield f'    {step.id} -- "{record.title}" --> {lead.to or lead.close}'
