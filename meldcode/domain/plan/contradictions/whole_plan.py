"""Finds contradictions in a plan: what each part allows alone, but not together."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.contradictions.contradiction import Contradiction, Loc, wrong_condition, wrong_pupil
from meldcode.domain.plan.contradictions.effects import NEEDED_BY_EFFECTS, wrong_effect, wrong_people
from meldcode.domain.plan.contradictions.terms import wrong_deadline, wrong_urgency
from meldcode.domain.plan.effects import OPTIONAL_EFFECTS, Effect
from meldcode.domain.plan.forms import ASKED, DECISION, GIVEN, Condition, FieldKind
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.translation import untranslated

ROLES_THAT_AGREE = 2


def contradictions(plan: Plan) -> Iterator[Contradiction]:
    """Yield each contradiction: where it is, and what is wrong."""
    yield from _doubles(plan)
    yield from _wrong_opening(plan)
    for effect in Effect:
        count = [record.effect for record in plan.always].count(effect)
        if effect in OPTIONAL_EFFECTS and count > 1:
            yield ("always",), f"no more than one record can have the effect {effect.value!r}"
        elif effect not in OPTIONAL_EFFECTS and count != 1:
            yield ("always",), f"exactly one record must have the effect {effect.value!r}"
    yield from _wrong_readers(plan)
    for i, step in enumerate(plan.steps):
        yield from _wrong_step(plan, step, ("steps", i))
    for loc, record in located_records(plan):
        yield from _wrong_record(plan, record, loc)
    yield from _wrong_appointments(plan)
    yield from untranslated(plan)


def answered_beforehand(plan: Plan) -> Iterator[Contradiction]:
    """Yield each question that has a default and on which a condition depends: what follows would come unasked (S4.1).

    Plans that were in use before this was found have such questions, and go on.
    """
    asked = {path for step in plan.steps if step.urgent for condition in step.urgent.when for path in condition}
    for _, record in located_records(plan):
        asked |= {path if "." in path else f"{record.id}.{path}" for _, when in _conditions(record) for path in when}
    for loc, record in located_records(plan):
        for k, field in enumerate(record.fields):
            if field.default and f"{record.id}.{field.id}" in asked:
                yield (*loc, "fields", k, "default"), "a question on which something depends is answered by somebody"


def _wrong_opening(plan: Plan) -> Iterator[Contradiction]:
    if plan.opens not in plan.records:
        yield ("opens",), f"there is no record {plan.opens!r}"
        return
    if plan.opening not in plan.always or plan.opening.when or plan.opening.needs or plan.opening.effect:
        yield ("opens",), "the record that opens a case is one of always, without when, needs or effect"
    yield from ((("opens",), f"the record that opens a case {what}") for what in wrong_pupil(plan.opening))


def _wrong_appointments(plan: Plan) -> Iterator[Contradiction]:
    days = [level.after for level in plan.appointments.remind]
    if not days:
        yield ("appointments", "remind"), "somebody must be reminded of an appointment"
    if days != sorted(set(days)) or any(level.every for level in plan.appointments.remind[:-1]):
        yield ("appointments", "remind"), "the levels must each come later; only the last one can be repeated"
    for name, needed in (("questions", ASKED), ("decision", DECISION)):
        if [field.id for field in getattr(plan.appointments, name)] != list(needed):
            yield ("appointments", name), f"the questions are {', '.join(needed)}"


def _wrong_readers(plan: Plan) -> Iterator[Contradiction]:
    """A step that a reader's window names must exist; who acts in a step must be able to read there."""
    steps = [step.id for step in plan.steps]
    for i, reader in enumerate(plan.readers):
        window = [(key, getattr(reader, key)) for key in ("first", "last") if getattr(reader, key)]
        if unknown := [(key, step) for key, step in window if step not in steps]:
            yield from ((("readers", i, key), f"there is no step {step!r}") for key, step in unknown)
            continue
        acts = [step.id for step in plan.steps if window and reader.role in step.who]
        if shut := [step for step in acts if reader.role not in plan.readers_at(step)]:
            yield ("readers", i), f"{reader.role} acts in {', '.join(shut)}, and must be able to read there"


def located_records(plan: Plan) -> Iterator[tuple[Loc, ActionSpec]]:
    """Yield every action spec of the plan with its place in the file."""
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
    for loc, record in located_records(plan):
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
    yield from wrong_deadline(plan, step, loc)


