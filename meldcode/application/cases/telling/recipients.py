"""Who is to be told of an entry: whom the plan names, and those of whom the case asks something new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from meldcode.application.case_context import CaseContext
from meldcode.application.case_people import kept_from, reads, staff_of
from meldcode.application.cases.parts import kept_in_the_dark
from meldcode.application.cases.telling.tasks import (
    TaskChanges,
    task_changes,
)
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import roles_in_case
from meldcode.domain.case.fold import as_asked, holds
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.parts import Tell
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class Recipients:
    """Who is to be notified of an entry, each by the number of the plan's first rule for them (None: they must act).

    `staff` are all who can have a part in the case, and `called_in` those who by this may read it.
    """

    staff: tuple[Person, ...]
    changes: TaskChanges
    rules: Mapping[PersonId, int | None]
    missing_roles: tuple[Role, ...]
    called_in: tuple[Person, ...]


def recipients(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry) -> Recipients:
    """Return who is to be notified: who may read the case after the entry, is called in, or never reads one."""
    is_alarm = context.plan.records[entry.record].effect is Effect.ALARMS
    unaware = frozenset() if is_alarm else kept_in_the_dark(context.plan, after)
    changes = task_changes(uow, context, after, entry)
    context = replace(context, case=kept_from(context.stored, unaware))
    staff = tuple(staff_of(uow, context.stored))
    rules, missing, called_in = _by_rules(context, entry, staff)
    for person in (*_of_the_end(context, after, staff), *filter(changes.is_new, staff)):
        if person.id != entry.author and reads(person, context.stored, context.plan):
            rules.setdefault(person.id, None)
    return Recipients(staff, changes, rules, missing, called_in)


def _by_rules(
    context: CaseContext, entry: Entry, staff: Sequence[Person]
) -> tuple[dict[PersonId, int | None], tuple[Role, ...], tuple[Person, ...]]:
    """Whom the plan's rules notify, by the number of the first rule for them, the roles that nobody has, and who is
    called in by that: by an alarm, by a rule that says so, in place of who is missing, or to agree with a proposal that
    nobody else reads (G3, G12).

    The author knows it already, but not that nobody has the roles.
    """
    rules: dict[PersonId, int | None] = {}
    missing: list[Role] = []
    called_in: list[Person] = []
    record = context.plan.records[entry.record]
    is_alarm = record.effect is Effect.ALARMS
    is_proposal = bool(context.plan.agreeing_with(record.id))
    answers = as_asked(context.plan, context.state, entry).answers
    for number, rule in enumerate(record.tell):
        if holds(rule.when, context.state.standing, answers):
            people, roles = _holders(rule, staff, context, calls_in=rule.calls_in or is_alarm)
            if is_proposal and not {person.id for person in people} - {entry.author}:
                people, roles = _holders(rule, staff, context, calls_in=True)
            missing += roles
            called_in += [p for p in people if is_alarm or not reads(p, context.stored, context.plan)]
            for person in people:
                if roles or person.id != entry.author:
                    rules.setdefault(person.id, number)
    return rules, tuple(missing), tuple(called_in)


def _holders(
    rule: Tell, staff: Sequence[Person], context: CaseContext, *, calls_in: bool
) -> tuple[list[Person], list[Role]]:
    people = _with_roles(rule.roles, staff, context, calls_in=calls_in)
    if people or rule.otherwise is None:
        return people, []
    return _with_roles((rule.otherwise,), staff, context, calls_in=True), list(rule.roles)


def _of_the_end(context: CaseContext, after: State, staff: Sequence[Person]) -> list[Person]:
    """Who hears how a case ends: its teacher, and those of its last step."""
    before = context.state
    if before.status is not Status.OPEN or after.status is not Status.CLOSED:
        return []
    return _with_roles((Role.TEACHER, *context.plan.step(before.step).who), staff, context)


def _with_roles(
    roles: Iterable[Role], staff: Iterable[Person], context: CaseContext, *, calls_in: bool = False
) -> list[Person]:
    """Who acts in one of the roles; of those whose role reads cases only who may read this one, or is called in."""
    case, plan, wanted = context.stored, context.plan, set(roles)
    acting = [(person, roles_in_case(person, case, plan) & wanted) for person in staff]
    readers = set(plan.reader_roles)
    return [
        person for person, held in acting if held and (calls_in or not held <= readers or reads(person, case, plan))
    ]
