"""Finds contradictions in a plan: what each part allows alone, but not together."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.domain.plan.forms import DECISION, GIVEN, PUPIL_MEANINGS, Condition, FieldKind, FollowUp, Meaning
from meldcode.domain.plan.model import DECIDES, OPTIONAL_EFFECTS, ActionSpec, Effect, Plan, Step, Version
from meldcode.domain.plan.people import NO, YES, Exclusion
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.translation import untranslated

Loc = tuple[str | int, ...]
PUPIL_FIELDS = 3
ROLES_THAT_AGREE = 2
NEEDED_BY_EFFECTS = (Meaning.NEW_TEACHER, Meaning.UNTIL, Meaning.VERSION, Meaning.RECIPIENT, Meaning.REASON)
Contradiction = tuple[Loc, str]
NOTHING_ASKED = ActionSpec(id="nothing", title="-", button="-", by=(Role.TEACHER,))
"""A form without questions: a condition of a step speaks of records alone."""


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
    yield from ((("opens",), f"the record that opens a case {what}") for what in _wrong_pupil(plan.opening))


def _wrong_pupil(record: ActionSpec) -> Iterator[str]:
    asked = [field for field in record.fields if field.pupil]
    if len(asked) != PUPIL_FIELDS or any(field.kind is not FieldKind.TEXT or not field.required for field in asked):
        yield "asks for the pupil: three required texts with pupil: true"
    elif {field.meaning for field in asked} != set(PUPIL_MEANINGS):
        yield f"has three fields about the pupil, with the meanings {', '.join(PUPIL_MEANINGS)}"


def _wrong_appointments(plan: Plan) -> Iterator[Contradiction]:
    days = [level.after for level in plan.appointments.remind]
    if not days:
        yield ("appointments", "remind"), "somebody must be reminded of an appointment"
    if days != sorted(set(days)) or any(level.every for level in plan.appointments.remind[:-1]):
        yield ("appointments", "remind"), "the levels must each come later; only the last one can be repeated"
    for name, needed in (("questions", FollowUp.model_fields), ("decision", DECISION)):
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
    yield from _wrong_deadline(plan, step, loc)


def _wrong_deadline(plan: Plan, step: Step, loc: Loc) -> Iterator[Contradiction]:
    deadline = step.deadline
    for name in deadline.counted if deadline else ():
        if name not in plan.records:
            key = "each" if deadline and name == deadline.each else "or_each"
            yield (*loc, "deadline", key), f"there is no record {name!r}"
    for k, condition in enumerate(step.urgent.when if step.urgent else ()):
        for path, what in _wrong_condition(plan, NOTHING_ASKED, condition):
            yield (*loc, "urgent", "when", k, path), what
    days = [level.after for level in step.remind]
    if days != sorted(set(days)):
        yield (*loc, "remind"), "the rungs must each come later than the one before"
    if any(level.every for level in step.remind[:-1]):
        yield (*loc, "remind"), "only the last rung can be repeated"


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
        for path, what in _wrong_condition(plan, record, condition):
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
    yield from _wrong_urgency(plan, record, loc)
    if record.effect is Effect.FAST_LANE and not (record.leads and all(lead.to for lead in record.leads)):
        yield (*loc, "leads"), "the fast lane leads to a step"
    asked_of_pupil = {field.id for field in plan.opening.fields if field.pupil} if plan.opens in plan.records else set()
    for k, field in enumerate(record.fields if record.effect is Effect.FAST_LANE else ()):
        if field.id in asked_of_pupil:
            yield (*loc, "fields", k, "id"), f"the pupil's {field.id!r} is asked with it after an alarm"


def _wrong_urgency(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    """At any step a record is asked because it agrees with another, or because a condition on the case calls for it."""
    urgent = record.urgent
    if urgent is None:
        return
    if record not in plan.always or (not record.agrees_with and not all(urgent.when)):
        yield (*loc, "urgent"), "what is urgent here is a record of always that agrees with another, or says when"
    for name in sorted({*urgent.until} - plan.records.keys()):
        yield (*loc, "urgent", "until"), f"there is no record {name!r}"
    for k, condition in enumerate(urgent.when):
        for path, what in _wrong_condition(plan, NOTHING_ASKED, condition):
            yield (*loc, "urgent", "when", k, path), what


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
    yield from _wrong_effect(record, loc)
    yield from _wrong_people(plan, record, loc)
    if record.agrees_with and record.agrees_with not in plan.records:
        yield (*loc, "agrees_with"), f"there is no record {record.agrees_with!r}"
    elif record.agrees_with and not record.any_two and len(set(record.by)) != ROLES_THAT_AGREE:
        yield (*loc, "by"), "a record that agrees with another is made by two roles: one proposes, the other confirms"


def _wrong_effect(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    if record.effect is Effect.HANDS_OVER and not _asks_once(record, Meaning.NEW_TEACHER):
        yield (*loc, "fields"), "a record that hands over asks for one person, who is required"
    if record.effect is Effect.SHARES and not _asks_once(record, Meaning.TEACHERS):
        yield (*loc, "fields"), "a record that shares a case asks for its teachers, who are required"
    if record.effect in (Effect.CORRECTS_PUPIL, Effect.MOVES_SIGNAL):
        yield from (((*loc, "fields"), f"a record that {record.effect} {what}") for what in _wrong_pupil(record))
    if record.effect in (Effect.POSTPONES, Effect.HOLDS) and not _asks_once(record, Meaning.UNTIL):
        yield (*loc, "fields"), f"a record that {record.effect} asks for one date, which is required"
    if record.effect is Effect.EXPORTS and not _can_export(record):
        yield (
            (*loc, "fields"),
            "a record that exports asks what (whole, for_parents), and in two texts for whom and why",
        )
    yield from _wrong_in_logbook(record, loc)
    yield from _wrong_appointing(record, loc)
    for name, field_id in (record.follow_up.model_dump(exclude_none=True) if record.follow_up else {}).items():
        if record.field(field_id) is None:
            yield (*loc, "follow_up", name), f"the form has no field {field_id!r}"


def _wrong_appointing(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    if record.effect in DECIDES and not _asks_once(record, Meaning.REASON):
        yield (*loc, "fields"), "a record that decides on an appointment asks for a reason, which is required"
    if record.effect is Effect.MOVES and not _asks_once(record, Meaning.NEW_DAY):
        yield (*loc, "fields"), "a record that moves an appointment asks for one date, which is required"
    if record.effect is Effect.APPOINTS and not record.appointments:
        yield (*loc, "appointments"), "a record that appoints asks about appointments"


def _wrong_people(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    """What is wrong with a record that excludes somebody, lets them take over a role, or agrees with either (G12)."""
    if record.effect is Effect.EXCLUDES and not (
        _asks_once(record, Meaning.EXCLUDED) and _choices(record, Meaning.EXCLUSION) == set(Exclusion)
    ):
        yield (*loc, "fields"), "a record that excludes asks for one person, and whether they go out or come back"
    roles = _choices(record, Meaning.ROLE)
    if record.effect is Effect.TAKES_OVER and not (
        _asks_once(record, Meaning.STAND_IN) and roles and roles <= set(plan.reader_roles)
    ):
        yield (*loc, "fields"), "a record that takes over asks for one person, and for a role that reads cases"
    proposal = plan.records.get(record.agrees_with or "")
    is_about_people = proposal is not None and proposal.effect in (Effect.EXCLUDES, Effect.TAKES_OVER, Effect.SEPARATES)
    if is_about_people and not (record.any_two and _choices(record, Meaning.AGREEMENT) == {YES, NO}):
        yield (*loc, "fields"), "with this any two agree (any_two), and are asked yes or no"


def _choices(record: ActionSpec, meaning: Meaning) -> set[str]:
    return {choice.id for field in record.fields if field.meaning is meaning for choice in field.choices}


def _wrong_in_logbook(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    if record.effect is Effect.NOTES and (record.tell or record.leads or record.stands_as):
        yield (*loc, "effect"), "a note alarms nobody: it tells nobody, leads nowhere and stands as nothing else"
    if record.effect is Effect.READS and record.fields:
        yield (*loc, "fields"), "that the signals were read is one click, which asks nothing"


def _asks_once(record: ActionSpec, meaning: Meaning) -> bool:
    return [field.required for field in record.fields if field.meaning is meaning] == [True]


def _can_export(record: ActionSpec) -> bool:
    asked, needed = [field.meaning for field in record.fields], {Meaning.VERSION, Meaning.RECIPIENT, Meaning.REASON}
    versions = {choice.id for field in record.fields for choice in field.choices}
    are_all = len(asked) == len(needed) and set(asked) == needed
    return are_all and versions == set(Version) and all(field.required for field in record.fields)


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


def _wrong_condition(plan: Plan, record: ActionSpec, condition: Condition) -> Iterator[tuple[str, str]]:
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
