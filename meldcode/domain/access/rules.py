"""Who may do what: one function, deny by default (G1, G3).

Permissions follow from somebody's relation *to this case* (or to a school): their roles in it, whether the case is
theirs, and whether they were called in. A teacher may do nothing with another teacher's case, administering roles does
not allow reading, and who is excluded from a case has no relation to it, nor has a deputy through them (G12).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan
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


def may_stand_in(own: Collection[Role], lent: Collection[Role]) -> bool:
    """Tell whether somebody with these roles may have a colleague's: a cluster director reads no case (S4.4, G3)."""
    return Role.CLUSTER_DIRECTOR not in own or set(lent) <= {Role.CLUSTER_DIRECTOR}


OF_A_CASE = frozenset(
    {Permission.READ, Permission.READ_JOINED, Permission.KNOW_SAME_PUPIL, Permission.SEE_READERS, Permission.RECORD},
)


@dataclass(frozen=True)
class Relation:
    """What somebody is to a case at this step, or to a school when there is no case yet.

    `is_called_in`: whatever its step, they read it as a reader of another step does (G3). `step` is empty when there is
    no case yet, or only the bare fact of it.
    """

    roles: frozenset[Role]
    is_own: bool = False
    step: str = ""
    is_called_in: bool = False


NOTHING = Relation(frozenset())
"""What somebody is who has nothing to do with a case."""


def relation_to(person: Person, case: CaseHeader) -> Relation:
    """Return what the person is to the case. Somebody who has left its school is nothing to it."""
    if person.id in case.excluded or not person.has_role:
        return NOTHING
    acts_for = person.acts_for(case.school) - case.excluded
    taken_over = {one.role for one in case.stand_ins if one.person in acts_for | {person.id}}
    if person.leads_a_cluster:
        taken_over = set()  # they never read a case for another
    is_own = bool(acts_for & case.teachers)
    roles = _not_taken_over(person.roles_without(case.school, case.excluded), case, is_own=is_own) | taken_over
    is_called_in = bool(taken_over or acts_for & case.called_in)
    return Relation(roles, is_own, case.step, is_called_in)


def _not_taken_over(roles: frozenset[Role], case: CaseHeader, *, is_own: bool) -> frozenset[Role]:
    """The roles without those that somebody else took over: two roles are two people. An only role is kept."""
    left = roles - {one.role for one in case.stand_ins}
    acts = left if is_own else left - {Role.TEACHER}
    return left if acts else roles


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


def may_move_up(relation: Relation, plan: Plan) -> bool:
    """Tell whether they may change the group and the teachers of a case when the school year changes (G10)."""
    effects = (Effect.CORRECTS_PUPIL, Effect.SHARES)
    changing = [one for one in plan.always if one.effect in effects and one.id_of(Meaning.REASON)]
    return len(changing) == len(effects) and all(may(Permission.RECORD, relation, plan, one) for one in changing)


def holds_own(relation: Relation, plan: Plan) -> bool:
    """Tell whether the case is theirs, and they still have a role that may have cases."""
    return relation.is_own and bool(relation.roles & set(plan.opening.by))


def _is_reader(relation: Relation, plan: Plan) -> bool:
    knows = relation.is_called_in or not relation.step
    readers = plan.reader_roles if knows else plan.readers_at(relation.step)
    return not relation.roles.isdisjoint(readers)


def is_called_by_part(person: Person, case: CaseHeader, plan: Plan) -> bool:
    """Tell whether somebody who takes part in the case must be called in: their roles read it at some steps only."""
    relation = relation_to(person, case)
    always = set(plan.reader_roles).intersection(*(plan.readers_at(step.id) for step in plan.steps))
    limited = relation.roles & set(plan.reader_roles) and not relation.roles & always
    return bool(limited) and not relation.is_called_in


def _may_record(record: ActionSpec | None, relation: Relation, plan: Plan) -> bool:
    if record is None or acting_role(record, relation) is None:
        return False
    appoints = record.effect is Effect.TAKES_OVER and Role.CLUSTER_DIRECTOR in relation.roles
    opens = record.id == plan.opens and not relation.step
    cannot_wait = record.effect is Effect.FAST_LANE  # also at a step that they do not read (G8)
    return appoints or opens or cannot_wait or may(Permission.READ, relation, plan)


def roles_in_case(person: Person, case: CaseHeader, plan: Plan) -> frozenset[Role]:
    """Return this person's roles in the case: `teacher` only in a case of their own, and while they may have one."""
    relation = relation_to(person, case)
    return relation.roles - {Role.TEACHER} | ({Role.TEACHER} if holds_own(relation, plan) else set())


def may_hand_over(person: Person, case: CaseHeader, plan: Plan) -> bool:
    """Tell whether this person may hand the case over to another teacher."""
    return bool(roles_in_case(person, case, plan) & {*plan.record_with(Effect.HANDS_OVER).by})


def keepers(one: Appointment, case: CaseHeader, plan: Plan, staff: Iterable[Person]) -> list[Person]:
    """Return who sees to an appointment today (S3.6, G5): who acts for its owner, else for who got the owner's case.

    Only who may read the case: nobody else could do something about it.
    """
    readers = [person for person in staff if may(Permission.READ, relation_to(person, case), plan)]
    for owner in (one.owner, one.heir):
        if acting := [person for person in readers if owner in person.acts_for(case.school) - case.excluded]:
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
