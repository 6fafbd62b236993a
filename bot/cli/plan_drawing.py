"""Draws a step plan in words, without ids: as text for the terminal, or as a Mermaid diagram for a document."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from itertools import product

from handlers.i18n.texts import counted, listed, readers, roles, text
from meldcode.domain.case.fold import holds
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.forms import GIVEN, Condition, FieldKind, FieldSpec
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.parts import Lead, Tell
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import Deadline, EscalationLevel

WIDTH = 100
MOST_COMBINATIONS = 10_000


def as_text(plan: Plan) -> str:
    """Return the plan as text, to compare with the document it comes from."""
    lines = [plan.title, text("plan_source", plan=plan.plan, version=str(plan.version), source=plan.source)]
    lines += [text("plan_readers", roles=readers(plan)), text("plan_marks")]
    lines += ["", text("plan_always")]
    lines += [line for record in plan.always for line in _record_lines(plan, record)]
    for step in plan.steps:
        lines += ["", *_step_lines(plan, step)]
    lines += ["", text("plan_ends")]
    lines += [f"  - {counted('plan_kept', end.retention_years, title=end.title)}" for end in plan.outcomes]
    return "\n".join(_wrapped(line) for line in lines)


def as_mermaid(plan: Plan) -> str:
    """Return the plan as a Mermaid flow chart: the steps, and which answers lead elsewhere."""
    lines = ["flowchart TD", f"    opening([{_quoted(plan.opening.title)}])"]
    lines += [f"    step_{step.id}[{_quoted(f'{step.number}. {step.title}')}]" for step in plan.steps]
    lines += [f"    outcome_{outcome.id}([{_quoted(outcome.title)}])" for outcome in plan.outcomes]
    lines += [f"    always([{_quoted(text('plan_always'))}])", f"    opening --> step_{plan.steps[0].id}"]
    lines += [line for step in plan.steps for line in _arrows(plan, step)]
    lines += [line for record in plan.always for line in _leads(plan, record, "always")]
    return "\n".join(lines)


def _wrapped(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip(" ")) + 2)
    return textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _step_lines(plan: Plan, step: Step) -> Iterator[str]:
    yield text("plan_step", number=str(step.number), title=step.title, roles=_roles(step.who))
    if step.deadline:
        yield f"  {_deadline(plan, step.deadline)}"
    for level in step.remind:
        yield f"  {_reminder(level)}"
    for record in step.records:
        yield from _record_lines(plan, record)
    following = plan.after(step)
    if following and _falls_through(plan, step):
        yield f"  {text('plan_then', step=_step(following))}"


def _deadline(plan: Plan, deadline: Deadline) -> str:
    days = deadline.school_days
    when = text("plan_within", days=_school_days(days)) if days else text("plan_same_day")
    if each := plan.records.get(deadline.each or ""):
        return text("plan_deadline_each", deadline=when, title=each.title)
    return text("plan_deadline", deadline=when)


def _school_days(number: int) -> str:
    return text("plan_day" if number == 1 else "plan_days", number=str(number))


def _reminder(level: EscalationLevel) -> str:
    moment = text("plan_after", days=_school_days(level.after)) if level.after else text("plan_when_due")
    said = {"moment": moment, "roles": _roles(level.to)}
    if not level.every:
        return text("plan_reminder", **said)
    if level.every == 1:
        return text("plan_reminder_daily", **said)
    return text("plan_reminder_again", days=str(level.every), **said)


def _record_lines(plan: Plan, record: ActionSpec) -> Iterator[str]:
    rules = f" [{', '.join(record.rules)}]" if record.rules else ""
    is_waited_for = plan.step_of(record.id) is not None and not record.optional
    yield f"  {'-' if is_waited_for else 'o'} {record.title} ({roles(record.by)}){rules}"
    said = [text("plan_only_if", condition=_condition(plan, record, record.when))] if record.when else []
    said += [text("plan_first", reason=need.reason) for need in record.needs]
    said += [reason for presence in record.present for reason in (presence.reason, presence.none_of_reason) if reason]
    said += [check.reason for check in record.checks]
    if record.agrees_with:
        said += [text("plan_other_person", title=plan.records[record.agrees_with].title)]
    said += [_notification(plan, record, tell) for tell in record.tell]
    said += [_if(plan, record, lead.when, text("plan_leads", target=_target(plan, lead))) for lead in record.leads]
    if record.offers:
        said.append(text("plan_offers", question=record.offers.text, title=plan.records[record.offers.record].title))
    yield from (f"      {line}" for line in dict.fromkeys(said))


def _notification(plan: Plan, record: ActionSpec, tell: Tell) -> str:
    to = _roles(tell.roles)
    if tell.otherwise:
        said = text("plan_message_otherwise", roles=to, otherwise=roles([tell.otherwise]))
    else:
        said = text("plan_message", roles=to)
    return _if(plan, record, tell.when, said)


def _roles(names: tuple[Role, ...]) -> str:
    return roles(names, joined_by="and")


def _step(step: Step) -> str:
    return text("plan_step_named", number=str(step.number), title=step.title)


def _target(plan: Plan, lead: Lead) -> str:
    outcome = plan.outcome(lead.close or "")
    return text("plan_end_named", title=outcome.title) if outcome else _step(plan.step(lead.to or ""))


def _if(plan: Plan, record: ActionSpec, condition: Condition, said: str) -> str:
    return text("plan_if", said=said, condition=_condition(plan, record, condition)) if condition else said


def _condition(plan: Plan, record: ActionSpec, condition: Condition) -> str:
    return listed([_matches(plan, record, path, values) for path, values in condition.items()])


def _matches(plan: Plan, record: ActionSpec, path: str, values: tuple[str, ...]) -> str:
    field = _field(plan, record, path)
    if field is None:
        states = [text("plan_done" if value == "done" else "plan_not_done") for value in values]
        return f"“{plan.records[path].title}” {listed(states, joined_by='or')}"
    if GIVEN in values:
        return text("plan_filled_in", label=field.label)
    return f"“{field.label}”: {listed([f'“{choice}”' for choice in _choices(field, values)], joined_by='or')}"


def _field(plan: Plan, record: ActionSpec, path: str) -> FieldSpec | None:
    """The field that a condition is about; None when it is about a whole record."""
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
        yield from _leads(plan, record, f"step_{step.id}")


def _leads(plan: Plan, record: ActionSpec, origin: str) -> Iterator[str]:
    for lead in record.leads:
        target = f"outcome_{lead.close}" if lead.close else f"step_{lead.to}"
        yield f"    {origin} -->|{_quoted(_label(plan, record, lead))}| {target}"


def _label(plan: Plan, record: ActionSpec, lead: Lead) -> str:
    """The choice that leads this way; if the record leaves no choice, the record itself."""
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
    """A Mermaid label: quoted, with characters that are special in Mermaid or HTML written as codes."""
    escaped = html.escape(text.replace("#", "\0"), quote=False).replace("&", "#").replace("\0", "#35;")
    return '"' + escaped.replace('"', "#quot;").replace("`", "#96;").replace("\n", " ") + '"'
