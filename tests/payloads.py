"""A message of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from meldcode.application.messages.alarms import Alarm, AlarmInCase, AlarmStatus, AlarmUnanswered, AlarmUndelivered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import (
    AppointmentsMade,
    CallSchool,
    CaseEnding,
    CaseWithoutHolder,
    CaseWithoutResponsible,
    Named,
    NoLongerTeacher,
    OwnEntry,
    Recorded,
    RoleEmpty,
    RoleTaken,
    SignalRead,
    TakenOver,
    TaskEnded,
    Undelivered,
)
from meldcode.application.messages.reminders import (
    AppointmentReminder,
    StepReminder,
    UrgentReminder,
    VacationReminder,
    Waiting,
)
from meldcode.application.messages.staff import (
    DeputyArranged,
    DeputyPeriod,
    NewPlan,
    RolesChanged,
    RoleVacant,
    UnusualReaders,
    WeeklyOverview,
)
from meldcode.domain.case.state import Status
from meldcode.domain.plan.roles import Role
from meldcode.domain.worklist import StepCount

WHO = UUID("00000000-0000-0000-0000-000000000001")
SCHOOL = UUID("00000000-0000-0000-0000-000000000002")
WHEN = datetime(2026, 11, 26, 8, 30, 0, 250_000, tzinfo=UTC)
TEAM = (Role.CARE_COORDINATOR, Role.CONFIDANT)

RECORDED = Recorded(
    code="mus-12",
    plan="heutink",
    plan_version=6,
    record="signal",
    step="consult",
    status=Status.OPEN,
    assignees=TEAM,
    rule=0,
    missing_roles=(Role.SCHOOL_LEADER,),
    may_open=True,
)
SINCE_0023: tuple[Payload, ...] = (
    replace(RECORDED, rule=None, asked="parents_talk", asked_as=Role.SCHOOL_LEADER, due=date(2026, 12, 11)),
    replace(RECORDED, status=Status.CLOSED, outcome="suspicion_gone"),
    TaskEnded("mus-12", "heutink", 9, "parents_talk", Role.SCHOOL_LEADER, WHO, may_open=True),
    TaskEnded("mus-12", "heutink", 9, "parents_talk", Role.SCHOOL_LEADER, None, may_open=False),
    TaskEnded("mus-12", "heutink", 9, "parents_talk", Role.TEACHER, None, may_open=True, comes_later=True),
    AppointmentsMade("mus-12", (date(2026, 12, 11), date(2026, 12, 14)), WHO),
    CallSchool("mus-12", "heutink", 9, "reported", 0, SCHOOL, (WHO,)),
    CallSchool("mus-12", "heutink", 9, "reported", 0, SCHOOL, ()),
    SignalRead("mus-12", "heutink", 9, Role.CONFIDANT, may_open=False),
    Named("mus-12", "heutink", 9, "consultation", 3, WHO, may_open=False),
    OwnEntry("mus-12", "heutink", 9, "signal", "correction", WHO, may_open=True),
    NoLongerTeacher("mus-12"),
    RoleEmpty("mus-12", "heutink", 9, Role.SCHOOL_LEADER),
    RoleTaken("mus-12", Role.SCHOOL_LEADER),
)
"""Kinds and fields that the tables of before did not have."""
EXAMPLES: tuple[Payload, ...] = (
    RECORDED,
    AlarmInCase(
        **vars(RECORDED) | {"rule": None, "missing_roles": (), "may_open": False}, raised_by=WHO, raised_at=WHEN
    ),
    Alarm(WHO, WHEN),
    AlarmStatus(WHO, WHEN),
    AlarmUnanswered(WHO, WHEN),
    AlarmUndelivered(),
    StepReminder("mus-12", True, Waiting("consult", WHEN, 1)),
    StepReminder("mus-12", False, Waiting("consult", None, 0)),
    VacationReminder("mus-12", False, date(2026, 12, 19)),
    AppointmentReminder("mus-12", True, date(2026, 12, 1), instead_of_owner=True),
    WeeklyOverview("De Linde", (StepCount("heutink", 6, "signals", 3, 1), StepCount("heutink", 6, "consult", 2, 0))),
    WeeklyOverview("De Linde", (), UnusualReaders(SCHOOL, date(2026, 11, 16), 2)),
    CaseEnding("mus-12", date(2026, 12, 26), "heutink", 6, "kept_longer"),
    CaseEnding("mus-12", date(2026, 12, 26), "heutink", 6, ""),
    CaseWithoutHolder("mus-12", TEAM),
    CaseWithoutResponsible("mus-12"),
    TakenOver("mus-12", WHO),
    Undelivered("mus-12", "message 7"),
    RolesChanged(SCHOOL),
    DeputyArranged(),
    DeputyPeriod(WHO, SCHOOL, WHEN.date(), WHEN.date(), to_deputy=True, is_ended=False),
    NewPlan(SCHOOL, "heutink", 9),
    RoleVacant(SCHOOL, TEAM),
    UrgentReminder("mus-12", False, "urgent_confirmed", WHEN),
    *SINCE_0023,
)
