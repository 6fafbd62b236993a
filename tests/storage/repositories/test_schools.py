from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity, RoleChange
from storage.db.schema import metadata
from storage.schools import (
    MixedWorkspaces,
    PersonConfig,
    SchoolConfig,
    TakenName,
    UnknownToFile,
    apply_schools,
    differences,
    rename_schools,
)
from storage.unit_of_work import Store
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
            if table.name != "cache_epoch"  # says only that the cached staff are outdated
        }


def test_applying_twice_changes_nothing(store: Store, engine: Engine) -> None:
    apply_schools(store, [LINDE, BEUK], WORKSPACE, NOW)
    before = _everything(engine)
    apply_schools(store, [LINDE, BEUK], WORKSPACE, LATER)
    assert _everything(engine) == before


def test_somebody_in_two_schools_is_one_person(store: Store, staff: Staff) -> None:
    apply_schools(store, [LINDE, BEUK], WORKSPACE, NOW)
    with store.transaction() as uow:
        sanne = person(uow, "U1")
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
    with store.transaction() as uow:
        sanne = uow.staff.get(staff.sanne.id)
        assert [membership.school.name for membership in sanne.memberships.values()] == ["De Beuk"]
        assert [one.name for one in uow.staff.of_school(staff.school)] == ["Karin Visser"]


def test_changes_are_taken_over(store: Store, staff: Staff) -> None:
    people = (PersonConfig("U1", "Sanne Smit", frozenset({Role.SCHOOL_LEADER}), ("7",)),)
    apply_schools(store, [replace(LINDE, region="midden", people=people)], WORKSPACE, LATER)
    with store.transaction() as uow:
        sanne = person(uow, "U1")
    membership = sanne.memberships[staff.school]
    assert (sanne.id, sanne.name) == (staff.sanne.id, "Sanne Smit")
    assert (membership.roles, membership.groups) == (frozenset({Role.SCHOOL_LEADER}), ("7",))
    assert membership.school.region == "midden"


