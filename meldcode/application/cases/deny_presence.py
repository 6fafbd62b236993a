"""Use case: somebody who is named as having taken part says that they did not, or that they do not agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_code, case_context
from meldcode.application.case_people import plan_of, reads
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import acting_role
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Entry, Status
from meldcode.domain.errors import Refused
from meldcode.domain.forms.named import may_deny, named_in
from meldcode.domain.plan.actions import ActionSpec


@dataclass(frozen=True)
class DenyPresence:
    """Of which case, and of which entry in it. It is stored once, whatever is pressed how often.

    `says` is the action that says it, that they were not there unless it is given.
    """

    case: str
    entry: int
    says: str = ""


def deny_presence(uow: UnitOfWork, actor: Actor, command: DenyPresence, now: datetime) -> tuple[str, ActionSpec]:
    """Record it beside the entry; return the code of the case, and what they say. The entry stays as it is.

    Whoever is named may say so without reading the case, and sees nothing of it. For everybody else it does not exist.
    """
    case = uow.cases.find(case_code(command.case), actor.person.memberships, actor.person.id)
    if case is None or not _may_know(uow, actor, case):
        raise Refused("no_such_case")
    context = case_context(uow, actor.person, case)
    denies, entry = _about(context, command)
    if may_deny(context.plan, context.entries, entry, actor.person.id):
        role = acting_role(denies, context.relation) or min(context.relation.roles)
        said = Entry(case.version + 1, denies.id, actor.person.id, role, now, refers_to=entry.seq)
        append_entry(uow, context, said, f"{case.code}/{entry.seq}/denied/{actor.person.id}")
    return case.code, denies


def _may_know(uow: UnitOfWork, actor: Actor, case: CaseHeader) -> bool:
    """Whether they may know of the case. This decrypts nothing, so that a case takes as long as none (promise 5)."""
    person, is_there = actor.person, case.status is not Status.DESTROYED
    is_named = person.id in case.named - case.excluded
    return is_there and (is_named or reads(person, case, plan_of(uow, case)))


def _about(context: CaseContext, command: DenyPresence) -> tuple[ActionSpec, Entry]:
    """The entry, and the action that says it. Raises Refused for whom the entry does not name."""
    plan, person = context.plan, str(context.person.id)
    for entry in (one for one in context.entries if one.seq == command.entry):
        record = plan.records[entry.record]
        said = [one for one in plan.denials_of(record) if command.says in ("", one.id)]
        if said and person in named_in(record, entry.answers):
            return said[0], entry
    raise Refused("no_such_case")
