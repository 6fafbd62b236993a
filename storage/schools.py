"""Puts the schools, people and roles of the schools file into the database; doing so twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import uuid4

from sqlalchemy import delete, insert, select, update

from meldcode.case import PersonId, SchoolId
from meldcode.people import Identity
from meldcode.plan import Role
from storage.engine import one_at_a_time
from storage.inserting import insert_once
from storage.people import opened_groups, opened_name, sealed_groups, sealed_name
from storage.schema import identities, memberships, people, roles, schools
from storage.session import Session
from storage.staff_memory import changed
from storage.transaction import Store


@dataclass(frozen=True)
class PersonConfig:
    """Somebody in the schools file; `slack` is their user id there."""

    slack: str
    name: str
    roles: frozenset[Role]
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class SchoolConfig:
    """A school in the schools file."""

    name: str
    region: str
    free_days: tuple[date, ...] = ()
    people: tuple[PersonConfig, ...] = ()
    open_days: tuple[date, ...] = ()
    hours: tuple[time, time] = (time(8, 30), time(16, 30))


def apply_schools(store: Store, configs: Sequence[SchoolConfig], workspace: str, now: datetime) -> None:
    """Make the database agree with the file for the schools in it.

    A school is known by its name. Whoever is no longer in a school's list loses their place there.
    """
    with store.transaction() as tx:
        one_at_a_time(tx.session.connection)
        changed(tx.session.connection)
        names = {person.slack: person.name for config in configs for person in config.people}
        ids = {user: _person(tx.session, Identity("slack", workspace, user), name) for user, name in names.items()}
        for config in configs:
            _apply_school(tx.session, config, ids, now)


def _apply_school(session: Session, config: SchoolConfig, ids: Mapping[str, PersonId], now: datetime) -> None:
    school = _school(session, config)
    _remove_others(session, school, [ids[person.slack] for person in config.people])
    for person in config.people:
        _membership(session, ids[person.slack], school, person.groups)
        _roles(session, ids[person.slack], school, person.roles, now)


def _school(session: Session, config: SchoolConfig) -> SchoolId:
    row = {
        "region": config.region,
        "free_days": [day.isoformat() for day in config.free_days],
        "open_days": [day.isoformat() for day in config.open_days],
        "hours": [hour.isoformat("minutes") for hour in config.hours],
    }
    insert_once(session.connection, schools, {"id": uuid4(), "name": config.name, **row}, (schools.c.name,))
    session.connection.execute(update(schools).where(schools.c.name == config.name).values(row))
    query = select(schools.c.id).where(schools.c.name == config.name)
    school: SchoolId = session.connection.execute(query).scalar_one()
    return school


def _person(session: Session, identity: Identity, name: str) -> PersonId:
    known = (
        identities.c.platform == identity.platform,
        identities.c.workspace == identity.workspace,
        identities.c.user == identity.user,
    )
    query = select(people).join_from(people, identities).where(*known)
    row = session.connection.execute(query).one_or_none()
    if row is None:
        return _new_person(session, identity, name)
    person: PersonId = row.id
    if opened_name(session.vault, row) != name:
        sealed = sealed_name(session.vault, person, name)
        session.connection.execute(update(people).where(people.c.id == person).values(name=sealed))
    return person


def _new_person(session: Session, identity: Identity, name: str) -> PersonId:
    person = uuid4()
    session.connection.execute(insert(people).values(id=person, name=sealed_name(session.vault, person, name)))
    row = {"platform": identity.platform, "workspace": identity.workspace, "user": identity.user, "person": person}
    session.connection.execute(insert(identities).values(row))
    return person


def _remove_others(session: Session, school: SchoolId, staying: Sequence[PersonId]) -> None:
    for table in (roles, memberships):
        gone = (table.c.school == school, table.c.person.not_in(staying))
        session.connection.execute(delete(table).where(*gone))


def _membership(session: Session, person: PersonId, school: SchoolId, groups: tuple[str, ...]) -> None:
    place = (memberships.c.person == person, memberships.c.school == school)
    sealed = session.connection.scalar(select(memberships.c.groups).where(*place))
    if sealed is None:
        row = {"person": person, "school": school, "groups": sealed_groups(session.vault, groups, person, school)}
        session.connection.execute(insert(memberships).values(row))
    elif opened_groups(session.vault, sealed, person, school) != groups:
        changed = sealed_groups(session.vault, groups, person, school)
        session.connection.execute(update(memberships).where(*place).values(groups=changed))


def _roles(session: Session, person: PersonId, school: SchoolId, held: Iterable[Role], now: datetime) -> None:
    names = sorted(role.value for role in held)
    place = (roles.c.person == person, roles.c.school == school)
    session.connection.execute(delete(roles).where(*place, roles.c.role.not_in(names)))
    for name in names:
        row = {"person": person, "school": school, "role": name, "since": now}
        insert_once(session.connection, roles, row, (roles.c.person, roles.c.school, roles.c.role))
