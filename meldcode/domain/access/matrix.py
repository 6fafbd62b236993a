"""Who may do what, as a table made from a plan: every role in every relation to a case at every step of it.

Nothing is decided here: each cell asks `access.may` about an invented person and case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from meldcode.domain.access.rules import OF_A_CASE, Permission, Relation, in_school, may, relation_to
from meldcode.domain.case.header import CaseHeader, StandIn
from meldcode.domain.case.state import Status
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Membership, Person, School

_NAMES = UUID("6d656c64-7769-4a7a-8572-000000000000")
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Situation(StrEnum):
    """The relations that somebody can have to a case."""

    OWN = "own"
    COLLEAGUES = "colleagues"
    CALLED_IN = "called_in"
    TAKEN_OVER = "taken_over"
    EXCLUDED = "excluded"
    OWN_JOINED = "own_joined"
    JOINED_BY_OWN = "joined_by_own"
    DEPUTY = "deputy"
    DEPUTY_OF_EXCLUDED = "deputy_of_excluded"
    LEFT = "left"
    ELSEWHERE = "elsewhere"
    ELSEWHERE_TAKEN_OVER = "elsewhere_taken_over"


TAKES_OVER = Role.SCHOOL_LEADER
"""The role that somebody took over in this table."""


@dataclass(frozen=True)
class Row:
    """What somebody with this role (None: with none) may do in this situation, with a case at this step.

    `records` are what they may record.
    """

    role: Role | None
    situation: Situation
    step: Step
    actions: frozenset[Permission]
    records: tuple[ActionSpec, ...]


def matrix(plan: Plan) -> Iterator[Row]:
    """Yield the whole table."""
    for role in (*Role, None):
        for situation in Situation:
            for step in plan.steps:
                yield _row(plan, role, situation, step)


def _row(plan: Plan, role: Role | None, situation: Situation, step: Step) -> Row:
    person, case = _played(role, situation, plan, step)
    to_case, to_school = relation_to(person, case), in_school(person, case.school)
    actions = {action for action in Permission if may(action, _asked(action, to_case, to_school), plan)}
    records = tuple(record for record in plan.records.values() if may(Permission.RECORD, to_case, plan, record))
    return Row(role, situation, step, frozenset(actions | ({Permission.RECORD} if records else set())), records)


def _asked(action: Permission, to_case: Relation, to_school: Relation) -> Relation:
    return to_case if action in OF_A_CASE else to_school


def _played(role: Role | None, situation: Situation, plan: Plan, step: Step) -> tuple[Person, CaseHeader]:
    """Somebody in this situation, and the case it is about."""
    here, there = (School(_id(name), name, "noord") for name in ("here", "there"))
    me, teacher = _id("me"), _id("teacher")
    roles = frozenset({role}) if role else frozenset()
    lent = {teacher: frozenset({Role.TEACHER})} if situation in _STANDS_IN else {}
    acting = roles.union(*lent.values())  # a deputy has the roles of the case's teacher beside their own
    place = {here.id: Membership(here, acting, (), frozenset(lent), roles, lent)}
    if situation is Situation.LEFT:
        place = {here.id: Membership(here, frozenset())}
    if situation in (Situation.ELSEWHERE, Situation.ELSEWHERE_TAKEN_OVER):
        place = {there.id: Membership(there, roles, own=roles)}
    case = _case(here.id, me if situation in _OWN else teacher, plan, step)
    return Person(me, "me", place), _in_situation(case, situation, me, teacher)


def _in_situation(case: CaseHeader, situation: Situation, me: PersonId, teacher: PersonId) -> CaseHeader:
    match situation:
        case Situation.OWN_JOINED:
            return replace(case, status=Status.JOINED, joined_to=_id("other case"))
        case Situation.CALLED_IN:
            return replace(case, called_in=frozenset({me}))
        case Situation.TAKEN_OVER | Situation.ELSEWHERE_TAKEN_OVER:
            return replace(case, stand_ins=frozenset({StandIn(me, TAKES_OVER)}))
        case Situation.EXCLUDED:
            return replace(case, called_in=frozenset({me}), excluded=frozenset({me}))
        case Situation.DEPUTY_OF_EXCLUDED:
            return replace(case, excluded=frozenset({teacher}))
        case _:
            return case


_STANDS_IN = (Situation.DEPUTY, Situation.DEPUTY_OF_EXCLUDED)
_OWN = (Situation.OWN, Situation.OWN_JOINED, Situation.EXCLUDED, Situation.LEFT, Situation.ELSEWHERE)


def _case(school: SchoolId, teacher: PersonId, plan: Plan, step: Step) -> CaseHeader:
    return CaseHeader(
        id=_id("case"),
        code="26-XXXX",
        school=school,
        plan=plan.plan,
        plan_version=plan.version,
        status=Status.OPEN,
        step=step.id,
        version=1,
        opened_at=_LONG_AGO,
        since=_LONG_AGO,
        teachers=frozenset({teacher}),
    )


def _id(name: str) -> UUID:
    return uuid5(_NAMES, name)
