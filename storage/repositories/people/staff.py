"""Schools, staff, roles and deputies."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, insert, select, update
from typing_extensions import override

from meldcode.application.ports.staff import Staff
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Identity, Person, RoleChange, School
from storage.db.schema import deputies, identities, memberships, people, role_changes, roles, schools
from storage.repositories.people.identities import THIS_IDENTITY
from storage.repositories.people.loader import (
    PEOPLE,
    PeopleLoader,
    opened_groups,
    opened_name,
    school_of,
    sealed_groups,
    sealed_name,
)
from storage.repositories.people.staff_cache import StaffCache, invalidate, lock_staff
from storage.session import Session

_BY_IDENTITY = select(identities.c.person).where(*THIS_IDENTITY)


class StoredStaff(Staff):
    """Staff in the database, within one transaction, read through the cache of the process."""

    def __init__(self, session: Session, cache: StaffCache) -> None:
        self._session = session
        self._vault = session.vault
        self._connection = session.connection
        self._now = session.now
        self._today = session.now.astimezone(AMSTERDAM).date()
        self._people = PeopleLoader(session.connection, session.vault, self._today)
        self._cache = cache
        self._own_entries: dict[Any, Any] | None = None

    @property
    def _known(self) -> dict[Any, Any]:
        if self._own_entries is None:
            self._own_entries = self._cache.entries(self._session.epoch.current(self._connection), self._today)
        return self._own_entries

    def _changed(self) -> None:
        """Invalidate the cache. What this transaction reads from now on is not shared."""
        invalidate(self._session)
        self._own_entries = {}

    @override
    def by_identity(self, identity: Identity) -> Person | None:
        if identity not in self._known:
            person = self._connection.scalar(_BY_IDENTITY, asdict(identity))
            if person is None:
                return None
            self._known[identity] = self.get(person)
        found: Person = self._known[identity]
        return found

    @override
    def by_identities(self, identities_: Iterable[Identity]) -> dict[Identity, Person]:
        found = {identity: self.by_identity(identity) for identity in identities_}
        return {identity: person for identity, person in found.items() if person is not None}

    @override
    def get(self, person: PersonId) -> Person:
        if person not in self._known:
            self._known[person] = self._people.load([person])[person]
        found: Person = self._known[person]
        return found

    @override
    def of_school(self, school: SchoolId) -> list[Person]:
        if ("staff", school) not in self._known:
            query = select(memberships.c.person).where(memberships.c.school == school)
            found = self._people.load(self._connection.scalars(query).all())
            staff = [person for person in found.values() if person.roles_in(school)]
            self._known["staff", school] = sorted(staff, key=lambda person: (person.name.casefold(), str(person.id)))
        return list(self._known["staff", school])

    @override
    def schools(self) -> list[School]:
        return [school_of(row) for row in self._connection.execute(select(schools).order_by(schools.c.name))]

    @override
    def school(self, school: SchoolId) -> School:
        if school not in self._known:
            row = self._connection.execute(select(schools).where(schools.c.id == school)).one_or_none()
            if row is None:
                raise KeyError(school)
            self._known[school] = school_of(row)
        found: School = self._known[school]
        return found

    @override
    def register(self, identity: Identity, name: str) -> PersonId:
        known = self._connection.scalar(_BY_IDENTITY, asdict(identity))
        row = self._connection.execute(PEOPLE, {"ids": [known]}).one_or_none()
        if row is None:
            return self._new_person(identity, name)
        person: PersonId = row.id
        if name and opened_name(self._vault, row) != name:
            self._changed()
            sealed = sealed_name(self._vault, person, name)
            self._connection.execute(update(people).where(people.c.id == person).values(name=sealed))
        return person

    @override
    def lock(self) -> None:
        lock_staff(self._session)
        self._own_entries = {}

    @override
    def set_roles(
        self, person: PersonId, school: SchoolId, roles: Collection[Role], groups: tuple[str, ...], by: PersonId | None
    ) -> list[RoleChange]:
        self._changed()
        held = self._people.roles([person]).get((person, school), set())
        changes = [RoleChange(school, person, role, role not in held, by, self._now) for role in held ^ set(roles)]
        if roles:
            self._save_membership(person, school, groups)
        self._save_changes(sorted(changes, key=lambda change: (change.is_given, change.role)))
        if not roles:
            place = (memberships.c.person == person, memberships.c.school == school)
            self._connection.execute(delete(memberships).where(*place))
        return changes

    @override
    def set_working_days(self, person: PersonId, school: SchoolId, days: Collection[int]) -> None:
        self._changed()
        place = (memberships.c.person == person, memberships.c.school == school)
        works = "".join(map(str, sorted(days)))
        self._connection.execute(update(memberships).where(*place).values(works=works))

    @override
    def role_changes(self, school: SchoolId, limit: int) -> list[RoleChange]:
        query = select(role_changes).where(role_changes.c.school == school)
        latest = query.order_by(role_changes.c.at.desc(), role_changes.c.id.desc()).limit(limit)
        return [
            RoleChange(
                row.school,
                row.person,
                Role(row.role),
                row.is_given,
                row.changed_by,
                row.at,
                row.stands_in_for,
                row.first_day,
                row.last_day,
            )
            for row in self._connection.execute(latest)
        ]

    @override
    def appoint_deputy(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        self._changed()
        row = asdict(deputy) | {"appointed_by": by, "at": now}
        del row["id"]
        self._connection.execute(insert(deputies).values(row))
        self._record_deputy(deputy, by, now, is_given=True)

    @override
    def change_deputy(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        self._changed()
        period = {"first_day": deputy.first_day, "last_day": deputy.last_day}
        self._connection.execute(update(deputies).where(deputies.c.id == deputy.id).values(period))
        self._record_deputy(deputy, by, now, is_given=True)

    @override
    def end_deputy(self, deputy: Deputy, by: PersonId, now: datetime) -> None:
        self._changed()
        ended = {"ended_at": now, "ended_by": by}
        self._connection.execute(update(deputies).where(deputies.c.id == deputy.id).values(ended))
        self._record_deputy(deputy, by, now, is_given=False)

    def _record_deputy(self, deputy: Deputy, by: PersonId, now: datetime, *, is_given: bool) -> None:
        """Record the roles that are lent, as roles that are given are (G3)."""
        lent = self._people.roles([deputy.person]).get((deputy.person, deputy.school), set())
        rows = [
            {"school": deputy.school, "person": deputy.deputy, "role": role.value, "is_given": is_given}
            | {"changed_by": by, "at": now, "stands_in_for": deputy.person}
            | {"first_day": deputy.first_day, "last_day": deputy.last_day}
            for role in sorted(lent)
        ]
        if rows:
            self._connection.execute(insert(role_changes), rows)

    @override
    def deputies(self, school: SchoolId, day: date) -> list[Deputy]:
        if ("deputies", school, day) not in self._known:
            ahead = (deputies.c.school == school, deputies.c.last_day >= day, deputies.c.ended_at.is_(None))
            query = select(deputies).where(*ahead)
            rows = self._connection.execute(query.order_by(deputies.c.first_day, deputies.c.id))
            self._known["deputies", school, day] = [
                Deputy(row.school, row.person, row.deputy, row.first_day, row.last_day, row.id) for row in rows
            ]
        return list(self._known["deputies", school, day])

    @override
    def set_left(self, person: PersonId, at: datetime | None) -> None:
        self._changed()
        self._connection.execute(update(people).where(people.c.id == person).values(left_at=at))

    def _new_person(self, identity: Identity, name: str) -> PersonId:
        person = uuid4()
        self._connection.execute(insert(people).values(id=person, name=sealed_name(self._vault, person, name)))
        self._connection.execute(insert(identities).values(**asdict(identity), person=person))
        return person

    def _save_membership(self, person: PersonId, school: SchoolId, groups: tuple[str, ...]) -> None:
        place = (memberships.c.person == person, memberships.c.school == school)
        sealed = self._connection.scalar(select(memberships.c.groups).where(*place))
        if sealed is None:
            row = {"person": person, "school": school, "groups": sealed_groups(self._vault, groups, person, school)}
            self._connection.execute(insert(memberships).values(row))
        elif opened_groups(self._vault, sealed, person, school) != groups:
            resealed = sealed_groups(self._vault, groups, person, school)
            self._connection.execute(update(memberships).where(*place).values(groups=resealed))

    def _save_changes(self, changes: Iterable[RoleChange]) -> None:
        for change in changes:
            place = {"person": change.person, "school": change.school, "role": change.role.value}
            if change.is_given:
                self._connection.execute(insert(roles).values(**place, since=change.at))
            else:
                here = [roles.c[name] == value for name, value in place.items()]
                self._connection.execute(delete(roles).where(*here))
            kept = {**place, "is_given": change.is_given, "changed_by": change.by, "at": change.at}
            self._connection.execute(insert(role_changes).values(kept))
