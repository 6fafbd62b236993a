"""Who may do what: one function, deny by default (G1, G3).

Permissions follow from somebody's relation *to this case* (or to a school): their roles in its school, and whether the
case is their own. A teacher may do nothing with another teacher's case, and administering roles does not allow reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.model import ActionSpec, Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


class Permission(StrEnum):
    """What can be done in a school (first part) or with a case (second part)."""

    OPEN = "open"
    RAISE_ALARM = "raise_alarm"
    SEE_ALARM = "see_alarm"
    SEE_ROLES = "see_roles"
    ADMINISTER = "administer"
    SEE_ROLE_CHANGES = "see_role_changes"
    ARRANGE_DEPUTIES = "arrange_deputies"
    OVERSEE = "oversee"

    READ = "read"
    READ_JOINED = "read_joined"
    KNOW_SAME_PUPIL = "know_same_pupil"
    SEE_READERS = "see_readers"
    RECORD = "record"


ALERTED = (Role.CARE_COORDINATOR, Role.SCHOOL_LEADER)
"""The roles that are alerted in immediate danger (G4), and notified of what nobody else takes up."""

BY_ROLE = {
    Permission.RAISE_ALARM: frozenset(Role),
    Permission.SEE_ALARM: frozenset(ALERTED),
    Permission.SEE_ROLES: frozenset(Role),
    Permission.ADMINISTER: frozenset({Role.SCHOOL_LEADER, Role.CLUSTER_DIRECTOR}),
    Permission.SEE_ROLE_CHANGES: frozenset({*ALERTED, Role.CLUSTER_DIRECTOR}),
    Permission.ARRANGE_DEPUTIES: frozenset({Role.SCHOOL_LEADER}),
    Permission.OVERSEE: frozenset({Role.SCHOOL_LEADER}),
}
"""What a role may do in its school, whatever the plan says."""

OF_A_CASE = frozenset(
    {Permission.READ, Permission.READ_JOINED, Permission.KNOW_SAME_PUPIL, Permission.SEE_READERS, Permission.RECORD},
)


@dataclass(frozen=True)
class Relation:
    """What somebody is to a case, or to a school when there is no case yet."""

    roles: frozenset[Role]
    is_own: bool = False


def relation_to(person: Person, case: CaseHeader) -> Relation:
    """Return what the person is to the case. Somebody who has left its school is nothing to it."""
    roles = person.roles_in(case.school)
    return Relation(roles, is_own=bool(person.acts_for(case.school) & case.teachers))


def in_school(person: Person, school: SchoolId) -> Relation:
    """Return what the person is to the school."""
    return Relation(person.roles_in(school))


def may(action: Permission, relation: Relation, plan: Plan, record: ActionSpec | None = None) -> bool:
    """Tell whether this is allowed. For a merged case, ask about the case it was merged into."""
    if action in BY_ROLE:
        return bool(relation.roles & BY_ROLE[action])
    if action is Permission.OPEN:
        return bool(relation.roles & set(plan.opening.by))
    if action in (Permission.READ, Permission.READ_JOINED):
        return _is_reader(relation, plan) or holds_own(relation, plan)
    if action is Permission.KNOW_SAME_PUPIL:
        return _is_reader(relation, plan)
    if action is Permission.SEE_READERS:
        return may(Permission.READ, relation, plan) and bool(relation.roles & set(ALERTED))
    return action is Permission.RECORD and _may_record(record, relation, plan)


def may_be_responsible(relation: Relation, plan: Plan) -> bool:
    """Tell whether they may be responsible for the case: as long as they may do what makes them so."""
    return any(may(Permission.RECORD, relation, plan, record) for record in plan.taking_charge)


def holds_own(relation: Relation, plan: Plan) -> bool:
    """Tell whether the case is theirs, and they still have a role that may have cases."""
    return relation.is_own and bool(relation.roles & set(plan.opening.by))


def _is_reader(relation: Relation, plan: Plan) -> bool:
    return bool(relation.roles & set(plan.readers))


def _may_record(record: ActionSpec | None, relation: Relation, plan: Plan) -> bool:
    readable = may(Permission.READ, relation, plan)
    return record is not None and readable and acting_role(record, relation) is not None


def roles_in_case(person: Person, case: CaseHeader, plan: Plan) -> frozenset[Role]:
    """Return this person's roles in the case: `teacher` only in a case of their own, and while they may have one."""
    is_teacher = holds_own(relation_to(person, case), plan)
    return person.roles_in(case.school) - {Role.TEACHER} | ({Role.TEACHER} if is_teacher else set())


def keepers(one: Appointment, case: CaseHeader, plan: Plan, staff: Iterable[Person]) -> list[Person]:
    """Return who sees to an appointment today (S3.6, G5): who acts for its owner, else for who got the owner's case.

    Only who may read the case: nobody else could do something about it.
    """
    readers = [person for person in staff if may(Permission.READ, relation_to(person, case), plan)]
    for owner in (one.owner, one.heir):
        if acting := [person for person in readers if owner in person.acts_for(case.school)]:
            return acting
    return []


def acting_role(record: ActionSpec, relation: Relation, *, beside: Role | None = None) -> Role | None:
    """Return the role in which somebody may record this action; None when they may not (G1).

    Only the case's own teacher acts as teacher, and only if no other role of theirs may. `beside` is the role of the
    person whom they must agree with: theirs is a different one if possible (S4.3).
    """
    held = set(relation.roles) - {Role.TEACHER}
    if relation.is_own:
        held.add(Role.TEACHER)
    held = held - {beside} if held & set(record.by) - {beside} else held
    others_first = sorted(record.by, key=lambda role: role is Role.TEACHER)
    return next((role for role in others_first if role in held), None)
