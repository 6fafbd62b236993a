"""Whether a message that waited is still for its reader: roles and parts may have changed meanwhile (G3, promise 5)."""

from __future__ import annotations

from dataclasses import replace

from meldcode.application.case_people import plan_of, reads
from meldcode.application.messages.alarms import AboutAlarm, AlarmStatus, AlarmUndelivered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import (
    AppointmentsMade,
    CallSchool,
    CaseEnding,
    Named,
    NoLongerTeacher,
    OwnEntry,
    Recorded,
    RoleTaken,
    SignalRead,
    TakenOver,
    TaskEnded,
)
from meldcode.application.messages.staff import (
    DeputyArranged,
    DeputyPeriod,
    NewPlan,
    RolesChanged,
    RoleVacant,
    WeeklyOverview,
)
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, in_school, may, roles_in_case
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.staff import Person

ALWAYS = (RolesChanged, DeputyArranged, DeputyPeriod, NoLongerTeacher, TakenOver, AlarmStatus, AlarmUndelivered)
"""What tells the reader that they lost something, or what came of their own alarm."""


def still_theirs(uow: UnitOfWork, payload: Payload, case: CaseId | None, to: PersonId) -> Payload | None:
    """Return the message as its reader may have it now; None when it is not for them any more."""
    if isinstance(payload, ALWAYS):
        return payload
    reader = uow.staff.get(to)
    if isinstance(payload, AboutAlarm):
        return payload if reader.has_role else None
    if case is None:
        return payload if _is_in_charge(uow, payload, reader) else None
    return _in_case(uow, payload, case, reader)


def _is_in_charge(uow: UnitOfWork, payload: Payload, reader: Person) -> bool:
    """Whether they still lead the school that the message is about."""
    plan = uow.plans.current()

    def may_in(school: SchoolId, what: Permission) -> bool:
        return may(what, in_school(reader, school), plan)

    match payload:
        case NewPlan():
            return may_in(payload.school, Permission.OVERSEE)
        case RoleVacant():
            return may_in(payload.school, Permission.ADMINISTER)
        case WeeklyOverview():
            of_that_name = [one.id for one in uow.staff.schools() if one.name == payload.school_name]
            return any(may_in(school, Permission.OVERSEE) for school in of_that_name)
        case _:
            return reader.has_role


def _in_case(uow: UnitOfWork, payload: Payload, case: CaseId, reader: Person) -> Payload | None:
    header = uow.cases.get(case)
    plan = plan_of(uow, header)
    if reads(reader, header, plan) or getattr(payload, "code", header.code) != header.code:
        return payload  # the other code is that of a case that was merged into this one
    match payload:
        case TaskEnded():
            return replace(payload, may_open=False)
        case SignalRead() | Named() | OwnEntry():
            return replace(payload, may_open=False) if reader.roles_in(header.school) else None
        case AppointmentsMade() | CaseEnding() | RoleTaken() | Recorded(may_open=True):
            return None
        case CallSchool():
            told = plan.records[payload.record].tell[payload.rule].roles
            return payload if reader.roles_in(header.school) & set(told) else None
        case _:
            return payload if roles_in_case(reader, header, plan) else None