def _wrong_record(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    fields = [field.id for field in record.fields]
    yield from _wrong_names(plan, record, loc)
    for k, field in enumerate(record.fields):
        if field.id in fields[:k]:
            yield (*loc, "fields", k, "id"), f"a second field {field.id!r}"
        if field.id in plan.records:
            yield (*loc, "fields", k, "id"), f"{field.id!r} is the name of a record already"
    yield from _asked_later(record, loc)
    yield from _repeated_meanings(record, loc)
    for where, condition in _conditions(record):
        for path, what in wrong_condition(plan, record, condition):
            yield (*loc, *where, path), what
        for path in condition if where[0] in ("when", "needs") else ():
            if path in fields:
                yield (*loc, *where, path), f"{path!r} is asked in this form itself, and not answered yet"
    yield from _wrong_leads(plan, record, loc)
    yield from _wrong_references(plan, record, loc)


def _wrong_names(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    steps = {step.id for step in plan.steps}
    for k, field in enumerate(record.fields):
        for step in sorted(set(field.asked_in) - steps):
            yield (*loc, "fields", k, "asked_in"), f"there is no step {step!r}"
        if field.pupil and (field.asked_in or field.when):
            yield (*loc, "fields", k, "asked_in"), "who the pupil is must be asked at every step"
    for key, names in (
        ("shows", record.shows),
        ("outdated_by", record.outdated_by),
        ("stands_as", [one.record for one in record.stands_as]),
        ("offers", [record.offers.record] if record.offers else []),
    ):
        for name in sorted(set(names) - plan.records.keys()):
            yield (*loc, key), f"there is no record {name!r}"
    for k, one in enumerate(record.stands_as):
        for step in sorted(set(one.at) - steps):
            yield (*loc, "stands_as", k, "at"), f"there is no step {step!r}"
    yield from _wrong_place(plan, record, loc)


def _wrong_place(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    is_always = record in plan.always
    if record.lapses and not is_always:
        yield (*loc, "lapses"), "a record of a step is done again anyway when a case comes back to it"
    if record.owed and (is_always or record.optional or any(not lead.at for lead in record.leads)):
        yield (
            (*loc, "owed"),
            "what is still owed is a required record of a step that leads nowhere later on",
        )
    yield from wrong_urgency(plan, record, loc)
    if record.effect is Effect.FAST_LANE and not (record.leads and all(lead.to for lead in record.leads)):
        yield (*loc, "leads"), "the fast lane leads to a step"
    asked_of_pupil = {field.id for field in plan.opening.fields if field.pupil} if plan.opens in plan.records else set()
    for k, field in enumerate(record.fields if record.effect is Effect.FAST_LANE else ()):
        if field.id in asked_of_pupil:
            yield (*loc, "fields", k, "id"), f"the pupil's {field.id!r} is asked with it after an alarm"


def _asked_later(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    for k, field in enumerate(record.fields):
        for path in sorted({*field.when} & {later.id for later in record.fields[k:]}):
            yield (*loc, "fields", k, "when", path), f"{path!r} is not asked before this question"


def _repeated_meanings(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    """Meanings that two fields of one form have. `_wrong_effect` reports those that an effect needs."""
    for k, field in enumerate(record.fields):
        earlier = {other.meaning for other in record.fields[:k]}
        if field.meaning in earlier - {None, *NEEDED_BY_EFFECTS}:
            yield (*loc, "fields", k, "meaning"), f"a second field with the meaning {field.meaning}"


def _wrong_leads(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    for k, lead in enumerate(record.leads):
        if lead.to and lead.to not in {step.id for step in plan.steps}:
            yield (*loc, "leads", k, "to"), f"there is no step {lead.to!r}"
        for step in sorted(set(lead.at) - {step.id for step in plan.steps}):
            yield (*loc, "leads", k, "at"), f"there is no step {step!r}"
        if lead.close and plan.outcome(lead.close) is None:
            yield (*loc, "leads", k, "close"), f"there is no outcome {lead.close!r}"


def _wrong_references(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    for k, check in enumerate(record.checks):
        if record.field(check.at) is None:
            yield (*loc, "checks", k, "at"), f"the form has no field {check.at!r}"
    for k, presence in enumerate(record.present):
        field = record.field(presence.field)
        if field is None or field.kind not in (FieldKind.PEOPLE, FieldKind.PERSON):
            yield (*loc, "present", k, "field"), f"the form has no field {presence.field!r} that names people"
        if both := sorted({*presence.none_of} & {*presence.all_of, *presence.one_of}):
            yield (*loc, "present", k, "none_of"), f"{', '.join(both)} must be there and cannot be there"
    yield from wrong_effect(record, loc)
    yield from wrong_people(plan, record, loc)
    if record.agrees_with and record.agrees_with not in plan.records:
        yield (*loc, "agrees_with"), f"there is no record {record.agrees_with!r}"
    elif record.agrees_with and not record.any_two and len(set(record.by)) != ROLES_THAT_AGREE:
        yield (*loc, "by"), "a record that agrees with another is made by two roles: one proposes, the other confirms"


def _conditions(record: ActionSpec) -> Iterator[tuple[Loc, Condition]]:
    yield ("when",), record.when
    for k, need in enumerate(record.needs):
        yield ("needs", k, "condition"), need.condition
    for k, check in enumerate(record.checks):
        yield ("checks", k, "when"), check.when
        yield ("checks", k, "needs"), check.needs
    if record.took_part:
        yield ("took_part", "when"), record.took_part.when | {record.took_part.people: (GIVEN,)}
    for k, lead in enumerate(record.leads):
        yield ("leads", k, "when"), lead.when
    for k, tell in enumerate(record.tell):
        yield ("tell", k, "when"), tell.when
    for k, presence in enumerate(record.present):
        yield ("present", k, "when"), presence.when
        yield ("present", k, "unless"), presence.unless or {}
    for k, one in enumerate(record.stands_as):
        yield ("stands_as", k, "when"), one.when
    yield from _conditions_of_fields(record)


def _conditions_of_fields(record: ActionSpec) -> Iterator[tuple[Loc, Condition]]:
    for k, field in enumerate(record.fields):
        yield ("fields", k, "anonymous"), field.anonymous or {}
        yield ("fields", k, "when"), field.when
        yield ("fields", k, "withheld"), field.withheld if isinstance(field.withheld, dict) else {}
    yield ("undone",), record.undone
