"""The Home tab finds, sorts and counts cases by index: a page reads a bounded number of rows, however many are open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, insert, select, text
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from handlers.platform.limits import HOME
from meldcode.application.actor import actor_of
from meldcode.application.home import overview
from meldcode.domain.case.appointments import Appointment, AppointmentState
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from meldcode.domain.worklist import AppointmentCount, Assignee, Section, WorkItem
from storage.db.schema import case_teachers, cases, work_items
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store
from tests.storage.conftest import LINDE, NOW, PUPIL, WORKSPACE, Staff

TODAY = NOW.date()
DONE, DROPPED = AppointmentState.DONE, AppointmentState.DROPPED
BOSS = Identity("slack", WORKSPACE, "U3")
LEADER = PersonConfig("U3", "Fatima el Amrani", frozenset({Role.SCHOOL_LEADER, Role.CARE_COORDINATOR}))


def assignee(staff: Staff, holder: str = Role.CARE_COORDINATOR) -> Assignee:
    return Assignee(staff.school, holder)


def lay(store: Store, staff: Staff, places: dict[Assignee, tuple[Section, date | None]]) -> CaseHeader:
    """A new case on these worklists."""
    with store.transaction() as uow:
        case = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW)
        uow.worklists.replace(case, [WorkItem(on, place, "taken_up", due) for on, (place, due) in places.items()])
    return case


def codes(store: Store, *desks: Assignee, first: int = 0, limit: int = 100) -> list[str]:
    with store.transaction() as uow:
        return [listed.code for listed in uow.worklists.page(desks, first, limit)]


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def test_what_waits_comes_first_and_then_what_is_due_first(store: Store, staff: Staff) -> None:
    mine = assignee(staff)
    follows = lay(store, staff, {mine: (Section.FOLLOWS, day(-9))})
    sometime = lay(store, staff, {mine: (Section.WAITS, None)})
    later = lay(store, staff, {mine: (Section.WAITS, day(3))})
    soon = lay(store, staff, {mine: (Section.WAITS, day(1))})
    urgent = lay(store, staff, {mine: (Section.URGENT, day(2))})
    assert codes(store, mine) == [urgent.code, soon.code, later.code, sometime.code, follows.code]
    assert codes(store, mine, first=2, limit=2) == [later.code, sometime.code]
    with store.transaction() as uow:
        assert uow.worklists.section_counts([mine])[Section.URGENT] == 1
    assert codes(store, assignee(staff, Role.CONFIDANT)) == []
    assert codes(store) == []


def test_a_case_on_two_desks_comes_once_where_it_comes_first(store: Store, staff: Staff) -> None:
    one, other = assignee(staff), assignee(staff, Role.SCHOOL_LEADER)
    both = [lay(store, staff, {one: (Section.FOLLOWS, day(n)), other: (Section.WAITS, day(n))}).code for n in (3, 1, 2)]
    alone = lay(store, staff, {one: (Section.WAITS, day(2)), other: (Section.FOLLOWS, day(2))}).code
    in_order = [both[1], *sorted([both[2], alone]), both[0]]
    assert codes(store, one, other) == in_order
    assert [codes(store, one, other, first=n, limit=1) for n in range(5)] == [*([code] for code in in_order), []]
    with store.transaction() as uow:
        assert uow.worklists.section_counts([one, other]) == {Section.WAITS: 4}
        assert uow.worklists.section_counts([one]) == {Section.WAITS: 1, Section.FOLLOWS: 3}
        assert uow.worklists.section_counts([]) == {}


def test_keeping_takes_the_place_of_what_was_kept_before(store: Store, staff: Staff) -> None:
    case, mine = (
        lay(store, staff, {assignee(staff): (Section.WAITS, day(1))}),
        Assignee(staff.school, str(staff.sanne.id)),
    )
    again = CaseHeader(**{**vars(case), "version": 2})
    with store.transaction() as uow:
        uow.worklists.replace(again, [WorkItem(mine, Section.JOINED)])
        uow.worklists.set_appointments(again, [Appointment(1, 1, staff.karin.id, day(2))])
    assert (codes(store, assignee(staff)), codes(store, mine)) == ([], [case.code])
    with store.transaction() as uow:
        uow.worklists.replace(again, [])
        assert uow.worklists.set_appointments(again, []) == {staff.karin.id}
        assert uow.worklists.set_appointments(again, []) == set()
        assert uow.worklists.appointments([Assignee(staff.school, str(staff.karin.id))], (TODAY, day(9)), 9) == []
    assert codes(store, mine) == []


def test_due_this_week_is_what_must_be_done_and_not_what_is_followed(store: Store, staff: Staff) -> None:
    mine = assignee(staff)
    overdue = lay(store, staff, {mine: (Section.WATCHES, day(-4))})
    today = lay(store, staff, {mine: (Section.WAITS, day(0))})
    urgent = lay(store, staff, {mine: (Section.URGENT, day(1))})
    for place, due in [(Section.WAITS, day(7)), (Section.FOLLOWS, day(0)), (Section.WAITS, None)]:
        lay(store, staff, {mine: (place, due)})
    with store.transaction() as uow:
        found = uow.worklists.due([mine], day(6), 9)
        assert [(listed.code, listed.due, listed.record) for listed in found] == [
            (overdue.code, day(-4), "taken_up"),
            (today.code, day(0), "taken_up"),
            (urgent.code, day(1), "taken_up"),
        ]
        assert len(uow.worklists.due([mine], day(6), 1)) == 1


def test_an_appointment_is_its_owners_in_that_school(store: Store, staff: Staff) -> None:
    case = lay(store, staff, {})
    promised = [Appointment(seq, seq, staff.karin.id, day(seq)) for seq in (2, 1, 9)]
    decided = [replace(promised[0], number=number, state=state) for number, state in ((3, DONE), (4, DROPPED))]
    with store.transaction() as uow:
        uow.worklists.set_appointments(case, [*promised, *decided])
        assert uow.worklists.appointment_count(staff.school, day(1)) == AppointmentCount(open=3, overdue=1)
        assert uow.worklists.owners(staff.school) == {staff.karin.id}
        own, days = Assignee(staff.school, str(staff.karin.id)), (day(0), day(6))
        assert [(one.code, one.day) for one in uow.worklists.appointments([own], days, 9)] == [
            (case.code, day(1)),
            (case.code, day(2)),
        ]
        for elsewhere in (Assignee(uuid4(), own.holder), assignee(staff), Assignee(staff.school, str(staff.sanne.id))):
            assert uow.worklists.appointments([elsewhere], days, 9) == []


def test_for_whom_cases_wait_those_with_the_most_first(store: Store, staff: Staff) -> None:
    sanne = Assignee(staff.school, str(staff.sanne.id))
    for due in (day(-1), day(0), None):
        lay(store, staff, {assignee(staff): (Section.WAITS, due), sanne: (Section.FOLLOWS, due)})
    lay(store, staff, {sanne: (Section.URGENT, day(-2))})
    with store.transaction() as uow:
        workload = uow.worklists.workloads(staff.school, TODAY, 9)
        assert [(one.assignee, one.count, one.overdue) for one in workload] == [(assignee(staff), 3, 1), (sanne, 1, 1)]
        assert [(at.open, at.overdue) for at in uow.worklists.step_counts(staff.school, TODAY)] == [(4, 2)]


# Bounded, whatever is open.


@dataclass
class Read:
    """What was asked of the database."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    rows: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Read]:
    """Count the statements, and the rows that came back."""
    read = Read()

    def count(_c: Connection, cursor: Any, statement: str, values: Any, context: Any, _many: bool) -> None:
        read.statements.append((statement, values))
        if cursor.description:
            rows = cursor.fetchall()
            read.rows += len(rows)
            context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=rows)

    event.listen(engine, "after_cursor_execute", count)
    try:
        yield read
    finally:
        event.remove(engine, "after_cursor_execute", count)


