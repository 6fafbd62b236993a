"""Use cases about roles: see who has which in a school, give and take them, and notify people (G3, G5).

An administrator of roles does not thereby read cases. Nobody gives themselves a role, and a school keeps a leader.
Every change is stored (who, whom, which role, when), and the people concerned are notified that there was one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor, changing_staff
from meldcode.application.messages.staff import RolesChanged, RoleVacant
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.left_behind import notice_without_responsible
from meldcode.domain.access.rules import Permission, in_school, may
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.events import StaffChanged
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import NEEDED, Role
from meldcode.domain.plan.two_people import DoubleRole, double_roles
from meldcode.domain.staff import Deputy, Person, RoleChange, School

LONGEST_NAME, LONGEST_GROUP, MOST_GROUPS = 80, 20, 12
"""Characters of a name and of a group, and groups of a teacher. More is probably a typing error."""


@dataclass(frozen=True)
class MissingRoles:
    """A school, and roles that nobody has in it."""

    school: School
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class OneForTwo:
    """Somebody in a school has roles that the plan asks of two people (G12)."""

    school: School
    person: Person
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class RolesView:
    """Who has which role in a school, as `person` sees it. `schools` are those that they may see.

    `changes` are the latest changes, if they may see these. `deputies` are those of today and later.
    """

    person: Person
    plan: Plan
    school: School
    schools: tuple[School, ...]
    holders: Mapping[Role, tuple[Person, ...]]
    may_administer: bool
    changes: tuple[RoleChange, ...]
    names: Mapping[PersonId, str]
    deputies: tuple[Deputy, ...] = ()

    @property
    def missing(self) -> tuple[Role, ...]:
        """The roles that nobody has and the school needs."""
        return tuple(role for role in NEEDED if not self.holders[role])


@dataclass(frozen=True)
class RoleForm:
    """The form that changes somebody's roles. `name` is empty for somebody unknown.

    `is_self`: the form is about the actor, who can only lay roles down.
    """

    plan: Plan
    school: School
    user: str
    name: str
    roles: frozenset[Role]
    groups: tuple[str, ...]
    is_self: bool


@dataclass(frozen=True)
class ChangeRoles:
    """The roles that somebody gets in a school; `seen` are those that the form showed as theirs.

    `user` is a user id of the actor's workspace; `name` is needed for somebody unknown.
    """

    school: str
    user: str
    roles: frozenset[Role]
    seen: frozenset[Role]
    groups: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Changed:
    """How somebody's roles changed, and who was notified."""

    person: Person
    school: School
    given: tuple[Role, ...]
    taken: tuple[Role, ...]
    notified: tuple[Person, ...]
    plan: Plan


def see_roles(uow: UnitOfWork, actor: Actor, school: str, latest: int, now: datetime) -> RolesView:
    """Return who has which role in this school (default: the first that the actor leads). Raises Refused.

    `latest` is the number of latest changes to return.
    """
    person, plan = actor.person, uow.plans.current()
    schools = _schools(person, Permission.SEE_ROLES, plan)
    schools.sort(key=lambda one: (not may(Permission.ADMINISTER, in_school(person, one.id), plan), one.name))
    asked = next((one for one in schools if str(one.id) == school or not school), None)
    if asked is None:
        raise Refused("not_your_school")
    relation = in_school(person, asked.id)
    changes = uow.staff.role_changes(asked.id, latest) if may(Permission.SEE_ROLE_CHANGES, relation, plan) else []
    deputies = uow.staff.deputies(asked.id, now.astimezone(AMSTERDAM).date())
    return RolesView(
        person,
        plan,
        asked,
        tuple(schools),
        holders_of(uow, asked.id),
        may(Permission.ADMINISTER, relation, plan),
        tuple(changes),
        _names(uow, changes, deputies),
        tuple(deputies),
    )


def role_form(uow: UnitOfWork, actor: Actor, school: str, user: str) -> RoleForm:
    """Return the form that changes somebody's roles in a school. Raises Refused."""
    asked = _administered_school(uow, actor, school)
    person = uow.staff.by_identity(actor.colleague(user))
    membership = person.memberships.get(asked.id) if person else None
    return RoleForm(
        uow.plans.current(),
        asked,
        user,
        person.name if person else "",
        membership.own if membership else frozenset(),
        membership.groups if membership else (),
        is_self=actor.person.id == person.id if person else False,
    )


def change_roles(uow: UnitOfWork, actor: Actor, command: ChangeRoles, now: datetime) -> Changed:
    """Give and take roles, and notify the people concerned. Raises Refused or Invalid; then nothing changes.

    The same submission again changes nothing more.
    """
    actor = changing_staff(uow, actor)
    asker, school = actor.person, _administered_school(uow, actor, command.school)
    identity = actor.colleague(command.user)
    known = uow.staff.by_identity(identity)
    held = known.memberships[school.id].own if known and school.id in known.memberships else frozenset()
    _refuse_problems(command, is_known=known is not None)
    if command.roles != held:
        _refuse_change(uow, command, school.id, held, is_self=known is not None and known.id == asker.id)
    person = known.id if known else uow.staff.register(identity, command.name.strip())
    groups = command.groups if Role.TEACHER in command.roles else ()
    changes = uow.staff.set_roles(person, school.id, command.roles, groups, asker.id)
    uow.emit(StaffChanged(school.id, frozenset({person})))
    notified = notify_of_roles(uow, school.id, changes, now) if changes else ()
    if not all(change.is_given for change in changes):
        notice_without_responsible(uow, person, now)
    given = tuple(sorted(change.role for change in changes if change.is_given))
    taken = tuple(sorted(change.role for change in changes if not change.is_given))
    return Changed(uow.staff.get(person), school, given, taken, notified, uow.plans.current())