def test_what_was_changed_in_slack_stays_when_the_file_has_not_changed(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        uow.staff.set_roles(staff.sanne.id, staff.school, {Role.SCHOOL_LEADER}, (), staff.karin.id)
        newcomer = uow.staff.register(Identity("slack", WORKSPACE, "U9"), "Noor Bakker")
        uow.staff.set_roles(newcomer, staff.school, {Role.TEACHER}, ("7",), staff.karin.id)
    apply_schools(store, [replace(LINDE, free_days=(date(2026, 12, 7),))], WORKSPACE, LATER)
    with store.transaction() as uow:
        assert person(uow, "U1").roles_in(staff.school) == {Role.SCHOOL_LEADER}
        assert person(uow, "U9").roles_in(staff.school) == {Role.TEACHER}
        assert uow.staff.school(staff.school).free_days == (date(2026, 12, 7),)


def test_only_whoever_changed_in_the_file_is_changed(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        uow.staff.set_roles(staff.sanne.id, staff.school, {Role.SCHOOL_LEADER}, (), staff.karin.id)
        uow.staff.set_roles(staff.karin.id, staff.school, (), (), staff.sanne.id)
    karin = PersonConfig("U2", "Karin Visser", frozenset({Role.CONFIDANT}))
    apply_schools(store, [replace(LINDE, people=(LINDE.people[0], karin))], WORKSPACE, LATER)
    with store.transaction() as uow:
        assert person(uow, "U1").roles_in(staff.school) == {Role.SCHOOL_LEADER}
        assert person(uow, "U2").roles_in(staff.school) == {Role.CONFIDANT}


def test_every_change_of_roles_is_kept_with_who_made_it(store: Store, staff: Staff) -> None:
    with store.transaction(LATER) as uow:
        made = uow.staff.set_roles(staff.sanne.id, staff.school, {Role.CONFIDANT}, (), staff.karin.id)
    with store.transaction() as uow:
        kept = uow.staff.role_changes(staff.school, 10)
    assert kept[:2] == [
        RoleChange(staff.school, staff.sanne.id, Role.CONFIDANT, True, staff.karin.id, LATER),
        RoleChange(staff.school, staff.sanne.id, Role.TEACHER, False, staff.karin.id, LATER),
    ]
    assert set(made) == set(kept[:2])
    assert {(change.person, change.by, change.at) for change in kept[2:]} == {
        (staff.sanne.id, None, NOW),
        (staff.karin.id, None, NOW),
    }


def test_a_change_in_the_file_is_told_but_not_a_first_start(store: Store, staff: Staff) -> None:
    told: list[tuple[SchoolId, int]] = []

    def tell(_uow: UnitOfWork, school: SchoolId, changes: list[RoleChange], _now: datetime) -> None:
        told.append((school, len(changes)))

    apply_schools(store, [LINDE, BEUK], WORKSPACE, LATER, tell)
    assert told == []
    apply_schools(store, [replace(LINDE, people=LINDE.people[1:]), BEUK], WORKSPACE, LATER, tell)
    assert told == [(staff.school, 1)]


def test_people_are_found_by_identity_and_listed_by_name(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        known, stranger = Identity("slack", WORKSPACE, "U1"), Identity("slack", WORKSPACE, "U9")
        elsewhere = Identity("slack", "T9999", "U1")
        assert uow.staff.by_identities([known, stranger, elsewhere]) == {known: staff.sanne}
        assert uow.staff.by_identities([]) == {}
        assert uow.staff.by_identity(stranger) is None
        assert [one.name for one in uow.staff.of_school(staff.school)] == ["Karin Visser", "Sanne de Boer"]
        with pytest.raises(KeyError):
            uow.staff.get(uuid4())


def test_the_same_id_in_two_workspaces_is_two_people(store: Store, staff: Staff) -> None:
    there = replace(BEUK, workspace="T0002")
    apply_schools(store, [replace(LINDE, workspace=WORKSPACE), there], "", LATER)
    with store.transaction() as uow:
        here, elsewhere = person(uow, "U1"), uow.staff.by_identity(Identity("slack", "T0002", "U1"))
        assert uow.identities.workspaces() == {WORKSPACE, "T0002"}
    assert here.id == staff.sanne.id
    assert elsewhere is not None
    for one, name in ((here, "De Linde"), (elsewhere, "De Beuk")):
        assert [membership.school.name for membership in one.memberships.values()] == [name]


def test_a_school_does_not_pass_to_another_workspace_while_somebody_has_a_role_there(
    store: Store, engine: Engine, staff: Staff
) -> None:
    """Another board's school of the same name would get its cases."""
    with store.transaction() as uow:
        uow.staff.set_roles(staff.karin.id, staff.school, {Role.CONFIDANT}, (), staff.sanne.id)
        given = uow.staff.register(Identity("slack", WORKSPACE, "U9"), "Noor")
        uow.staff.set_roles(given, staff.school, {Role.TEACHER}, (), staff.sanne.id)
    before, moved = _everything(engine), replace(LINDE, workspace="T0002")
    with pytest.raises(MixedWorkspaces, match="De Linde"):
        apply_schools(store, [moved], "", LATER)
    assert _everything(engine) == before
    with store.transaction() as uow:
        uow.staff.set_roles(given, staff.school, (), (), staff.sanne.id)
    apply_schools(store, [moved], "", LATER)
    with store.transaction() as uow:
        assert {one.name for one in uow.staff.of_school(staff.school)} == {"Sanne de Boer", "Karin Visser"}
        assert person(uow, "U1").memberships == {}


def _start(store: Store, *configs: SchoolConfig) -> None:
    """What a start does with the file."""
    with store.transaction(LATER) as uow:
        rename_schools(uow, configs)
    apply_schools(store, configs, WORKSPACE, LATER)


def test_a_school_that_the_file_does_not_name_is_refused(store: Store, engine: Engine, staff: Staff) -> None:
    """It would become a second school, and who is taken out of the file would keep the cases of the first."""
    before = _everything(engine)
    with pytest.raises(UnknownToFile, match="De Linde"):
        _start(store, replace(LINDE, name="De Nieuwe Linde"))
    assert _everything(engine) == before
    with store.transaction() as uow:
        found = differences(uow, [BEUK])
    assert {(one.school, one.user, one.in_file) for one in found} == {
        ("De Linde", "U1", frozenset()),
        ("De Linde", "U2", frozenset()),
    }


def test_a_renamed_school_stays_the_same_school(store: Store, staff: Staff) -> None:
    renamed = replace(LINDE, name="De Nieuwe Linde", was="De Linde")
    with store.transaction() as uow:
        assert differences(uow, [renamed]) == []
        assert person(uow, "U1").memberships[staff.school].school.name == "De Linde"
    for _ in range(2):
        _start(store, renamed)
    with store.transaction() as uow:
        assert [(school.id, school.name) for school in uow.staff.schools()] == [(staff.school, "De Nieuwe Linde")]
        assert person(uow, "U1").memberships[staff.school].school.name == "De Nieuwe Linde"
    _start(store, replace(renamed, people=LINDE.people[1:]))
    with store.transaction() as uow:
        assert person(uow, "U1").memberships == {}


def test_a_school_does_not_get_the_name_of_another(store: Store, engine: Engine, staff: Staff) -> None:
    apply_schools(store, [LINDE, BEUK], WORKSPACE, NOW)
    before = _everything(engine)
    with pytest.raises(TakenName, match="De Linde and De Beuk"):
        _start(store, replace(BEUK, was="De Linde"))
    assert _everything(engine) == before


def test_in_a_closed_school_nobody_has_a_role_who_is_not_listed(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        given = uow.staff.register(Identity("slack", WORKSPACE, "U9"), "Noor Bakker")
        uow.staff.set_roles(given, staff.school, {Role.CONFIDANT}, (), staff.karin.id)
    _start(store, replace(LINDE, is_closed=True, people=LINDE.people[1:]))
    with store.transaction() as uow:
        assert [one.name for one in uow.staff.of_school(staff.school)] == ["Karin Visser"]
        ended = {(one.person, one.by) for one in uow.staff.role_changes(staff.school, 9) if not one.is_given}
    assert ended == {(given, None), (staff.sanne.id, None)}
