"""Who gets a message when something was recorded: whoever the plan names, and whoever acts in the step that begins.

A message holds no personal data (promise 4): it names a case code, a record and a step by their ids, and the surface
puts these in words when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meldcode.access import Action, holds_own, may, relation_to
from meldcode.case import Entry, PersonId, State, Status, holds, to_act
from meldcode.dossier import Dossier
from meldcode.people import Person
from meldcode.plan import Effect, Role, Tell
from meldcode.ports import Message, Transaction


@dataclass(frozen=True)
class Told:
    """The outcome of telling: `gap` are roles that should have been told, but nobody in the school has them."""

    state: State
    people: tuple[Person, ...] = ()
    gap: tuple[Role, ...] = ()


def tell(tx: Transaction, dossier: Dossier, after: State, entry: Entry) -> Told:
    """Put a message in the outbox for everybody concerned, one for each person, and return who they are."""
    staff = tx.people.of_school(dossier.school)
    told: dict[PersonId, str] = {}
    gap: list[Role] = []
    for number, rule in enumerate(dossier.plan.records[entry.record].tell):
        if holds(rule.when, dossier.state.standing, entry.answers):
            people, missing = _holders(rule, staff, dossier)
            gap += missing
            for person in people:
                told.setdefault(person.id, str(number))
    for person in _next_to_act(dossier, after, staff):
        told.setdefault(person.id, "")
    is_alarm = dossier.plan.records[entry.record].effect is Effect.ALARMS
    kind = "alarm_in_case" if is_alarm else "recorded"
    informed = tuple(person for person in staff if person.id in told)
    messages = []
    for person in informed:
        words = _words(dossier, after, entry) | {"tell": told[person.id], "gap": " ".join(gap)}
        if may(Action.READ, relation_to(person, dossier.stored), dossier.plan):
            words["may_open"] = "yes"
        if is_alarm:
            words |= {"raised_by": str(entry.author), "raised_at": entry.written_at.isoformat()}
        messages.append(Message(kind, person.id, dossier.stored.id, f"entry {entry.seq}", words))
    tx.outbox.put_all(messages, entry.written_at)
    return Told(after, informed, tuple(gap))


def _holders(rule: Tell, staff: Iterable[Person], dossier: Dossier) -> tuple[list[Person], list[Role]]:
    people = _with_roles(rule.roles, staff, dossier)
    if people or rule.otherwise is None:
        return people, []
    return _with_roles((rule.otherwise,), staff, dossier), list(rule.roles)


def _next_to_act(dossier: Dossier, after: State, staff: Iterable[Person]) -> list[Person]:
    """Whoever acts in the step that begins; when the case closes, its teacher and whoever acted in the last step."""
    before = dossier.state
    if before.status is Status.OPEN and after.status is Status.CLOSED:
        return _with_roles((Role.TEACHER, *dossier.plan.step(before.step).who), staff, dossier)
    has_moved = bool(dossier.entries) and (before.step, before.since) != (after.step, after.since)
    if not has_moved or after.status is not Status.OPEN:
        return []
    return _with_roles(dossier.plan.step(after.step).who, staff, dossier)


def _with_roles(roles: Iterable[Role], staff: Iterable[Person], dossier: Dossier) -> list[Person]:
    """Whoever has one of the roles; the teacher is the one whose case it is (still), not every one of the school."""
    wanted = set(roles)
    return [
        person
        for person in staff
        if person.roles_in(dossier.school) & (wanted - {Role.TEACHER})
        or (Role.TEACHER in wanted and holds_own(relation_to(person, dossier.stored), dossier.plan))
    ]


def _words(dossier: Dossier, after: State, entry: Entry) -> dict[str, str]:
    return {
        "code": dossier.stored.code,
        "plan": dossier.plan.plan,
        "version": str(dossier.plan.version),
        "record": entry.record,
        "step": after.step,
        "who": " ".join(to_act(dossier.plan, after)),
        "status": after.status.value,
        "outcome": after.outcome,
    }