def notify_of_roles(
    uow: UnitOfWork, school: SchoolId, changes: Sequence[RoleChange], now: datetime
) -> tuple[Person, ...]:
    """Notify the person and the school leaders, and if a role that reads cases changed also the care coordinators.

    The actor is not notified. The message only says that something changed; details come after an access check.
    """
    concerned = {change.person for change in changes} | told_of_roles(uow, school, {one.role for one in changes})
    notified = [uow.staff.get(person) for person in concerned - {change.by for change in changes}]
    for person in notified:
        uow.outbox.put(OutboxMessage(person.id, None, f"{school}/{now.isoformat()}", RolesChanged(school)), now)
    notice_vacant(uow, school, {change.role for change in changes if not change.is_given}, now)
    return tuple(sorted(notified, key=lambda person: person.name.casefold()))


def told_of_roles(uow: UnitOfWork, school: SchoolId, changed: Collection[Role]) -> set[PersonId]:
    """Return who hears of a change of these roles beside who has them."""
    reads = not set(uow.plans.current().reader_roles).isdisjoint(changed)
    roles = {Role.SCHOOL_LEADER} | ({Role.CARE_COORDINATOR} if reads else set())
    return {person.id for person in uow.staff.of_school(school) if person.roles_in(school) & roles}


def notice_vacant(uow: UnitOfWork, school: SchoolId, left: Collection[Role], now: datetime) -> None:
    """Notify the school leaders and the cluster director at once of those of these roles that nobody has now (G5)."""
    holders, plan = holders_of(uow, school), uow.plans.current()
    vacant = tuple(role for role in plan.roles if role in left and not holders[role])
    if not vacant:
        return
    payload = RoleVacant(school, vacant)
    told = [*holders[Role.SCHOOL_LEADER], *holders[Role.CLUSTER_DIRECTOR]]
    for person in {person.id for person in told}:
        uow.outbox.put(OutboxMessage(person, None, f"{school}/{now.isoformat()}", payload), now)


def missing_roles(uow: UnitOfWork, person: Person) -> tuple[MissingRoles, ...]:
    """Return the roles that nobody has, for each school whose roles this person administers."""
    found = []
    for school in _schools(person, Permission.ADMINISTER, uow.plans.current()):
        holders = holders_of(uow, school.id)
        if missing := tuple(role for role in NEEDED if not holders[role]):
            found.append(MissingRoles(school, missing))
    return tuple(found)


def one_for_two(uow: UnitOfWork, person: Person) -> tuple[OneForTwo, ...]:
    """Return who has roles of two people, for each school whose roles this person administers (G12)."""
    plan = uow.plans.current()
    return tuple(
        OneForTwo(school, one.person, one.roles)
        for school in _schools(person, Permission.ADMINISTER, plan)
        for one in _double_roles(uow, plan, school.id)
    )


def _double_roles(uow: UnitOfWork, plan: Plan, school: SchoolId) -> list[DoubleRole[Person]]:
    holders = holders_of(uow, school)
    people = {one.id: one for some in holders.values() for one in some}
    ids = {role: [one.id for one in some] for role, some in holders.items()}
    return [DoubleRole(people[one.person], one.roles) for one in double_roles(plan, ids)]


def holders_of(uow: UnitOfWork, school: SchoolId) -> dict[Role, tuple[Person, ...]]:
    """Return who has each role in the school themselves, not as a deputy."""
    staff = uow.staff.of_school(school)
    return {role: tuple(person for person in staff if role in person.memberships[school].own) for role in Role}


def _administered_school(uow: UnitOfWork, actor: Actor, school: str) -> School:
    for one in _schools(actor.person, Permission.ADMINISTER, uow.plans.current()):
        if str(one.id) == school:
            return one
    raise Refused("not_your_roles")


def _schools(person: Person, action: Permission, plan: Plan) -> list[School]:
    found = [membership.school for membership in person.memberships.values()]
    return [school for school in found if may(action, in_school(person, school.id), plan)]


def _names(uow: UnitOfWork, changes: Iterable[RoleChange], deputies: Iterable[Deputy]) -> dict[PersonId, str]:
    people = {id_ for one in changes for id_ in (one.person, one.by, one.stands_in_for) if id_ is not None}
    people |= {id_ for one in deputies for id_ in (one.person, one.deputy)}
    return {id_: uow.staff.get(id_).name for id_ in people}


def _refuse_change(
    uow: UnitOfWork, command: ChangeRoles, school: SchoolId, held: frozenset[Role], *, is_self: bool
) -> None:
    if command.seen != held:
        raise Refused("roles_changed_meanwhile")
    if is_self and command.roles - held:
        raise Refused("own_roles")
    if Role.SCHOOL_LEADER in held - command.roles and len(holders_of(uow, school)[Role.SCHOOL_LEADER]) == 1:
        raise Refused("last_school_leader")


def _refuse_problems(command: ChangeRoles, *, is_known: bool) -> None:
    problems = []
    if not is_known and not command.name.strip():
        problems.append(Problem("name", "required"))
    if not is_known and not command.roles:
        problems.append(Problem("roles", "required"))
    if len(command.name) > LONGEST_NAME:
        problems.append(Problem("name", "too_long", words={"limit": str(LONGEST_NAME)}))
    if len(command.groups) > MOST_GROUPS or any(len(group) > LONGEST_GROUP for group in command.groups):
        problems.append(Problem("groups", "wrong_groups"))
    if any(not character.isprintable() for character in "".join((command.name, *command.groups))):
        problems.append(Problem("name" if command.name else "groups", "unreadable"))
    if problems:
        raise Invalid(problems)
