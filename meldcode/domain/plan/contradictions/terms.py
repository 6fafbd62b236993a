"""What contradicts itself in deadlines and urgency."""

from __future__ import annotations

from collections.abc import Iterator

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.contradictions.contradiction import NOTHING_ASKED, Contradiction, Loc, wrong_condition
from meldcode.domain.plan.model import Plan, Step


def wrong_deadline(plan: Plan, step: Step, loc: Loc) -> Iterator[Contradiction]:
    """Yield what is wrong with the deadline of a step."""
    deadline = step.deadline
    for name in deadline.counted if deadline else ():
        if name not in plan.records:
            key = "each" if deadline and name == deadline.each else "or_each"
            yield (*loc, "deadline", key), f"there is no record {name!r}"
    if deadline and deadline.since and deadline.since not in plan.records:
        yield (*loc, "deadline", "since"), f"there is no record {deadline.since!r}"
    for k, condition in enumerate(step.urgent.when if step.urgent else ()):
        for path, what in wrong_condition(plan, NOTHING_ASKED, condition):
            yield (*loc, "urgent", "when", k, path), what
    days = [level.after for level in step.remind]
    if days != sorted(set(days)):
        yield (*loc, "remind"), "the rungs must each come later than the one before"
    if any(level.every for level in step.remind[:-1]):
        yield (*loc, "remind"), "only the last rung can be repeated"


def wrong_urgency(plan: Plan, record: ActionSpec, loc: Loc) -> Iterator[Contradiction]:
    """At any step a record is asked because it agrees with another, or because a condition on the case calls for it."""
    urgent = record.urgent
    if urgent is None:
        return
    if record not in plan.always or (not record.agrees_with and not all(urgent.when)):
        yield (*loc, "urgent"), "what is urgent here is a record of always that agrees with another, or says when"
    for name in sorted({*urgent.until} - plan.records.keys()):
        yield (*loc, "urgent", "until"), f"there is no record {name!r}"
    for k, condition in enumerate(urgent.when):
        for path, what in wrong_condition(plan, NOTHING_ASKED, condition):
            yield (*loc, "urgent", "when", k, path), what
