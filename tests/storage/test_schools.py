from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from meldcode.people import Identity
from meldcode.plan import Role
from storage.schema import metadata
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.transaction import Store
from tests.storage.conftest import LINDE, NOW, WORKSPACE, Staff, person

LATER = NOW + timedelta(days=1)
BEUK = SchoolConfig(
    name="De Beuk",
    region="zuid",
    free_days=(date(2026, 12, 7),),
    people=(PersonConfig("U1", "Sanne de Boer", frozenset({Role.CONFIDANT})),),
)


def _everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_applying_twice_changes_nothing(store: Store, engine: Engine) -> None:
    apply_schools(store, [LINDE, BEUK], WORKSPACE, NOW)
    before = _everything(engine)
    apply_schools(store, [LINDE, BEUK], WORKSPACE, LATER)
    assert _everything(engine) == before


def test_somebody_in_two_schools_is_one_person(store: Store, staff: Staff) -> None:
    apply_schools(store, [LINDE, BEUK], WORKSPACE, NOW)
    with store.transaction() as tx:
        sanne = person(tx, "U1")
    assert sanne.id == staff.sanne.id
    places = {membership.school.name: membership for membership in sanne.memberships.values()}
    assert places["De Linde"].roles == {Role.TEACHER}
    assert places["De Linde"].groups == ("5", "6")
    assert places["De Beuk"].roles == {Role.CONFIDANT}
    assert places["De Beuk"].school.free_days == (date(2026, 12, 7),)


@pytest.mark.rule("G5")
def test_whoever_left_loses_their_place_there_and_only_there(store: Store, staff: Staff) -> None:
    apply_schools(store, [LINDE, BEUK], WORKSPACE, NOW)
    apply_schools(store, [replace(LINDE, people=LINDE.people[1:])], WORKSPACE, LATER)
    with store.transaction() as tx:
        sanne = tx.people.get(staff.sanne.id)
        assert [membership.school.name for membership in sanne.memberships.values()] == ["De Beuk"]
        assert [one.name for one in tx.people.of_school(staff.school)] == ["Karin Visser"]


def test_changes_are_taken_over(store: Store, staff: Staff) -> None:
    people = (PersonConfig("U1", "Sanne Smit", frozenset({Role.SCHOOL_LEADER}), ("7",)),)
    apply_schools(store, [replace(LINDE, region="midden", people=people)], WORKSPACE, LATER)
    with store.transaction() as tx:
        sanne = person(tx, "U1")
    membership = sanne.memberships[staff.school]
    assert (sanne.id, sanne.name) == (staff.sanne.id, "Sanne Smit")
    assert (membership.roles, membership.groups) == (frozenset({Role.SCHOOL_LEADER}), ("7",))
    assert membership.school.region == "midden"


def test_people_are_found_by_identity_and_listed_by_name(store: Store, staff: Staff) -> None:
    with store.transaction() as tx:
        known, stranger = Identity("slack", WORKSPACE, "U1"), Identity("slack", WORKSPACE, "U9")
        elsewhere = Identity("slack", "T9999", "U1")
        assert tx.people.by_identities([known, stranger, elsewhere]) == {known: staff.sanne}
        assert tx.people.by_identities([]) == {}
        assert tx.people.by_identity(stranger) is None
        assert [one.name for one in tx.people.of_school(staff.school)] == ["Karin Visser", "Sanne de Boer"]
        with pytest.raises(KeyError):
            tx.people.get(uuid4())
