"""People as they are stored: names and groups encrypted, with their memberships, roles and deputies put together."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from meldcode.domain.access.rules import may_stand_in
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import EVERY_DAY, Membership, Person, School
from storage.crypto.payload import texts_from_bytes, texts_to_bytes
from storage.crypto.vault import Vault
from storage.db.schema import deputies, memberships, people, roles, schools

PEOPLE = select(people).where(people.c.id.in_(bindparam("ids", expanding=True)))
_BELONGING = (
    select(memberships.c.person, memberships.c.groups, memberships.c.works, schools)
    .join_from(memberships, schools)
    .where(memberships.c.person.in_(bindparam("ids", expanding=True)))
    .order_by(schools.c.name)
)
_ROLES = select(roles).where(roles.c.person.in_(bindparam("ids", expanding=True)))
_ON_DUTY = select(deputies).where(
    deputies.c.deputy.in_(bindparam("ids", expanding=True)),
    deputies.c.first_day <= bindparam("day"),
    deputies.c.last_day >= bindparam("day"),
    deputies.c.ended_at.is_(None),
)


class PeopleLoader:
    """Loads people as they are on one day."""

    def __init__(self, connection: Connection, vault: Vault, today: date) -> None:
        self._connection = connection
        self._vault = vault
        self._today = today

    def load(self, ids: Collection[PersonId]) -> dict[PersonId, Person]:
        """Load these people, with their memberships in all schools."""
        rows = self._connection.execute(PEOPLE, {"ids": list(ids)}).all()
        belonging = self._memberships(ids, {row.id for row in rows if row.left_at is None})
        return {row.id: Person(row.id, opened_name(self._vault, row), belonging.get(row.id, {})) for row in rows}

    def _memberships(
        self, ids: Collection[PersonId], here: set[PersonId]
    ) -> dict[PersonId, dict[SchoolId, Membership]]:
        """The memberships of these people; those who are not `here` any more have no roles."""
        standing_in = self._standing_in(here)
        held = self.roles({*ids, *(person for replaced in standing_in.values() for person in replaced)})
        found: dict[PersonId, dict[SchoolId, Membership]] = {}
        for row in self._connection.execute(_BELONGING, {"ids": list(ids)}):
            groups = opened_groups(self._vault, row.groups, row.person, row.id)
            own = frozenset(held.get((row.person, row.id), ()) if row.person in here else ())
            replaced = standing_in.get((row.person, row.id), set())
            lent = {id_: frozenset(held.get((id_, row.id), ())) for id_ in replaced}
            lent = {id_: roles for id_, roles in lent.items() if may_stand_in(own, roles)}
            works = EVERY_DAY if row.works is None else frozenset(map(int, row.works))
            membership = Membership(
                school_of(row), own.union(*lent.values()), groups, frozenset(lent), own, lent, works
            )
            found.setdefault(row.person, {})[row.id] = membership
        return found

    def _standing_in(self, ids: Collection[PersonId]) -> dict[tuple[PersonId, SchoolId], set[PersonId]]:
        """The colleagues for whom these people are deputies today, by school (G5)."""
        found: dict[tuple[PersonId, SchoolId], set[PersonId]] = {}
        for row in self._connection.execute(_ON_DUTY, {"ids": list(ids), "day": self._today}):
            found.setdefault((row.deputy, row.school), set()).add(row.person)
        return found

    def roles(self, ids: Collection[PersonId]) -> dict[tuple[PersonId, SchoolId], set[Role]]:
        """The roles that these people hold themselves, by school; somebody who left keeps theirs in the table."""
        held: dict[tuple[PersonId, SchoolId], set[Role]] = {}
        for row in self._connection.execute(_ROLES, {"ids": list(ids)}):
            held.setdefault((row.person, row.school), set()).add(Role(row.role))
        return held


def sealed_name(vault: Vault, person: PersonId, name: str) -> bytes:
    """Encrypt a person's name."""
    return vault.staff.seal(name.encode(), table="people", column="name", row=str(person))


def opened_name(vault: Vault, row: Row[Any]) -> str:
    """Decrypt the name in a row of `people`."""
    return vault.staff.open(row.name, table="people", column="name", row=str(row.id)).decode()


def sealed_groups(vault: Vault, groups: tuple[str, ...], person: PersonId, school: SchoolId) -> bytes:
    """Encrypt a person's groups in a school."""
    content = texts_to_bytes(groups)
    return vault.staff.seal(content, table="memberships", column="groups", row=f"{person}/{school}")


def opened_groups(vault: Vault, sealed: bytes, person: PersonId, school: SchoolId) -> tuple[str, ...]:
    """Decrypt what `sealed_groups` made."""
    return texts_from_bytes(vault.staff.open(sealed, table="memberships", column="groups", row=f"{person}/{school}"))


def school_of(row: Row[Any]) -> School:
    """The school in a row of `schools`."""
    opening, closing = map(time.fromisoformat, row.hours)
    return School(row.id, row.name, row.region, _days(row.free_days), _days(row.open_days), (opening, closing))


def _days(stored: list[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, stored))
