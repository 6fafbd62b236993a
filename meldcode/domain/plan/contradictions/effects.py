"""What contradicts itself in the records with an effect."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.contradictions.contradiction import Contradiction, Loc, wrong_pupil
from meldcode.domain.plan.effects import DECIDES, DENIALS, Effect, Version
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.people import NO, YES, Exclusion

NEEDED_BY_EFFECTS = (Meaning.NEW_TEACHER, Meaning.UNTIL, Meaning.VERSION, Meaning.RECIPIENT, Meaning.REASON)


_DAYS = {Effect.POSTPONES: Meaning.UNTIL, Effect.HOLDS: Meaning.UNTIL, Effect.LEAVES: Meaning.LEFT_ON}
"""Effects that need one day, with its meaning."""


def wrong_effect(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    """Yield what a record lacks that its effect needs."""
    if record.effect is Effect.HANDS_OVER and not _asks_once(record, Meaning.NEW_TEACHER):
        yield (*loc, "fields"), "a record that hands over asks for one person, who is required"
    if record.effect is Effect.SHARES and not _asks_once(record, Meaning.TEACHERS):
        yield (*loc, "fields"), "a record that shares a case asks for its teachers, who are required"
    if record.effect in (Effect.CORRECTS_PUPIL, Effect.MOVES_SIGNAL):
        yield from (((*loc, "fields"), f"a record that {record.effect} {what}") for what in wrong_pupil(record))
    day = _DAYS.get(record.effect) if record.effect else None
    if day and not _asks_once(record, day):
        yield (*loc, "fields"), f"a record that {record.effect} asks for one date, which is required"
    if record.effect is Effect.EXPORTS and not _can_export(record):
        yield (
            (*loc, "fields"),
            "a record that exports asks what (whole, for_parents), and in two texts for whom and why",
        )
    yield from _wrong_in_logbook(record, loc)
    yield from _wrong_appointing(record, loc)
    for name, field_id in (
        record.follow_up.model_dump(exclude={"title"}, exclude_none=True) if record.follow_up else {}
    ).items():
        if record.field(field_id) is None:
            yield (*loc, "follow_up", name), f"the form has no field {field_id!r}"


def _wrong_appointing(record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    if record.effect in DECIDES and not _asks_once(record, Meaning.REASON):
        yield (*loc, "fields"), "a record that decides on an appointment asks for a reason, which is required"
    if record.effect is Effect.MOVES and not _asks_once(record, Meaning.NEW_DAY):
        yield (*loc, "fields"), "a record that moves an appointment asks for one date, which is required"
    if record.effect is Effect.APPOINTS and not record.appointments:
        yield (*loc, "appointments"), "a record that appoints asks about appointments"


def wrong_people(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
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
    if record.effect in DENIALS and record.fields:
        yield (*loc, "fields"), "that somebody was not there or disagrees is one click, which asks nothing"
    if record.effect is Effect.READS and record.fields:
        yield (*loc, "fields"), "that the signals were read is one click, which asks nothing"


def _asks_once(record: ActionSpec, meaning: Meaning) -> bool:
    return [field.required for field in record.fields if field.meaning is meaning] == [True]


def _can_export(record: ActionSpec) -> bool:
    asked, needed = [field.meaning for field in record.fields], {Meaning.VERSION, Meaning.RECIPIENT, Meaning.REASON}
    versions = {choice.id for field in record.fields for choice in field.choices}
    are_all = len(asked) == len(needed) and set(asked) == needed
    return are_all and versions == set(Version) and all(field.required for field in record.fields)
