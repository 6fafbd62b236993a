"""Who has a part in a case, on both databases (G3, G12)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select

from meldcode.application.messages.cases import RoleTaken
from meldcode.application.ports.cases import CasePart
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.domain.case.header import CALLED_IN, EXCLUDED, CaseHeader
from meldcode.domain.plan.roles import Role
from storage.db.schema import outbox
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, PUPIL, Staff

LONG_AGO, FAR_AWAY = date(2000, 1, 3), date(2100, 1, 4)


@pytest.mark.rule("G3")
def test_who_is_called_in_twice_is_called_in_once(store: Store, staff: Staff, case: CaseHeader) -> None:
    for _ in range(2):
        with store.transaction() as uow:
            uow.cases.add_parts(case.id, [staff.karin.id], CALLED_IN)
    with store.transaction() as uow:
        assert uow.cases.get(case.id).called_in == {staff.karin.id}
        assert uow.cases.parts_of([staff.karin.id, staff.sanne.id]) == [
            CasePart(case.id, staff.karin.id, CALLED_IN, staff.school)
        ]


@pytest.mark.rule("G12")
@pytest.mark.parametrize(("until", "excluded"), [(None, True), (FAR_AWAY, True), (LONG_AGO, False)])
def test_an_exclusion_ends_on_its_day(
    store: Store, staff: Staff, case: CaseHeader, until: date | None, excluded: bool
) -> None:
    with store.transaction() as uow:
        uow.cases.add_parts(case.id, [staff.karin.id], EXCLUDED, until)
    with store.transaction() as uow:
        assert (uow.cases.get(case.id).excluded == {staff.karin.id}) is excluded
        assert bool(uow.cases.parts_of([staff.karin.id])) is excluded


@pytest.mark.rule("G12")
def test_another_case_takes_over_exclusions_with_the_last_day_of_each(
    store: Store, staff: Staff, case: CaseHeader
) -> None:
    with store.transaction() as uow:
        second, third = (uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW) for _ in "23")
        uow.cases.add_parts(case.id, [staff.karin.id], EXCLUDED, LONG_AGO)
        uow.cases.add_parts(second.id, [staff.karin.id], EXCLUDED, None)
        uow.cases.share_parts([case.id, second.id], third.id, EXCLUDED)
    with store.transaction() as uow:
        assert not uow.cases.get(case.id).excluded
        assert uow.cases.get(third.id).excluded == {staff.karin.id}
        uow.cases.end_parts(third.id, [EXCLUDED])
        assert not uow.cases.get(third.id).excluded


@pytest.mark.rule("G12")
def test_what_waits_for_an_excluded_person_is_withdrawn(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    with store.transaction() as uow:
        for person in (staff.karin, staff.sanne):
            uow.outbox.put(OutboxMessage(person.id, case.id, "one", RoleTaken(case.code, Role.TEACHER)), NOW)
        uow.outbox.withdraw(case.id, [staff.karin.id])
    with engine.connect() as connection:
        assert connection.scalars(select(outbox.c.recipient)).all() == [staff.sanne.id]


@pytest.mark.rule("S1.6")
def test_the_teachers_of_a_case_are_those_that_were_named_last(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        assert uow.cases.set_teachers(case.id, [staff.sanne.id, staff.karin.id]).teachers == {
            staff.sanne.id,
            staff.karin.id,
        }
        assert uow.cases.set_teachers(case.id, [staff.karin.id]).teachers == {staff.karin.id}
