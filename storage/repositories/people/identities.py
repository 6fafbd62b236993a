"""Platform identities, and the locale and Home tab page of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, bindparam, or_, select, update
from typing_extensions import override

from meldcode.application.ports.identities import Identities
from meldcode.domain.ids import PersonId
from meldcode.domain.staff import Identity
from storage.db.schema import identities, people, roles
from storage.session import Session

THIS_IDENTITY = (
    identities.c.platform == bindparam("platform"),
    identities.c.workspace == bindparam("workspace"),
    identities.c.user == bindparam("user"),
)
_HOME_PAGE = select(identities.c.home_page).where(*THIS_IDENTITY)
_IDENTITIES = (
    select(identities)
    .join(people, people.c.id == identities.c.person)
    .where(identities.c.person.in_(bindparam("ids", expanding=True)), people.c.left_at.is_(None))
)


class StoredIdentities(Identities):
    """Identities in the database, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    @override
    def locales(self) -> dict[Identity, str]:
        rows = self._connection.execute(select(identities).where(identities.c.locale.is_not(None)))
        return {Identity(row.platform, row.workspace, row.user): row.locale for row in rows}

    @override
    def without_locale(self) -> list[Identity]:
        rows = self._connection.execute(select(identities).where(identities.c.locale.is_(None)))
        return [Identity(row.platform, row.workspace, row.user) for row in rows]

    @override
    def set_locale(self, identity: Identity, locale: str, at: datetime) -> bool:
        return self._told(identities.c.locale_at, identity, at, locale=locale[:20])

    @override
    def is_news(self, identity: Identity, at: datetime) -> bool:
        return self._told(identities.c.told_at, identity, at)

    def _told(self, column: Column[datetime], identity: Identity, at: datetime, **values: str) -> bool:
        """Save these values and the moment, unless the column has a later one; return whether they are saved."""
        is_older = or_(column.is_(None), column <= at)
        told = update(identities).where(*_this(identity), is_older).values({column.name: at, **values})
        return self._connection.execute(told).rowcount > 0

    @override
    def of_people(self, people: Collection[PersonId]) -> list[Identity]:
        rows = self._connection.execute(_IDENTITIES, {"ids": list(people)})
        return [Identity(row.platform, row.workspace, row.user) for row in rows]

    @override
    def home_page(self, identity: Identity) -> int:
        return self._connection.scalar(_HOME_PAGE, asdict(identity)) or 0

    @override
    def set_home_page(self, identity: Identity, page: int) -> None:
        other = identities.c.home_page != page
        self._connection.execute(update(identities).where(*_this(identity), other).values(home_page=page))

    @override
    def with_roles(self) -> dict[Identity, bool]:
        query = select(identities, people.c.left_at).join(people, people.c.id == identities.c.person)
        held = select(roles.c.person).where(roles.c.person == identities.c.person).exists()
        rows = self._connection.execute(query.where(held))
        return {Identity(row.platform, row.workspace, row.user): row.left_at is not None for row in rows}

    @override
    def workspaces(self) -> set[str]:
        query = select(identities.c.workspace).join(roles, roles.c.person == identities.c.person)
        return set(self._connection.scalars(query.distinct()))


def _this(identity: Identity) -> tuple[ColumnElement[bool], ...]:
    return tuple(identities.c[name] == value for name, value in asdict(identity).items())


def identities_of(connection: Connection, platform: str, user: str) -> list[Identity]:
    """The identities with this user id on the platform, one for each workspace."""
    query = select(identities).where(identities.c.platform == platform, identities.c.user == user)
    return [Identity(row.platform, row.workspace, row.user) for row in connection.execute(query)]
