"""Applies changes in the schools file to the database. Changes made in Slack stay (ADR 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import uuid4

from sqlalchemy import delete, select, update

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.events import Event, StaffChanged
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity, RoleChange
from storage.crypto.payload import membership_to_bytes
from storage.db.engine import one_at_a_time
from storage.db.insert_once import insert_once
from storage.db.schema import identities, roles, schools, schools_file
from storage.repositories.people.staff_cache import invalidate
from storage.session import Session
from storage.unit_of_work import Store, StoredUnitOfWork

Tell = Callable[[UnitOfWork, SchoolId, list[RoleChange], datetime], object]


@dataclass(frozen=True)
class PersonConfig:
    """A person in the schools file; `slack` is their Slack user id. `works` is None if it says no working days."""

    slack: str
    name: str
    roles: frozenset[Role]
    groups: tuple[str, ...] = ()
    works: frozenset[int] | None = None


class MixedWorkspaces(ValueError):
    """A school already has staff of another workspace, who would see its cases."""


@dataclass(frozen=True)
class SchoolConfig:
    """A school in the schools file; `workspace` is empty when the file does not name one."""

    name: str
    region: str
    free_days: tuple[date, ...] = ()
    people: tuple[PersonConfig, ...] = ()
    open_days: tuple[date, ...] = ()
    hours: tuple[time, time] = (time(8, 30), time(16, 30))
    workspace: str = ""
    was: str = ""
    is_closed: bool = False


class UnknownToFile(ValueError):
    """A school of the database is in the file under no name, present or former."""


class TakenName(ValueError):
    """A school would get the name of another in the database, with which it cannot be joined."""


def missing_schools(known: Iterable[str], configs: Sequence[SchoolConfig]) -> list[str]:
    """The schools of the database that the file does not name."""
    named = {name for config in configs for name in (config.name, config.was)}
    return sorted(set(known) - named)


def rename_schools(uow: StoredUnitOfWork, configs: Sequence[SchoolConfig]) -> None:
    """Rename the schools that the file gives another name. Raises UnknownToFile or TakenName, with the names."""
    known = {school.name for school in uow.staff.schools()}
    if missing := missing_schools(known, configs):
        raise UnknownToFile(", ".join(missing))
    for config in configs:
        if config.was in known:
            if config.name in known:
                raise TakenName(f"{config.was} and {config.name}")
            invalidate(uow.session)
            here = schools.c.name == config.was
            uow.session.connection.execute(update(schools).where(here).values(name=config.name))


def apply_schools(
    store: Store, configs: Sequence[SchoolConfig], workspace: str, now: datetime, tell: Tell | None = None
) -> list[Event]:
    """Apply what changed in the file since the last time, to the schools that are in it.

    A school is identified by its name. People whose entry did not change keep their roles, which may have been given
    in Slack; people who are no longer listed lose their roles in the school. `tell` is called with the role changes of
    a school that existed before, and the events of those schools are returned. `workspace` is that of schools that do
    not name one.

    Raises MixedWorkspaces when a school that names its workspace has staff of another one.
    """
    with store.transaction(now) as uow:
        one_at_a_time(uow.session.connection)
        invalidate(uow.session)
        ids = _registered(uow, configs, workspace)
        new = set()
        for config in configs:
            school, is_new = _school(uow.session, config)
            changes = _take_over(uow, school, config, ids[config.workspace or workspace])
            if config.workspace:
                _refuse_mixed(uow.session, school, config)
            if is_new:
                new.add(school)
            elif tell and changes:
                tell(uow, school, changes, now)
    return [event for event in uow.events if event.school not in new]


def _registered(
    uow: StoredUnitOfWork, configs: Sequence[SchoolConfig], workspace: str
) -> dict[str, dict[str, PersonId]]:
    """Register everybody in the file. Returns person ids by workspace and user id."""
    names: dict[str, dict[str, str]] = {}
    for config in configs:
        here = {person.slack: person.name for person in config.people}
        names.setdefault(config.workspace or workspace, {}).update(here)
    return {
        there: {user: uow.staff.register(Identity("slack", there, user), name) for user, name in users.items()}
        for there, users in names.items()
    }


def _take_over(
    uow: StoredUnitOfWork, school: SchoolId, config: SchoolConfig, ids: Mapping[str, PersonId]
) -> list[RoleChange]:
    before = dict(_entries(uow.session, school))
    now_there = {ids[person.slack]: person for person in config.people}
    changes = []
    for person, entry in now_there.items():
        packed = membership_to_bytes(school, person, entry.roles, entry.groups, entry.works)
        content = uow.session.vault.file_entry(packed)
        if before.get(person) != content:
            changes += uow.staff.set_roles(person, school, entry.roles, entry.groups, None)
            if entry.works is not None:
                uow.staff.set_working_days(person, school, entry.works)
            uow.emit(StaffChanged(school, frozenset({person})))
            _save_entry(uow.session, school, person, content)
    listed_before = before.keys() | (_holders(uow.session, school) if config.is_closed else set())
    for person in listed_before - now_there.keys():
        changes += uow.staff.set_roles(person, school, (), (), None)
        uow.emit(StaffChanged(school, frozenset({person})))
        gone = (schools_file.c.school == school, schools_file.c.person == person)
        uow.session.connection.execute(delete(schools_file).where(*gone))
    return changes


def _holders(session: Session, school: SchoolId) -> set[PersonId]:
    """Everybody with a role in the school, also one that was given in Slack."""
    return set(session.connection.scalars(select(roles.c.person).where(roles.c.school == school)))


def _refuse_mixed(session: Session, school: SchoolId, config: SchoolConfig) -> None:
    query = select(roles.c.person).join(identities, identities.c.person == roles.c.person)
    others = query.where(roles.c.school == school, identities.c.workspace != config.workspace)
    if session.connection.execute(others.limit(1)).first():
        raise MixedWorkspaces(config.name)


def _entries(session: Session, school: SchoolId) -> list[tuple[PersonId, bytes]]:
    """For each person in the school, a digest of their entry when the file was last applied."""
    query = select(schools_file.c.person, schools_file.c.entry).where(schools_file.c.school == school)
    return [(row.person, row.entry) for row in session.connection.execute(query)]


def _save_entry(session: Session, school: SchoolId, person: PersonId, entry: bytes) -> None:
    place = {"school": school, "person": person}
    if not insert_once(session.connection, schools_file, {**place, "entry": entry}, list(schools_file.primary_key)):
        here = [schools_file.c[name] == value for name, value in place.items()]
        session.connection.execute(update(schools_file).where(*here).values(entry=entry))


def _school(session: Session, config: SchoolConfig) -> tuple[SchoolId, bool]:
    """Save the school. Returns its id and whether it is new."""
    row = {
        "region": config.region,
        "free_days": [day.isoformat() for day in config.free_days],
        "open_days": [day.isoformat() for day in config.open_days],
        "hours": [hour.isoformat("minutes") for hour in config.hours],
    }
    is_new = insert_once(session.connection, schools, {"id": uuid4(), "name": config.name, **row}, [schools.c.name])
    session.connection.execute(update(schools).where(schools.c.name == config.name).values(row))
    query = select(schools.c.id).where(schools.c.name == config.name)
    school: SchoolId = session.connection.execute(query).scalar_one()
    return school, is_new


@dataclass(frozen=True)
class Difference:
    """A person whose roles in a school differ between the file and the database; `user` is their Slack id."""

    school: str
    user: str
    in_file: frozenset[Role]
    in_database: frozenset[Role]


def differences(uow: StoredUnitOfWork, configs: Sequence[SchoolConfig]) -> list[Difference]:
    """The people whose roles differ, in the schools of the database; one that is not in the file has nobody there."""
    query = (
        select(schools.c.name, identities.c.user, roles.c.role)
        .join_from(roles, schools, roles.c.school == schools.c.id)
        .join(identities, identities.c.person == roles.c.person)
    )
    held: dict[str, dict[str, set[Role]]] = {school.name: {} for school in uow.staff.schools()}
    for row in uow.session.connection.execute(query):
        held[row.name].setdefault(row.user, set()).add(Role(row.role))
    by_name = {config.was if config.was in held else config.name: config for config in configs}
    return [
        Difference(name, user, frozenset(in_file), frozenset(in_database))
        for name in held
        for user, in_file, in_database in _both(by_name.get(name, SchoolConfig(name, "")), held[name])
        if in_file != in_database
    ]


def _both(config: SchoolConfig, held: Mapping[str, set[Role]]) -> list[tuple[str, set[Role], set[Role]]]:
    in_file = {person.slack: set(person.roles) for person in config.people}
    return [(user, in_file.get(user, set()), held.get(user, set())) for user in sorted({*in_file, *held})]
