"""Who may do what: one function, deny by default (G1, G3).

What counts is what somebody is *to this case*: their roles in its school, and whether the case is their own. Being a
teacher gives nothing on another teacher's case, and administering roles gives no reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from meldcode.people import Person
from meldcode.plan import Plan, Record, Role
from meldcode.ports import CaseHeader


class Action(StrEnum):
    """What can be done with a case."""

    OPEN = "open"
    READ = "read"
    RECORD = "record"


@dataclass(frozen=True)
class Relation:
    """What somebody is to a case, or to a school when there is no case yet."""

    roles: frozenset[Role]
    is_own: bool = False


def relation_to(person: Person, case: CaseHeader) -> Relation:
    """Return what the person is to the case; whoever has left its school is nothing to it."""
    roles = person.roles_in(case.school)
    return Relation(roles, is_own=bool(person.acts_for(case.school) & case.teachers))


def may(action: Action, relation: Relation, plan: Plan, record: Record | None = None) -> bool:
    """Tell whether this is allowed."""
    if action is Action.READ:
        return relation.is_own or bool(relation.roles & set(plan.readers))
    if action is Action.OPEN:
        return bool(relation.roles & set(plan.opening.by))
    return record is not None and acting_role(record, relation) is not None


def acting_role(record: Record, relation: Relation, *, beside: Role | None = None) -> Role | None:
    """Return the role in which somebody may make this record; None when they may not (G1).

    Only whoever's case it is acts as its teacher, and only where no other role of theirs will do. `beside` is the
    role of somebody they must agree with, so that theirs is another if it can be (S4.3).
    """
    held = set(relation.roles) - {Role.TEACHER}
    if relation.is_own:
        held.add(Role.TEACHER)
    held = held - {beside} if held & set(record.by) - {beside} else held
    others_first = sorted(record.by, key=lambda role: role is Role.TEACHER)
    return next((role for role in others_first if role in held), None)
