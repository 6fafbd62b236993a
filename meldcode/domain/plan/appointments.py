"""What every plan can do with appointments (S3.6): the program's own forms and questions, added to a plan.

They are data too, in `appointments.yaml` beside this module. A plan that was written before there were appointments
gets all of them, so that a case under an older version keeps its appointments as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import ASKED, DECISION, MOST_APPOINTMENTS, FieldSpec
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import Appointments
from meldcode.domain.yaml_text import read_yaml

ABOUT_NEW_ONE = re.compile(rf"appointment_([0-9]+)_({'|'.join(ASKED)})")


FIRST = ("appointment_1_what", "appointment_1_day", "appointment_1_owner")
"""The questions that must be answered where appointments are all that is recorded."""


@dataclass(frozen=True)
class _Own:
    rules: Appointments
    records: tuple[ActionSpec, ...]
    translations: Mapping[str, Mapping[str, str]]


def block_of(field_id: str) -> int:
    """Return which appointment made in the form a generated question is about, from 1; 0 for any other question."""
    found = ABOUT_NEW_ONE.fullmatch(field_id)
    return int(found[1]) if found else 0


def with_appointments(plan: Plan) -> Plan:
    """Return the plan with what the program adds to it; `written` is the plan without."""
    given = plan.appointments.model_dump(exclude_unset=True)
    rules = Appointments.model_validate(_own().rules.model_dump() | given)
    own = [_for_roles_of(plan, record, rules) for record in _own().records]
    declared = {record.effect for record in plan.always}
    always = (*plan.always, *(record for record in own if record.effect not in declared))
    steps = (step.model_copy(update={"records": tuple(_asking(step.records, rules))}) for step in plan.steps)
    added = {"always": tuple(_asking(always, rules)), "steps": tuple(steps), "appointments": rules}
    whole = plan.model_copy(update=added)
    whole._written = plan
    return whole


def questions_about(rules: Appointments, block: int) -> Iterator[FieldSpec]:
    """Yield the questions about the appointment with this number in a form."""
    for field in rules.questions:
        yield _filled(field, block, number=str(block))


def decision_about(rules: Appointments, number: int, what: str, day: str) -> Iterator[FieldSpec]:
    """Yield the questions about the open appointment with this number in its case."""
    for field in rules.decision:
        yield _filled(field, number, what=what, day=day)


def decision_ids(number: int) -> tuple[str, str]:
    """Return the ids of the questions how the appointment with this number ended, and why."""
    decision, line = (f"appointment_{number}_{name}" for name in DECISION)
    return decision, line


def translations_of_own(language: str) -> dict[str, str]:
    """Return the translations of what the program adds to plans: none for a language that it does not know."""
    said = dict(_own().translations.get(language, {}))
    blocks = [str(number) for number in range(1, MOST_APPOINTMENTS + 1)]
    numbered = [words for words in said if "{number}" in words]
    return said | {w.format(number=number): said[w].format(number=number) for w in numbered for number in blocks}


def _asking(records: Iterable[ActionSpec], rules: Appointments) -> Iterator[ActionSpec]:
    blocks = range(1, MOST_APPOINTMENTS + 1)
    asked = tuple(field for block in blocks for field in questions_about(rules, block))
    for record in records:
        is_alone = record.effect is Effect.APPOINTS
        fields = tuple(_required(field) if is_alone and field.id in FIRST else field for field in asked)
        yield record.model_copy(update={"fields": (*record.fields, *fields)}) if record.appointments else record


def _required(field: FieldSpec) -> FieldSpec:
    return field.model_copy(update={"required": True})


def _for_roles_of(plan: Plan, record: ActionSpec, rules: Appointments) -> ActionSpec:
    """The record, made by those of its roles that the plan knows."""
    known = (Role.TEACHER, *plan.reader_roles)
    by = rules.dropped_by if record.effect is Effect.DROPS else record.by
    return record.model_copy(update={"by": tuple(role for role in by if role in known) or plan.reader_roles})


def _filled(field: FieldSpec, about: int, **words: str) -> FieldSpec:
    said = field.label.format(**words)
    return field.model_copy(update={"id": f"appointment_{about}_{field.id}", "label": said})


@cache
def _own() -> _Own:
    text = (Path(__file__).parent / "appointments.yaml").read_text(encoding="utf-8")
    found = read_yaml(text).value
    records = tuple(map(ActionSpec.model_validate, found.pop("records")))
    return _Own(translations=found.pop("translations"), records=records, rules=Appointments.model_validate(found))
