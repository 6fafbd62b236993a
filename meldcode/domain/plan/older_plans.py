"""Plans written before fields had meanings, or before somebody was responsible for a case.

Each field gets the meaning that its position implied; who of the others took the first step was responsible. The
database keeps such plans for the cases that began under them, and a school may have an old plan file of its own. A plan
that declares any meaning declares all of them, and is not changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect, TakesCharge
from meldcode.domain.plan.forms import PUPIL_MEANINGS, FieldKind, Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role

ADDED_LATER = (
    Effect.CORRECTS_PUPIL,
    Effect.MOVES_SIGNAL,
    Effect.LINKS,
    Effect.SHARES,
    Effect.DENIES,
    Effect.EXCLUDES,
    Effect.TAKES_OVER,
    Effect.LEAVES,
)
"""Effects of actions that came after plans were in use, and that depend on no other action but who agrees with them."""


def with_meanings(plan: Plan) -> Plan:
    """Return the plan with the meanings of its fields, by their positions if it declares none itself."""
    # Not `plan.records`: the plan caches that, and a copy would take the cache with it.
    records = (*plan.always, *(record for step in plan.steps for record in step.records))
    if any(field.meaning for record in records for field in record.fields):
        return plan
    steps = tuple(step.model_copy(update={"records": _all(step.records, plan.opens)}) for step in plan.steps)
    return plan.model_copy(update={"always": _all(plan.always, plan.opens), "steps": steps})


def with_charge(plan: Plan) -> Plan:
    """Return the plan with who is responsible for a case: in an older one, who of the others took the first step."""
    records = (*plan.always, *(record for step in plan.steps for record in step.records))
    if any(record.takes_charge for record in records):
        return plan
    first = plan.steps[0]
    marked = tuple(
        r if r.optional or Role.TEACHER in r.by else r.model_copy(update={"takes_charge": TakesCharge.ALWAYS})
        for r in first.records
    )
    return plan.model_copy(update={"steps": (first.model_copy(update={"records": marked}), *plan.steps[1:])})


def with_later_actions(plan: Plan, newest: Plan) -> Plan:
    """Return the plan with what its newest version can do beside its steps, so that running cases can have it too."""
    later, ends = _later(plan, newest), {outcome.id for outcome in plan.outcomes}
    if not later:
        return plan
    closing = {lead.close for record in later for lead in record.leads} - ends
    words = {language: {**newest.translations.get(language, {}), **own} for language, own in plan.translations.items()}
    fields = {name: getattr(plan, name) for name in Plan.model_fields}  # a copy would take what the plan has cached
    fields["outcomes"] = (*plan.outcomes, *(outcome for outcome in newest.outcomes if outcome.id in closing))
    whole = Plan.model_construct(**fields | {"always": (*plan.always, *later), "translations": words})
    whole._written = plan.written
    return whole


def _later(plan: Plan, newest: Plan) -> tuple[ActionSpec, ...]:
    """What came later: actions with these effects, other endings (G9), and what agrees with them."""
    effects, ids, ends = {record.effect for record in plan.always}, set(plan.records), {o.id for o in plan.outcomes}
    added = {r.id for r in newest.always if r.effect in ADDED_LATER and r.effect not in effects}
    closing = [r for r in newest.always if any(lead.close and lead.close not in ends for lead in r.leads)]
    proposals = [newest.records[record.agrees_with] for record in closing if record.agrees_with]
    added |= {proposal.id for proposal in proposals if _asked_about(proposal) <= ids}
    return tuple(r for r in newest.always if r.id not in ids and (r.id in added or r.agrees_with in added))


def _asked_about(record: ActionSpec) -> set[str]:
    """The other records that its checks ask about: without them it could go round what they guard (S4.9)."""
    fields = {field.id for field in record.fields}
    return {name.partition(".")[0] for check in record.checks for name in (*check.when, *check.needs)} - fields


def _all(records: Iterable[ActionSpec], opens: str) -> tuple[ActionSpec, ...]:
    return tuple(_with_meanings(record, opens=record.id == opens) for record in records)


def _with_meanings(record: ActionSpec, *, opens: bool) -> ActionSpec:
    days = [field.id for field in record.fields_of(FieldKind.DATE) if not field.future]
    meanings = dict.fromkeys(days[:1], Meaning.HAPPENED_ON) | _of_effect(record)
    meanings |= _of_opening(record) if opens else {}
    fields = tuple(field.model_copy(update={"meaning": meanings.get(field.id)}) for field in record.fields)
    return record.model_copy(update={"fields": fields})


def _of_opening(record: ActionSpec) -> dict[str, Meaning]:
    """The fields about the pupil in order, and the first long text."""
    pupil = [field.id for field in record.fields if field.pupil]
    told = _ids(record, FieldKind.LONG_TEXT)[:1]
    return dict(zip(pupil, PUPIL_MEANINGS, strict=False)) | dict.fromkeys(told, Meaning.WHAT_HAPPENED)


def _of_effect(record: ActionSpec) -> dict[str, Meaning]:
    """The field that the effect needs: the only one of its kind, and of two texts the first was the recipient."""
    texts = _ids(record, FieldKind.TEXT)
    if record.effect is Effect.CORRECTS:
        return dict.fromkeys((_ids(record, FieldKind.LONG_TEXT) or texts)[:1], Meaning.CORRECTION)
    if record.effect is Effect.HANDS_OVER:
        return dict.fromkeys(_ids(record, FieldKind.PERSON), Meaning.NEW_TEACHER)
    if record.effect in (Effect.POSTPONES, Effect.HOLDS):
        return dict.fromkeys(_ids(record, FieldKind.DATE), Meaning.UNTIL) | dict.fromkeys(texts[:1], Meaning.REASON)
    if record.effect is Effect.EXPORTS:
        version = dict.fromkeys(_ids(record, FieldKind.CHOICE), Meaning.VERSION)
        return version | dict.fromkeys(texts[1:], Meaning.REASON) | dict.fromkeys(texts[:1], Meaning.RECIPIENT)
    return {}


def _ids(record: ActionSpec, kind: FieldKind) -> list[str]:
    return [field.id for field in record.fields_of(kind)]
