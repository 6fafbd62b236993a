"""Who gets a message when something was recorded: whoever the plan names, and whoever acts in the step that begins.

A message holds no personal data (promise 4): it names a case code, a record and a step by their ids, and the surface
puts these in words when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meldcode.application.case_context import CaseContext
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import Permission, holds_own, may, relation_to
from meldcode.domain.case.state import Entry, State, Status, holds, to_act
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.model import Effect, Tell
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class Notified:
    """The outcome of telling: `gap` are roles that should have been told, but nobody in the school has them."""

    state: State
    people: tuple[Person, ...] = ()
    gap: tuple[Role, ...] = ()


def notify(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry) -> Notified:
    """Put a message in the outbox for everybody concerned, one for each person, and return who they are."""
    staff = uow.staff.of_school(context.school)
    told: dict[PersonId, str] = {}
    gap: list[Role] = []
    for number, rule in enumerate(context.plan.records[entry.record].tell):
        if holds(rule.when, context.state.standing, entry.answers):
            people, missing = _holders(rule, staff, context)
            gap += missing
            for person in people:
                told.setdefault(person.id, str(number))
    for person in _next_to_act(context, after, staff):
        told.setdefault(person.id, "")
    is_alarm = context.plan.records[entry.record].effect is Effect.ALARMS
    kind = "alarm_in_case" if is_alarm else "recorded"
    informed = tuple(person for person in staff if person.id in told)
    messages = []
    for person in informed:
        words = _words(context, after, entry) | {"tell": told[person.id], "gap": " ".join(gap)}
        if may(Permission.READ, relation_to(person, context.stored), context.plan):
            words["may_open"] = "yes"
        if is_alarm:
            words |= {"raised_by": str(entry.author), "raised_at": entry.written_at.isoformat()}
        messages.append(OutboxMessage(kind, person.id, context.stored.id, f"entry {entry.seq}", words))
    uow.outbox.put_all(messages, entry.written_at)
    return Notified(after, informed, tuple(gap))


def _holders(rule: Tell, staff: Iterable[Person], context: CaseContext) -> tuple[list[Person], list[Role]]:
    people = _with_roles(rule.roles, staff, context)
    if people or rule.otherwise is None:
        return people, []
    return _with_roles((rule.otherwise,), staff, context), list(rule.roles)


def _next_to_act(context: CaseContext, after: State, staff: Iterable[Person]) -> list[Person]:
    """Whoever acts in the step that begins; when the case closes, its teacher and whoever acted in the last step."""
    before = context.state
    if before.status is Status.OPEN and after.status is Status.CLOSED:
        return _with_roles((Role.TEACHER, *context.plan.step(before.step).who), staff, context)
    has_moved = bool(context.entries) and (before.step, before.since) != (after.step, after.since)
    if not has_moved or after.status is not Status.OPEN:
        return []
    return _with_roles(context.plan.step(after.step).who, staff, context)


def _with_roles(roles: Iterable[Role], staff: Iterable[Person], context: CaseContext) -> list[Person]:
    """Whoever has one of the roles; the teacher is the one whose case it is (still), not every one of the school."""
    wanted = set(roles)
    return [
        person
        for person in staff
        if person.roles_in(context.school) & (wanted - {Role.TEACHER})
        or (Role.TEACHER in wanted and holds_own(relation_to(person, context.stored), context.plan))
    ]


def _words(context: CaseContext, after: State, entry: Entry) -> dict[str, str]:
    return {
        "code": context.stored.code,
        "plan": context.plan.plan,
        "version": str(context.plan.version),
        "record": entry.record,
        "step": after.step,
        "who": " ".join(to_act(context.plan, after)),
        "status": after.status.value,
        "outcome": after.outcome,
    }
