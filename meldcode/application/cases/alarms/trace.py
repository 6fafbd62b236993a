"""The trace of an alarm in the logbook of its case, where it stays after the alarm itself is deleted (G4).

It is written after the alarm has changed, in a transaction of its own: a case that cannot be read stops no alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from meldcode.application.case_context import CaseContext, case_context
from meldcode.application.cases.append_entry import append_quietly
from meldcode.application.ports.cases import AlreadyStored, Outdated
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import acting_role, relation_to
from meldcode.domain.alarm import RAISED, Alarm, AlarmId, TraceLine, trace
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Answers, Entry, Status
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role


def trace_next_alarm(uow: UnitOfWork, now: datetime, trouble: Callable[[Exception], object]) -> bool:
    """Write what is new of an alarm in the logbook of its case; False when nothing is. An error goes to `trouble`."""
    alarm = uow.alarms.claim_untraced()
    if alarm is None or alarm.case is None:
        return False
    try:
        case = uow.cases.get(alarm.case)
        if case.status is not Status.DESTROYED:
            write_trace(uow, case_context(uow, uow.staff.get(alarm.raised_by), case), alarm, now)
    except (AlreadyStored, Outdated):
        raise
    except Exception as error:
        trouble(error)
    return True


def write_trace(uow: UnitOfWork, context: CaseContext, alarm: Alarm, now: datetime) -> CaseContext:
    """Write what the logbook of the case does not tell of the alarm yet, and return the case with it."""
    record = context.plan.record_with(Effect.ALARMS)
    for line in trace(alarm):
        key = _key_of_line(alarm, line)
        if uow.cases.find_submission(key) is None:
            role = _role(uow, context.stored, context.plan, line.by)
            number = context.stored.version + 1
            entry = Entry(number, record.id, line.by, role, now, _told(line))
            context = append_quietly(uow, context, entry, key)
    return context


def key_of(alarm: AlarmId) -> str:
    """Return the idempotency key of the entry with which the alarm is raised."""
    return f"alarm/{alarm.raised_by}/{alarm.raised_at.astimezone(UTC).isoformat()}"


def _key_of_line(alarm: Alarm, line: TraceLine) -> str:
    later = f"/{line.what}/{line.by}/{line.at.isoformat()}" if line.what != RAISED else ""
    return key_of(alarm.id) + later


def _told(line: TraceLine) -> Answers:
    people = {"people": tuple(map(str, line.people))} if line.people else {}
    return {"alarm": line.what, "at": line.at.isoformat(), **people}


def _role(uow: UnitOfWork, case: CaseHeader, plan: Plan, person: PersonId) -> Role:
    """The role in which somebody raised or answered the alarm, perhaps one that the plan does not name."""
    relation = relation_to(uow.staff.get(person), case)
    return acting_role(plan.record_with(Effect.ALARMS), relation) or min(relation.roles, default=Role.TEACHER)
