"""Use cases about two cases that may be about one pupil: a reader of both merges them, or says they are not.

The case that is less far in its plan is merged into the other, so that no step under way is lost; if both are equally
far, the younger one. Nothing is copied: entries stay in their own case, under its key and chain, and the logbook of the
other case shows them too. The teacher of the merged case sees only their own signals, and nothing of the other case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context, readable_case, told_apart
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.parts import share_exclusions
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import acting_role
from meldcode.domain.case.appointments import open_ones
from meldcode.domain.case.state import Entry, Status
from meldcode.domain.errors import Refused
from meldcode.domain.plan.effects import Effect


@dataclass(frozen=True)
class TwoCases:
    """Two cases that seem to be about one pupil, by their codes."""

    key: str
    case: str
    other: str


def merge_cases(uow: UnitOfWork, actor: Actor, command: TwoCases, now: datetime) -> str:
    """Merge two cases, and return the code of the one that goes on. Raises Refused."""
    first, second = _both(uow, actor, command)
    if stored := uow.cases.find_submission(f"{command.key}/{Effect.RECEIVES}"):
        return uow.cases.get(stored.case).code
    statuses = (first.state.status, second.state.status)
    if Status.JOINED in statuses:
        raise Refused("joined_already")
    if Status.OPEN not in statuses:
        raise Refused("not_now")
    _refuse_if_told_apart(first, second)
    kept, joining = sorted((first, second), key=_progress)
    if any(open_ones(joining.state.appointments)):  # nobody would be reminded of them in the other case (S3.6)
        raise Refused("appointments_before_joining", case=joining.stored.code, rule="S3.6")
    _append(uow, joining, Effect.JOINS, kept.stored.code, command.key, now)
    uow.cases.set_joined(joining.stored.id, kept.stored.id)
    share_exclusions(uow, kept.stored, joining.stored)
    kept = replace(kept, case=uow.cases.get(kept.stored.id))
    _append(uow, kept, Effect.RECEIVES, joining.stored.code, command.key, now)
    return kept.stored.code


def _progress(context: CaseContext) -> tuple[bool, int, datetime]:
    """A sort key: open before closed, then by progress, then by age."""
    state = context.state
    return state.status is not Status.OPEN, -context.plan.place(state.step), context.stored.opened_at


def mark_as_different_pupils(uow: UnitOfWork, actor: Actor, command: TwoCases, now: datetime) -> str:
    """Record that the two cases are about different pupils, and return the first one's code. Raises Refused."""
    first, second = _both(uow, actor, command)
    if not uow.cases.find_submission(f"{command.key}/{Effect.DIFFERS}"):
        _refuse_if_told_apart(first, second)
        _append(uow, first, Effect.DIFFERS, second.stored.code, command.key, now)
    return first.stored.code


def _both(uow: UnitOfWork, actor: Actor, command: TwoCases) -> tuple[CaseContext, CaseContext]:
    person = actor.person
    first = case_context(uow, person, readable_case(uow, person, command.case))
    second = case_context(uow, person, readable_case(uow, person, command.other))
    if first.stored.id == second.stored.id or first.school != second.school:
        raise Refused("no_such_case")
    return first, second


def separate(uow: UnitOfWork, context: CaseContext, key: str, now: datetime) -> None:
    """Undo the last merge into this case, once two people agreed that it was wrong. Raises Refused."""
    parts = [case_context(uow, context.person, case) for case in uow.cases.joined(context.stored.id)]
    if not parts:
        raise Refused("not_now")
    uow.cases.set_joined(max(parts, key=_joined_at).stored.id, None)
    part = case_context(uow, context.person, uow.cases.get(max(parts, key=_joined_at).stored.id))
    if part.plan.find_record(Effect.SEPARATES) is None:  # a version of before there was one
        raise Refused("not_now")
    _append(uow, part, Effect.SEPARATES, context.stored.code, key, now)


def _joined_at(context: CaseContext) -> datetime:
    joins = context.plan.record_with(Effect.JOINS).id
    return max(entry.written_at for entry in context.entries if entry.record == joins)


def _refuse_if_told_apart(first: CaseContext, second: CaseContext) -> None:
    """Check again what was shown: a colleague may have told the cases apart since.

    Their names may differ: two cases of one pupil are merged whatever was typed (G10).
    """
    if second.stored.code in told_apart(first) or first.stored.code in told_apart(second):
        raise Refused("not_same_pupil")


def _append(uow: UnitOfWork, context: CaseContext, effect: Effect, other: str, key: str, now: datetime) -> None:
    record = context.plan.record_with(effect)
    role = acting_role(record, context.relation)
    if role is None:
        raise Refused("role_may_not", roles=record.by, named=context.plan.full_names, rule="G1")
    entry = Entry(context.stored.version + 1, record.id, context.person.id, role, now, {"case": other})
    append_entry(uow, context, entry, f"{key}/{effect}")
