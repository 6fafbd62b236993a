"""Who is notified of an entry: the people whom the plan names, and those who act in the step that begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meldcode.application.case_context import CaseContext
from meldcode.application.messages import AlarmInCase, Payload, Recorded, TakenOver
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import Permission, holds_own, may, relation_to
from meldcode.domain.case.state import Entry, State, Status, holds, needed, to_act
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.model import Effect, Tell
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class Notified:
    """Who was notified; nobody in the school has the `missing_roles`, which should have been notified too."""

    state: State
    people: tuple[Person, ...] = ()
    missing_roles: tuple[Role, ...] = ()


def notify(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry) -> Notified:
    """Put a message in the outbox for everybody concerned, one for each person, and return who they are."""
    staff = uow.staff.of_school(context.school)
    rules, missing = _by_rules(context, entry, staff)
    for person in _next_to_act(context, after, staff):
        rules.setdefault(person.id, None)
    if context.plan.records[entry.record].effect is Effect.ALARMS:
        rules.pop(entry.author, None)  # who raises the alarm is shown at once what to do
    former = _former(context, after)
    people = tuple(person for person in staff if person.id in rules or person.id == former)
    messages = []
    for person in people:
        taken_over = TakenOver(context.stored.code, entry.author)
        recorded = _payload(context, after, entry, person, rules.get(person.id), missing)
        payload: Payload = taken_over if person.id == former else recorded
        key = payload.key() if isinstance(payload, AlarmInCase) else ""
        messages.append(OutboxMessage(person.id, context.stored.id, f"entry {entry.seq}", payload, key))
    uow.outbox.put_all(messages, entry.written_at)
    return Notified(after, people, missing)


def _former(context: CaseContext, after: State) -> PersonId | None:
    """Who was responsible until now, if somebody took over from them (G5)."""
    was = context.state.responsible
    return was if was and after.responsible not in (None, was) else None


def _by_rules(
    context: CaseContext, entry: Entry, staff: Iterable[Person]
) -> tuple[dict[PersonId, int | None], tuple[Role, ...]]:
    """Whom the plan's rules notify, each by the number of the first rule for them, and the roles that nobody has."""
    rules: dict[PersonId, int | None] = {}
    missing: list[Role] = []
    for number, rule in enumerate(context.plan.records[entry.record].tell):
        if holds(rule.when, context.state.standing, entry.answers):
            people, roles = _holders(rule, staff, context)
            missing += roles
            for person in people:
                rules.setdefault(person.id, number)
    return rules, tuple(missing)


def _holders(rule: Tell, staff: Iterable[Person], context: CaseContext) -> tuple[list[Person], list[Role]]:
    people = _with_roles(rule.roles, staff, context)
    if people or rule.otherwise is None:
        return people, []
    return _with_roles((rule.otherwise,), staff, context), list(rule.roles)


def _next_to_act(context: CaseContext, after: State, staff: Iterable[Person]) -> list[Person]:
    """The people who act in the step that begins. If the case closes: its teacher and those of the last step."""
    before = context.state
    if before.status is Status.OPEN and after.status is Status.CLOSED:
        return _with_roles((Role.TEACHER, *context.plan.step(before.step).who), staff, context)
    has_moved = bool(context.entries) and (before.step, before.since) != (after.step, after.since)
    if not has_moved or after.status is not Status.OPEN:
        return []
    return _with_roles(context.plan.step(after.step).who, staff, context)


def _with_roles(roles: Iterable[Role], staff: Iterable[Person], context: CaseContext) -> list[Person]:
    """The people with one of the roles; for `teacher` only the teacher of this case, if they still may be."""
    wanted = set(roles)
    return [
        person
        for person in staff
        if person.roles_in(context.school) & (wanted - {Role.TEACHER})
        or (Role.TEACHER in wanted and holds_own(relation_to(person, context.stored), context.plan))
    ]


def _payload(
    context: CaseContext, after: State, entry: Entry, person: Person, rule: int | None, missing: tuple[Role, ...]
) -> Recorded:
    waiting = needed(context.plan, after)
    recorded = Recorded(
        code=context.stored.code,
        plan=context.plan.plan,
        plan_version=context.plan.version,
        record=entry.record,
        step=after.step,
        status=after.status,
        assignees=tuple(to_act(context.plan, after)) if waiting else (),
        rule=rule,
        missing_roles=missing,
        may_open=may(Permission.READ, relation_to(person, context.stored), context.plan),
        needed=waiting[0].id if waiting else "",
    )
    if context.plan.records[entry.record].effect is not Effect.ALARMS:
        return recorded
    return AlarmInCase(**vars(recorded), raised_by=entry.author, raised_at=entry.written_at)
