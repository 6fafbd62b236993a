"""Staff and their roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, select, update

from meldcode.application.ports.staff import Staff
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Identity, Membership, Person, RoleChange, School
from meldcode.domain.worklist import Assignee
from storage.crypto.payload import texts_from_bytes, texts_to_bytes
from storage.crypto.vault import Vault
from storage.db.schema import deputies, identities, memberships, people, role_changes, roles, schools
from storage.repositories.staff_cache import StaffCache, changed
from storage.session import Session

_PEOPLE = select(people).where(people.c.id.in_(bindparam("ids", expanding=True)))
_THIS_IDENTITY = (
    identities.c.platform == bindparam("platform"),
    identities.c.workspace == bindparam("workspace"),
    identities.c.user == bindparam("user"),
)
_BY_IDENTITY = select(identities.c.person).where(*_THIS_IDENTITY)
_HOME_PAGE = select(identities.c.home_page).where(*_THIS_IDENTITY)
_BELONGING = (
    select(memberships.c.person, memberships.c.groups, schools)
    .join_from(memberships, schools)
    .where(memberships.c.person.in_(bindparam("ids", expanding=True)))
    .order_by(schools.c.name)
)
_ROLES = select(roles).where(roles.c.person.in_(bindparam("ids", expanding=True)))
_ON_DUTY = select(deputies).where(
    deputies.c.deputy.in_(bindparam("ids", expanding=True)),
    deputies.c.first_day <= bindparam("day"),
    deputies.c.last_day >= bindparam("day"),
)


_IDENTITIES = (
    select(identities)
    .join(people, people.c.id == identities.c.person)
    .where(identities.c.person.in_(bindparam("ids", expanding=True)), people.c.left_at.is_(None))
)


class StoredStaff(Staff):
    """The people in the database, seen by one transaction; what the process remembers is not read anew."""

    def __init__(self, session: Session, memory: StaffCache) -> None:
        self._vault = session.vault
        self._connection = session.connection
        self._now = session.now
        self._changed_desks = session.changed_desks
        self._today = session.now.astimezone(AMSTERDAM).date()
        self._memory = memory
        self._known_here: dict[Any, Any] | None = None

    @property
    def _known(self) -> dict[Any, Any]:
        if self._known_here is None:
            self._known_here = self._memory.remembered(self._connection, self._today)
        return self._known_here

    def _changed(self) -> None:
        """Make every process read anew; what this transaction reads from now on is for itself alone."""
        changed(self._connection)
        self._known_here = {}

    def _changed_in(self, school: SchoolId, *whose: PersonId) -> None:
        """These people's place in the school is otherwise too, which all who have a role there may see."""
        self._changed_desks.update(Assignee(school, str(holder)) for holder in (*whose, *Role))

    def by_identity(self, identity: Identity) -> Person | None:
        """Return the person with this platform identity, or None."""
        if identity not in self._known:
            person = self._connection.scalar(_BY_IDENTITY, asdict(identity))
            if person is None:
                return None
            self._known[identity] = self.get(person)
        found: Person = self._known[identity]
        return found

    def by_identities(self, identities_: Iterable[Identity]) -> dict[Identity, Person]:
        """Return those of the identities that are known."""
        found = {identity: self.by_identity(identity) for identity in identities_}
        return {identity: person for identity, person in found.items() if person is not None}

    def get(self, person: PersonId) -> Person:
        """Return the person. Raises KeyError."""
        if person not in self._known:
            self._known[person] = self._load([person])[person]
        found: Person = self._known[person]
        return found

    def of_school(self, school: SchoolId) -> list[Person]:
        """Return everybody with a role in the school, by name."""
        if ("staff", school) not in self._known:
            query = select(memberships.c.person).where(memberships.c.school == school)
            found = self._load(self._connection.scalars(query).all())
            staff = [person for person in found.values() if person.roles_in(school)]
            self._known["staff", school] = sorted(staff, key=lambda person: (person.name.casefold(), str(person.id)))
        return list(self._known["staff", school])

    def schools(self) -> list[School]:
        """Return all schools, by name."""
        return [_school(row) for row in self._connection.execute(select(schools).order_by(schools.c.name))]

    def school(self, school: SchoolId) -> School:
        """Return the school. Raises KeyError."""
        if school not in self._known:
            row = self._connection.execute(select(schools).where(schools.c.id == school)).one_or_none()
            if row is None:
                raise KeyError(school)
            self._known[school] = _school(row)
        found: School = self._known[school]
        return found

    def engage(self, identity: Identity, name: str) -> PersonId:
        """Return whose identity this is, made known if nobody's; their name becomes this one unless it is empty."""
        known = self._connection.scalar(_BY_IDENTITY, asdict(identity))
        row = self._connection.execute(_PEOPLE, {"ids": [known]}).one_or_none()
        if row is None:
            return self._new_person(identity, name)
        person: PersonId = row.id
        if name and opened_name(self._vault, row) != name:
            self._changed()
            sealed = sealed_name(self._vault, person, name)
            self._connection.execute(update(people).where(people.c.id == person).values(name=sealed))
        return person

    def set_place(
        self, person: PersonId, school: SchoolId, roles: Collection[Role], groups: tuple[str, ...], by: PersonId | None
    ) -> list[RoleChange]:
        """Make these all the roles that somebody has of their own in the school: without any they have no place there.

        Keeps and returns what changed, and who did it; nobody (None) is the schools file.
        """
        self._changed()
        self._changed_in(school, person)
        held = self._roles([person]).get((person, school), set())
        changes = [RoleChange(school, person, role, role not in held, by, self._now) for role in held ^ set(roles)]
        if roles:
            self._keep_membership(person, school, groups)
        self._keep_changes(sorted(changes, key=lambda change: (change.is_given, change.role)))
        if not roles:
            place = (memberships.c.person == person, memberships.c.school == school)
            self._connection.execute(delete(memberships).where(*place))
        return changes

    def role_changes(self, school: SchoolId, limit: int) -> list[RoleChange]:
        """Return the latest changes of roles in the school, latest first."""
        query = select(role_changes).where(role_changes.c.school == school)
        latest = query.order_by(role_changes.c.at.desc(), role_changes.c.id.desc()).limit(limit)
        return [
            RoleChange(row.school, row.person, Role(row.role), row.is_given, row.changed_by, row.at)
            for row in self._connection.execute(latest)
        ]

    def appoint(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        """Let somebody stand in for a colleague (G5), and keep who arranged it."""
        self._changed()
        self._changed_in(deputy.school, deputy.person, deputy.deputy)
        self._connection.execute(insert(deputies).values(**asdict(deputy), appointed_by=by, at=now))

    def deputies(self, school: SchoolId, day: date) -> list[Deputy]:
        """Return who stands in for whom, on this day or later."""
        if ("deputies", school, day) not in self._known:
            query = select(deputies).where(deputies.c.school == school, deputies.c.last_day >= day)
            rows = self._connection.execute(query.order_by(deputies.c.first_day, deputies.c.id))
            self._known["deputies", school, day] = [
                Deputy(row.school, row.person, row.deputy, row.first_day, row.last_day) for row in rows
            ]
        return list(self._known["deputies", school, day])

    def locales(self) -> dict[Identity, str]:
        """Return the language and region that people use on their platform, as far as known."""
        rows = self._connection.execute(select(identities).where(identities.c.locale.is_not(None)))
        return {Identity(row.platform, row.workspace, row.user): row.locale for row in rows}

    def without_locale(self) -> list[Identity]:
        """Return those of whom no locale is known."""
        rows = self._connection.execute(select(identities).where(identities.c.locale.is_(None)))
        return [Identity(row.platform, row.workspace, row.user) for row in rows]

    def set_locale(self, identity: Identity, locale: str) -> None:
        """Keep the locale of this identity; nothing when it is nobody's."""
        self._connection.execute(update(identities).where(*_this(identity)).values(locale=locale[:20]))

    def identities(self, people: Collection[PersonId]) -> list[Identity]:
        """Return how the platform names these people, one for each workspace; whoever left it has no tab there."""
        rows = self._connection.execute(_IDENTITIES, {"ids": list(people)})
        return [Identity(row.platform, row.workspace, row.user) for row in rows]

    def home_page(self, identity: Identity) -> int:
        """Return which page of their Home tab this person looks at, counted from 0."""
        return self._connection.scalar(_HOME_PAGE, asdict(identity)) or 0

    def set_home_page(self, identity: Identity, page: int) -> None:
        """Keep which page this person turned to; nothing when the identity is nobody's."""
        other = identities.c.home_page != page
        self._connection.execute(update(identities).where(*_this(identity), other).values(home_page=page))

    def workspaces(self) -> set[str]:
        """Return the workspaces where somebody has a role."""
        query = select(identities.c.workspace).join(roles, roles.c.person == identities.c.person)
        return set(self._connection.scalars(query.distinct()))

    def set_left(self, person: PersonId, at: datetime | None) -> None:
        """Keep that somebody has left, and has no role any more, or (None) that they are back."""
        for school in self.get(person).memberships:
            self._changed_in(school, person)
        self._changed()
        self._connection.execute(update(people).where(people.c.id == person).values(left_at=at))

    def _new_person(self, identity: Identity, name: str) -> PersonId:
        person = uuid4()
        self._connection.execute(insert(people).values(id=person, name=sealed_name(self._vault, person, name)))
        self._connection.execute(insert(identities).values(**asdict(identity), person=person))
        return person

    def _keep_membership(self, person: PersonId, school: SchoolId, groups: tuple[str, ...]) -> None:
        place = (memberships.c.person == person, memberships.c.school == school)
        sealed = self._connection.scalar(select(memberships.c.groups).where(*place))
        if sealed is None:
            row = {"person": person, "school": school, "groups": sealed_groups(self._vault, groups, person, school)}
            self._connection.execute(insert(memberships).values(row))
        elif opened_groups(self._vault, sealed, person, school) != groups:
            resealed = sealed_groups(self._vault, groups, person, school)
            self._connection.execute(update(memberships).where(*place).values(groups=resealed))

    def _keep_changes(self, changes: Iterable[RoleChange]) -> None:
        for change in changes:
            place = {"person": change.person, "school": change.school, "role": change.role.value}
            if change.is_given:
                self._connection.execute(insert(roles).values(**place, since=change.at))
            else:
                here = [roles.c[name] == value for name, value in place.items()]
                self._connection.execute(delete(roles).where(*here))
            kept = {**place, "is_given": change.is_given, "changed_by": change.by, "at": change.at}
            self._connection.execute(insert(role_changes).values(kept))

    def _load(self, ids: Collection[PersonId]) -> dict[PersonId, Person]:
        rows = self._connection.execute(_PEOPLE, {"ids": list(ids)}).all()
        belonging = self._memberships(ids, {row.id for row in rows if row.left_at is None})
        return {row.id: Person(row.id, opened_name(self._vault, row), belonging.get(row.id, {})) for row in rows}

    def _memberships(
        self, ids: Collection[PersonId], here: set[PersonId]
    ) -> dict[PersonId, dict[SchoolId, Membership]]:
        """Where these people belong; whoever is not `here` any more has no roles left."""
        standing_in = self._standing_in(here)
        held = self._roles({*ids, *(person for replaced in standing_in.values() for person in replaced)})
        found: dict[PersonId, dict[SchoolId, Membership]] = {}
        for row in self._connection.execute(_BELONGING, {"ids": list(ids)}):
            groups = opened_groups(self._vault, row.groups, row.person, row.id)
            replaced = standing_in.get((row.person, row.id), set())
            acting = {row.person, *replaced} if row.person in here else set()
            all_roles = {role for person in acting for role in held.get((person, row.id), ())}
            own = frozenset(held.get((row.person, row.id), ()) if row.person in here else ())
            membership = Membership(_school(row), frozenset(all_roles), groups, frozenset(replaced), own)
            found.setdefault(row.person, {})[row.id] = membership
        return found

    def _standing_in(self, ids: Collection[PersonId]) -> dict[tuple[PersonId, SchoolId], set[PersonId]]:
        """Whom these people stand in for today, by school (G5)."""
        found: dict[tuple[PersonId, SchoolId], set[PersonId]] = {}
        for row in self._connection.execute(_ON_DUTY, {"ids": list(ids), "day": self._today}):
            found.setdefault((row.deputy, row.school), set()).add(row.person)
        return found

    def _roles(self, ids: Collection[PersonId]) -> dict[tuple[PersonId, SchoolId], set[Role]]:
        held: dict[tuple[PersonId, SchoolId], set[Role]] = {}
        for row in self._connection.execute(_ROLES, {"ids": list(ids)}):
            held.setdefault((row.person, row.school), set()).add(Role(row.role))
        return held


def _this(identity: Identity) -> tuple[ColumnElement[bool], ...]:
    return tuple(identities.c[name] == value for name, value in asdict(identity).items())


def sealed_name(vault: Vault, person: PersonId, name: str) -> bytes:
    """Return the person's name as it is stored."""
    return vault.staff.seal(name.encode(), table="people", column="name", row=str(person))


def opened_name(vault: Vault, row: Row[Any]) -> str:
    """Return the name in a row of people."""
    return vault.staff.open(row.name, table="people", column="name", row=str(row.id)).decode()


def sealed_groups(vault: Vault, groups: tuple[str, ...], person: PersonId, school: SchoolId) -> bytes:
    """Return somebody's groups in a school as they are stored."""
    content = texts_to_bytes(groups)
    return vault.staff.seal(content, table="memberships", column="groups", row=f"{person}/{school}")


def opened_groups(vault: Vault, sealed: bytes, person: PersonId, school: SchoolId) -> tuple[str, ...]:
    """Return what `sealed_groups` made."""
    return texts_from_bytes(vault.staff.open(sealed, table="memberships", column="groups", row=f"{person}/{school}"))


def _school(row: Row[Any]) -> School:
    opening, closing = map(time.fromisoformat, row.hours)
    return School(row.id, row.name, row.region, _days(row.free_days), _days(row.open_days), (opening, closing))


def _days(stored: list[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, stored))


def identities_of(connection: Connection, platform: str, user: str) -> list[Identity]:
    """Return who has this user id on the platform: one for each workspace."""
    query = select(identities).where(identities.c.platform == platform, identities.c.user == user)
    return [Identity(row.platform, row.workspace, row.user) for row in connection.execute(query)]