@pytest.fixture
def led(store: Store, staff: Staff) -> Assignee:
    """De Linde with somebody who leads it and coordinates care too; her desk as a coordinator."""
    apply_schools(store, [SchoolConfig("De Linde", "noord", people=(*LINDE.people, LEADER))], WORKSPACE, NOW)
    return assignee(staff)


def fill(engine: Engine, store: Store, staff: Staff, count: int) -> None:
    """So many more open cases, of which every third waits for the care coordinator."""
    case = lay(store, staff, {})
    with engine.begin() as connection:
        row = connection.execute(select(cases).where(cases.c.id == case.id)).mappings().one()
        new = [{**row, "id": uuid4(), "code": f"{27 + count}-{number:04}"} for number in range(count)]
        connection.execute(insert(cases), new)
        connection.execute(insert(case_teachers), [{"case": one["id"], "teacher": staff.sanne.id} for one in new])
        connection.execute(insert(work_items), [_lies(one, n, role) for n, one in enumerate(new) for role in READERS])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


READERS = (Role.CARE_COORDINATOR, Role.CONFIDANT, Role.SCHOOL_LEADER)


def _lies(case: dict[str, Any], number: int, role: Role) -> dict[str, Any]:
    section = Section.WAITS if number % 3 == 0 and role is Role.CARE_COORDINATOR else Section.FOLLOWS
    lies = {"case": case["id"], "school": case["school"], "code": case["code"], "assignee": role}
    return {**lies, "section": section, "due": day(number % 40 - 10), "record": "taken_up"}


@pytest.mark.parametrize("page", [0, 1])
def test_a_page_reads_as_much_whatever_is_open(
    engine: Engine, store: Store, staff: Staff, led: Assignee, page: int
) -> None:
    read = {}
    for count in (60, 440):  # 500 in all
        fill(engine, store, staff, count)
        with store.transaction(NOW) as uow:
            overview(uow, actor_of(uow, BOSS), HOME, NOW, page)  # staff are remembered from the first look on
        with counted(engine) as read[count], store.transaction(NOW) as uow:
            seen = overview(uow, actor_of(uow, BOSS), HOME, NOW, page)
        assert len(seen.rows) == HOME.cases
        assert sum(seen.counts.values()) == (60 if count == 60 else 500)
    few, many = read[60], read[440]
    assert len(few.statements) == len(many.statements) <= 25
    # Beside the cases of the page, this week's and a line for each step and desk; these are bounded too.
    assert many.rows <= few.rows + HOME.week
    assert many.rows <= 2 * HOME.cases + 2 * HOME.week + 30


def test_a_page_is_read_off_the_index(engine: Engine, store: Store, staff: Staff, led: Assignee) -> None:
    fill(engine, store, staff, 500)
    with counted(engine) as read, store.transaction() as uow:
        uow.worklists.page([led], 0, HOME.cases)
        uow.worklists.section_counts([led])
    with engine.connect() as connection:
        for statement, values in read.statements:
            if "work_items" in statement:
                plan = _plan(connection, statement, values)
                assert "ix_work_items_order" in plan
                assert "SCAN work_items" not in plan
                assert "Seq Scan on work_items" not in plan


def _plan(connection: Connection, statement: str, values: Any) -> str:
    how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET enable_seqscan = off")  # a table this small is read whole otherwise
    rows = connection.exec_driver_sql(f"{how} {statement}", values).all()
    return "\n".join(str(row[-1]) for row in rows)
