"""Staff and their roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, delete, insert, select, tuple_, update

from meldcode.case import PersonId, SchoolId
from meldcode.people import AMSTERDAM, Deputy, Identity, Membership, Person, RoleChange, School
from meldcode.plan import Role
from meldcode.ports import People
from storage.payload import groups_from_bytes, groups_to_bytes
from storage.schema import deputies, identities, memberships, people, role_changes, roles, schools
from storage.session import Session
from storage.vault import Vault

_IDENTITY = tuple_(identities.c.platform, identities.c.workspace, identities.c.user)


class StoredPeople(People):
    """The people in the database, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection
        self._now = session.now
        self._today = session.now.astimezone(AMSTERDAM).date()
        self._staff: dict[SchoolId, list[Person]] = {}

    def by_identity(self, identity: Identity) -> Person | None:
        """Return the person with this platform identity, or None."""
        return self.by_identities([identity]).get(identity)

    def by_identities(self, identities_: Iterable[Identity]) -> dict[Identity, Person]:
        """Return those of the identities that are known."""
        asked = [_values(one) for one in identities_]
        rows = self._connection.execute(select(identities).where(_IDENTITY.in_(asked))).all()
        found = self._load({row.person for row in rows})
        return {Identity(row.platform, row.workspace, row.user): found[row.person] for row in rows}

    def get(self, person: PersonId) -> Person:
        """Return the person. Raises KeyError."""
        return self._load([person])[person]

    def of_school(self, school: SchoolId) -> list[Person]:
        """Return everybody with a role in the school, by name."""
        if school not in self._staff:
            query = select(memberships.c.person).where(memberships.c.school == school)
            found = self._load(self._connection.scalars(query).all())
            staff = [person for person in found.values() if person.roles_in(school)]
            self._staff[school] = sorted(staff, key=lambda person: (person.name.casefold(), str(person.id)))
        return list(self._staff[school])

    def schools(self) -> list[School]:
        """Return all schools, by name."""
        return [_school(row) for row in self._connection.execute(select(schools).order_by(schools.c.name))]

    def school(self, school: SchoolId) -> School:
        """Return the school. Raises KeyError."""
        row = self._connection.execute(select(schools).where(schools.c.id == school)).one_or_none()
        if row is None:
            raise KeyError(school)
        return _school(row)

    def engage(self, identity: Identity, name: str) -> PersonId:
        """Return whose identity this is, made known if nobody's; their name becomes this one unless it is empty."""
        known = select(people).join_from(people, identities).where(_IDENTITY.in_([_values(identity)]))
        row = self._connection.execute(known).one_or_none()
        if row is None:
            return self._new_person(identity, name)
        person: PersonId = row.id
        if name and opened_name(self._vault, row) != name:
            self._staff.clear()
            sealed = sealed_name(self._vault, person, name)
            self._connection.execute(update(people).where(people.c.id == person).values(name=sealed))
        return person

    def set_place(
        self, person: PersonId, school: SchoolId, roles: Collection[Role], groups: tuple[str, ...], by: PersonId | None
    ) -> list[RoleChange]:
        """Make these all the roles that somebody has of their own in the school: without any they have no place there.

        Keeps and returns what changed, and who did it; nobody (None) is the schools file.
        """
        self._staff.clear()
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
        self._staff.clear()
        self._connection.execute(insert(deputies).values(**asdict(deputy), appointed_by=by, at=now))

    def deputies(self, school: SchoolId, day: date) -> list[Deputy]:
        """Return who stands in for whom, on this day or later."""
        query = select(deputies).where(deputies.c.school == school, deputies.c.last_day >= day)
        rows = self._connection.execute(query.order_by(deputies.c.first_day, deputies.c.id))
        return [Deputy(row.school, row.person, row.deputy, row.first_day, row.last_day) for row in rows]

    def set_left(self, person: PersonId, at: datetime | None) -> None:
        """Keep that somebody has left, and has no role any more, or (None) that they are back."""
        self._staff.clear()
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
            changed = sealed_groups(self._vault, groups, person, school)
            self._connection.execute(update(memberships).where(*place).values(groups=changed))

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
        rows = self._connection.execute(select(people).where(people.c.id.in_(ids))).all()
        belonging = self._memberships(ids, {row.id for row in rows if row.left_at is None})
        return {row.id: Person(row.id, opened_name(self._vault, row), belonging.get(row.id, {})) for row in rows}

    def _memberships(
        self, ids: Collection[PersonId], here: set[PersonId]
    ) -> dict[PersonId, dict[SchoolId, Membership]]:
        """Where these people belong; whoever is not `here` any more has no roles left."""
        standing_in = self._standing_in(here)
        held = self._roles({*ids, *(person for replaced in standing_in.values() for person in replaced)})
        query = (
            select(memberships.c.person, memberships.c.groups, schools)
            .join_from(memberships, schools)
            .where(memberships.c.person.in_(ids))
            .order_by(schools.c.name)
        )
        found: dict[PersonId, dict[SchoolId, Membership]] = {}
        for row in self._connection.execute(query):
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
        on_duty = (deputies.c.first_day <= self._today, deputies.c.last_day >= self._today)
        found: dict[tuple[PersonId, SchoolId], set[PersonId]] = {}
        for row in self._connection.execute(select(deputies).where(deputies.c.deputy.in_(ids), *on_duty)):
            found.setdefault((row.deputy, row.school), set()).add(row.person)
        return found

    def _roles(self, ids: Collection[PersonId]) -> dict[tuple[PersonId, SchoolId], set[Role]]:
        held: dict[tuple[PersonId, SchoolId], set[Role]] = {}
        for row in self._connection.execute(select(roles).where(roles.c.person.in_(ids))):
            held.setdefault((row.person, row.school), set()).add(Role(row.role))
        return held


def sealed_name(vault: Vault, person: PersonId, name: str) -> bytes:
    """Return the person's name as it is stored."""
    return vault.staff.seal(name.encode(), table="people", column="name", row=str(person))


def opened_name(vault: Vault, row: Row[Any]) -> str:
    """Return the name in a row of people."""
    return vault.staff.open(row.name, table="people", column="name", row=str(row.id)).decode()


def sealed_groups(vault: Vault, groups: tuple[str, ...], person: PersonId, school: SchoolId) -> bytes:
    """Return somebody's groups in a school as they are stored."""
    content = groups_to_bytes(groups)
    return vault.staff.seal(content, table="memberships", column="groups", row=f"{person}/{school}")


def opened_groups(vault: Vault, sealed: bytes, person: PersonId, school: SchoolId) -> tuple[str, ...]:
    """Return what `sealed_groups` made."""
    return groups_from_bytes(vault.staff.open(sealed, table="memberships", column="groups", row=f"{person}/{school}"))


def _values(identity: Identity) -> tuple[str, str, str]:
    return identity.platform, identity.workspace, identity.user


def _school(row: Row[Any]) -> School:
    opening, closing = map(time.fromisoformat, row.hours)
    return School(row.id, row.name, row.region, _days(row.free_days), _days(row.open_days), (opening, closing))


def _days(stored: list[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, stored))
