"""A Home tab finds, sorts and counts its cases by index: a page reads a bounded number of rows, whatever is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, insert, select, text
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from meldcode.cases_port import CaseHeader
from meldcode.desks import MOST_IN_WEEK
from meldcode.people import Identity
from meldcode.plan import Role
from meldcode.reading import CASES_ON_PAGE, overview
from meldcode.turns import Appointment, Desk, Place, Turn
from storage.schema import case_teachers, cases, turns
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.transaction import Store
from tests.storage.conftest import LINDE, NOW, PUPIL, WORKSPACE, Staff

TODAY = NOW.date()
BOSS = Identity("slack", WORKSPACE, "U3")
LEADER = PersonConfig("U3", "Fatima el Amrani", frozenset({Role.SCHOOL_LEADER, Role.CARE_COORDINATOR}))


def desk(staff: Staff, holder: str = Role.CARE_COORDINATOR) -> Desk:
    return Desk(staff.school, holder)


def lay(store: Store, staff: Staff, places: dict[Desk, tuple[Place, date | None]]) -> CaseHeader:
    """A new case that lies on these desks."""
    with store.transaction() as tx:
        case = tx.cases.open(staff.school, tx.plans.current(), PUPIL, staff.sanne.id, NOW)
        tx.turns.keep(case, [Turn(on, place, "taken_up", due) for on, (place, due) in places.items()], [])
    return case


def codes(store: Store, *desks: Desk, first: int = 0, limit: int = 100) -> list[str]:
    with store.transaction() as tx:
        return [lying.code for lying in tx.turns.page(desks, first, limit)]


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def test_what_waits_comes_first_and_then_what_is_due_first(store: Store, staff: Staff) -> None:
    mine = desk(staff)
    follows = lay(store, staff, {mine: (Place.FOLLOWS, day(-9))})
    sometime = lay(store, staff, {mine: (Place.WAITS, None)})
    later = lay(store, staff, {mine: (Place.WAITS, day(3))})
    soon = lay(store, staff, {mine: (Place.WAITS, day(1))})
    assert codes(store, mine) == [soon.code, later.code, sometime.code, follows.code]
    assert codes(store, mine, first=1, limit=2) == [later.code, sometime.code]
    assert codes(store, desk(staff, Role.CONFIDANT)) == []
    assert codes(store) == []


def test_a_case_on_two_desks_comes_once_where_it_comes_first(store: Store, staff: Staff) -> None:
    one, other = desk(staff), desk(staff, Role.SCHOOL_LEADER)
    both = [lay(store, staff, {one: (Place.FOLLOWS, day(n)), other: (Place.WAITS, day(n))}).code for n in (3, 1, 2)]
    alone = lay(store, staff, {one: (Place.WAITS, day(2)), other: (Place.FOLLOWS, day(2))}).code
    in_order = [both[1], *sorted([both[2], alone]), both[0]]
    assert codes(store, one, other) == in_order
    assert [codes(store, one, other, first=n, limit=1) for n in range(5)] == [*([code] for code in in_order), []]
    with store.transaction() as tx:
        assert tx.turns.counts([one, other]) == {Place.WAITS: 4}
        assert tx.turns.counts([one]) == {Place.WAITS: 1, Place.FOLLOWS: 3}
        assert tx.turns.counts([]) == {}


def test_keeping_takes_the_place_of_what_was_kept_before(store: Store, staff: Staff) -> None:
    case, mine = lay(store, staff, {desk(staff): (Place.WAITS, day(1))}), Desk(staff.school, str(staff.sanne.id))
    again = CaseHeader(**{**vars(case), "version": 2})
    with store.transaction() as tx:
        tx.turns.keep(again, [Turn(mine, Place.JOINED)], [Appointment(1, staff.karin.id, day(2))])
    assert (codes(store, desk(staff)), codes(store, mine)) == ([], [case.code])
    with store.transaction() as tx:
        tx.turns.keep(again, [], [])
        assert tx.turns.promises([Desk(staff.school, str(staff.karin.id))], (TODAY, day(9)), 9) == []
    assert codes(store, mine) == []


def test_due_this_week_is_what_must_be_done_and_not_what_is_followed(store: Store, staff: Staff) -> None:
    mine = desk(staff)
    overdue = lay(store, staff, {mine: (Place.WATCHES, day(-4))})
    today = lay(store, staff, {mine: (Place.WAITS, day(0))})
    for place, due in [(Place.WAITS, day(7)), (Place.FOLLOWS, day(0)), (Place.WAITS, None)]:
        lay(store, staff, {mine: (place, due)})
    with store.transaction() as tx:
        found = tx.turns.due([mine], day(6), 9)
        assert [(lying.code, lying.due, lying.record) for lying in found] == [
            (overdue.code, day(-4), "taken_up"),
            (today.code, day(0), "taken_up"),
        ]
        assert len(tx.turns.due([mine], day(6), 1)) == 1


def test_an_appointment_is_its_owners_in_that_school(store: Store, staff: Staff) -> None:
    case = lay(store, staff, {})
    promised = [Appointment(seq, staff.karin.id, day(seq)) for seq in (2, 1, 9)]
    with store.transaction() as tx:
        tx.turns.keep(case, [], promised)
        own, days = Desk(staff.school, str(staff.karin.id)), (day(0), day(6))
        assert [(one.code, one.day) for one in tx.turns.promises([own], days, 9)] == [
            (case.code, day(1)),
            (case.code, day(2)),
        ]
        for elsewhere in (Desk(uuid4(), own.holder), desk(staff), Desk(staff.school, str(staff.sanne.id))):
            assert tx.turns.promises([elsewhere], days, 9) == []


def test_for_whom_cases_wait_those_with_the_most_first(store: Store, staff: Staff) -> None:
    sanne = Desk(staff.school, str(staff.sanne.id))
    for due in (day(-1), day(0), None):
        lay(store, staff, {desk(staff): (Place.WAITS, due), sanne: (Place.FOLLOWS, due)})
    lay(store, staff, {sanne: (Place.WAITS, day(-2))})
    with store.transaction() as tx:
        minded = tx.turns.minded(staff.school, TODAY, 9)
        assert [(one.desk, one.count, one.overdue) for one in minded] == [(desk(staff), 3, 1), (sanne, 1, 1)]
        assert [(at.open, at.overdue) for at in tx.turns.steps(sanne, TODAY)] == [(4, 2)]


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
def led(store: Store, staff: Staff) -> Desk:
    """De Linde with somebody who leads it and coordinates care too; her desk as a coordinator."""
    apply_schools(store, [SchoolConfig("De Linde", "noord", people=(*LINDE.people, LEADER))], WORKSPACE, NOW)
    return desk(staff)


def fill(engine: Engine, store: Store, staff: Staff, count: int) -> None:
    """So many more open cases, of which every third waits for the care coordinator."""
    case = lay(store, staff, {})
    with engine.begin() as connection:
        row = connection.execute(select(cases).where(cases.c.id == case.id)).mappings().one()
        new = [{**row, "id": uuid4(), "code": f"{27 + count}-{number:04}"} for number in range(count)]
        connection.execute(insert(cases), new)
        connection.execute(insert(case_teachers), [{"case": one["id"], "teacher": staff.sanne.id} for one in new])
        connection.execute(insert(turns), [_lies(one, n, role) for n, one in enumerate(new) for role in READERS])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


READERS = (Role.CARE_COORDINATOR, Role.CONFIDANT, Role.SCHOOL_LEADER)


def _lies(case: dict[str, Any], number: int, role: Role) -> dict[str, Any]:
    place = Place.WAITS if number % 3 == 0 and role is Role.CARE_COORDINATOR else Place.FOLLOWS
    lies = {"case": case["id"], "school": case["school"], "code": case["code"], "holder": role}
    return {**lies, "place": place, "due": day(number % 40 - 10), "record": "taken_up"}


@pytest.mark.parametrize("page", [0, 1])
def test_a_page_reads_as_much_whatever_is_open(
    engine: Engine, store: Store, staff: Staff, led: Desk, page: int
) -> None:
    read = {}
    for count in (60, 440):  # 500 in all
        fill(engine, store, staff, count)
        with store.transaction(NOW) as tx:
            overview(tx, BOSS, NOW, page)  # staff are remembered from the first look on
        with counted(engine) as read[count], store.transaction(NOW) as tx:
            seen = overview(tx, BOSS, NOW, page)
        assert len(seen.rows) == CASES_ON_PAGE
        assert sum(seen.counts.values()) == (60 if count == 60 else 500)
    few, many = read[60], read[440]
    assert len(few.statements) == len(many.statements) <= 25
    # Beside the cases of the page, this week's and a line for each step and desk; these are bounded too.
    assert many.rows <= few.rows + MOST_IN_WEEK
    assert many.rows <= 2 * CASES_ON_PAGE + 2 * MOST_IN_WEEK + 30


def test_a_page_is_read_off_the_index(engine: Engine, store: Store, staff: Staff, led: Desk) -> None:
    fill(engine, store, staff, 500)
    with counted(engine) as read, store.transaction() as tx:
        tx.turns.page([led], 0, CASES_ON_PAGE)
        tx.turns.counts([led])
    with engine.connect() as connection:
        for statement, values in read.statements:
            if "turns" in statement:
                plan = _plan(connection, statement, values)
                assert "ix_turns_desk" in plan
                assert "SCAN turns" not in plan
                assert "Seq Scan on turns" not in plan


def _plan(connection: Connection, statement: str, values: Any) -> str:
    how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET enable_seqscan = off")  # a table this small is read whole otherwise
    rows = connection.exec_driver_sql(f"{how} {statement}", values).all()
    return "\n".join(str(row[-1]) for row in rows)
