"""What a contradiction is, and the checks that several kinds share."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.forms import GIVEN, PUPIL_MEANINGS, Condition, FieldKind
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role

Loc = tuple[str | int, ...]
PUPIL_FIELDS = 3
Contradiction = tuple[Loc, str]
NOTHING_ASKED = ActionSpec(id="nothing", title="-", button="-", by=(Role.TEACHER,))
"""A form without questions: a condition of a step speaks of records alone."""


def wrong_pupil(record: ActionSpec) -> Iterator[str]:
    """Yield what is wrong with the questions about who the pupil is."""
    asked = [field for field in record.fields if field.pupil]
    if len(asked) != PUPIL_FIELDS or any(field.kind is not FieldKind.TEXT or not field.required for field in asked):
        yield "asks for the pupil: three required texts with pupil: true"
    elif {field.meaning for field in asked} != set(PUPIL_MEANINGS):
        yield f"has three fields about the pupil, with the meanings {', '.join(PUPIL_MEANINGS)}"


def wrong_condition(plan: Plan, record: ActionSpec, condition: Condition) -> Iterator[tuple[str, str]]:
    """Yield each part of a condition that can never hold, and why."""
    for path, values in condition.items():
        possible = _possible(plan, record, path)
        if possible is None:
            yield path, f"there is no answer or record {path!r}"
        elif wrong := sorted(set(values) - possible):
            yield path, f"{path!r} can be {', '.join(sorted(possible))}; not {', '.join(wrong)}"


def _possible(plan: Plan, record: ActionSpec, path: str) -> set[str] | None:
    name, _, field_id = path.partition(".")
    if not field_id and name in plan.records:
        return {"done", "missing"}
    owner = plan.records.get(name) if field_id else record
    field = owner.field(field_id or name) if owner else None
    return {GIVEN, *(choice.id for choice in field.choices)} if field else None
