"""Who may do what, as a table made from a plan: every role in every relation to a case, in its school and another.

Nothing is decided here: each cell asks `access.may` about an invented person and case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid5

from meldcode.domain.access import OF_A_CASE, Permission, Relation, in_school, may, relation_to
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Status
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.model import ActionSpec, Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Membership, Person, School

_NAMES = UUID("6d656c64-7769-4a7a-8572-000000000000")
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Situation(StrEnum):
    """The relations that somebody can have to a case."""

    OWN = "own"
    COLLEAGUES = "colleagues"
    OWN_JOINED = "own_joined"
    JOINED_BY_OWN = "joined_by_own"
    DEPUTY = "deputy"
    LEFT = "left"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Row:
    """What somebody with this role (None: with none) may do in this situation; `records` are what they may record."""

    role: Role | None
    situation: Situation
    actions: frozenset[Permission]
    records: tuple[ActionSpec, ...]


def matrix(plan: Plan) -> Iterator[Row]:
    """Yield the whole table."""
    for role in (*Role, None):
        for situation in Situation:
            yield _row(plan, role, situation)


def _row(plan: Plan, role: Role | None, situation: Situation) -> Row:
    person, case = _played(role, situation, plan)
    to_case, to_school = relation_to(person, case), in_school(person, case.school)
    actions = {action for action in Permission if may(action, _asked(action, to_case, to_school), plan)}
    records = tuple(record for record in plan.records.values() if may(Permission.RECORD, to_case, plan, record))
    return Row(role, situation, frozenset(actions | ({Permission.RECORD} if records else set())), records)


def _asked(action: Permission, to_case: Relation, to_school: Relation) -> Relation:
    return to_case if action in OF_A_CASE else to_school


def _played(role: Role | None, situation: Situation, plan: Plan) -> tuple[Person, CaseHeader]:
    """Somebody in this situation, and the case it is about."""
    here, there = (School(_id(name), name, "noord") for name in ("here", "there"))
    me, teacher = _id("me"), _id("teacher")
    roles = frozenset({role}) if role else frozenset()
    replaced = frozenset({teacher}) if situation is Situation.DEPUTY else frozenset()
    # A deputy has the roles of the case's teacher beside their own.
    acting = roles | {Role.TEACHER} if replaced else roles
    place = {here.id: Membership(here, acting, (), replaced, roles)}
    if situation is Situation.LEFT:
        place = {here.id: Membership(here, frozenset())}
    if situation is Situation.ELSEWHERE:
        place = {there.id: Membership(there, roles, own=roles)}
    is_own = situation in (Situation.OWN, Situation.OWN_JOINED, Situation.LEFT, Situation.ELSEWHERE)
    return Person(me, "me", place), _case(here.id, me if is_own else teacher, situation, plan)


def _case(school: SchoolId, teacher: UUID, situation: Situation, plan: Plan) -> CaseHeader:
    is_joined = situation is Situation.OWN_JOINED
    return CaseHeader(
        id=_id("case"),
        code="26-XXXX",
        school=school,
        plan=plan.plan,
        plan_version=plan.version,
        status=Status.JOINED if is_joined else Status.OPEN,
        step=plan.steps[0].id,
        version=1,
        opened_at=_LONG_AGO,
        since=_LONG_AGO,
        teachers=frozenset({teacher}),
        joined_to=_id("other case") if is_joined else None,
    )


def _id(name: str) -> UUID:
    return uuid5(_NAMES, name)
