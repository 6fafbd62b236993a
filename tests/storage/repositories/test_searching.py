"""A search among 2,000 cases takes less than a second of the program's time, on both databases (G11)."""

from __future__ import annotations

import time

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.finding.search import Query, find_cases
from meldcode.domain.case.state import Pupil
from meldcode.domain.staff import Identity
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, WORKSPACE, Staff

CASES = 2_000
pytestmark = [pytest.mark.rule("G11"), pytest.mark.slow]


@pytest.mark.alone
def test_a_search_among_two_thousand_cases_takes_less_than_a_second(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        for number in range(CASES):
            name = f"{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]}{'uvwxyzabcd'[number // 100 % 10]}"
            pupil = Pupil(f"Kind{name}", f"van der {name[::-1]}berg", str(number % 8 + 1))
            uow.cases.open(staff.school, uow.plans.current(), pupil, staff.sanne.id, NOW)
    assert min(_seconds(store, "Kindaku") for _ in range(3)) < 1


def _seconds(store: Store, name: str) -> float:
    began = time.process_time()
    with store.transaction() as uow:
        found = find_cases(uow, actor_of(uow, Identity("slack", WORKSPACE, "U2")), Query(name), 0, 10, NOW)
    assert found.total == 4, "two cases of that name, and two of one that sounds like it: Kindaqu"
    return time.process_time() - began
