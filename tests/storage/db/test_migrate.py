from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Integer, LargeBinary, String, Table, column, insert, select, table, text

from storage.db.engine import make_engine
from storage.db.migrate import _config, is_current, upgrade
from storage.db.schema import (
    cache_epoch,
    cases,
    entries,
    metadata,
    pending_exports,
    people,
    plans,
    processed_requests,
    schools,
    work_items,
)
from tests.storage.conftest import NOW


def _differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_the_migrated_tables_are_those_of_the_program(engine: Engine) -> None:
    assert _differences(engine) == []


def test_a_difference_is_seen(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_cases_next_due"))
    assert len(_differences(engine)) == 1


def test_a_migrated_database_is_current_and_stays_so(engine: Engine) -> None:
    assert is_current(engine)
    upgrade(engine)
    assert is_current(engine)


def test_a_new_database_is_not_current(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new.db'}")
    assert not is_current(engine)


PERSON, SCHOOL, CASE, EPOCH = (UUID(int=number) for number in range(1, 5))
NEEDED: list[tuple[Table, dict[str, Any]]] = [
    (people, {"id": PERSON, "name": b"sealed"}),
    (schools, {"id": SCHOOL, "name": "De Linde", "region": "noord", "free_days": [], "open_days": [], "hours": []}),
    (plans, {"plan": "p", "version": 1, "digest": b"", "document": ""}),
    (
        cases,
        {
            "id": CASE,
            "school": SCHOOL,
            "code": "26-AAAA",
            "plan": "p",
            "plan_version": 1,
            "status": "open",
            "step": "signals",
            "version": 1,
            "opened_at": NOW,
            "since": NOW,
            "rungs": 0,
            "pupil": b"",
            "head": b"",
        },
    ),
]
ITEM = {"case": CASE, "school": SCHOOL, "due": date(2026, 3, 9), "code": "26-AAAA", "record": "talk"} | {
    "postponed_to": date(2026, 3, 6),
    "postponed_by": PERSON,
}


def _insert_old(connection: Connection, name: str, now: Table, row: dict[str, Any]) -> None:
    """Insert into a table under its earlier name; a column that was renamed has the type of its place."""
    types = {column.name: column.type for column in now.columns}
    types |= {"holder": String(40), "place": Integer(), "pupil_index": LargeBinary()}
    connection.execute(table(name, *(column(each, types[each]) for each in row)).insert().values(row))


def test_tables_that_got_another_name_keep_their_rows(empty: Engine) -> None:
    config = _config()
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0015")
        for needed, row in NEEDED[:-1]:
            connection.execute(insert(needed).values(row))
        _insert_old(connection, "cases", cases, {**NEEDED[-1][1], "pupil_index": b""})
        _insert_old(connection, "marks", cache_epoch, {"name": "staff", "value": EPOCH})
        _insert_old(connection, "handled", processed_requests, {"request": b"one", "at": NOW})
        export = {"case": CASE, "entry": 3, "given_by": PERSON, "until": NOW}
        _insert_old(connection, "givings", pending_exports, export)
        _insert_old(connection, "turns", work_items, {**ITEM, "holder": "confidant", "place": 1})
    upgrade(empty)
    assert _differences(empty) == []
    with empty.connect() as connection:
        assert connection.execute(select(cache_epoch)).all() == [("staff", EPOCH)]
        assert connection.execute(select(processed_requests)).all() == [(b"one", NOW)]
        assert connection.execute(select(pending_exports)).all() == [(CASE, 3, PERSON, NOW)]
        [item] = connection.execute(select(work_items)).mappings()
    assert dict(item) == {**ITEM, "assignee": "confidant", "section": 1}


def test_plans_of_older_programs_get_a_digest_of_their_text_and_the_newest_case_says_which_is_in_use(
    empty: Engine,
) -> None:
    config = _config()
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0037")
        unused = (plans, {"plan": "q", "version": 1, "digest": b"", "document": "een ander plan"})
        for needed, row in (*NEEDED, unused):
            connection.execute(insert(needed).values(row))
    upgrade(empty)
    with empty.connect() as connection:
        rows = connection.execute(select(plans.c.plan, plans.c.digest, plans.c.chosen).order_by(plans.c.plan)).all()
    assert rows == [("p", sha256(b"").digest(), 1), ("q", sha256(b"een ander plan").digest(), None)]


def test_cases_that_an_older_program_moved_a_signal_from_are_marked_to_be_wiped(empty: Engine) -> None:
    config, other = _config(), UUID(int=5)
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0041")
        for needed, row in (*NEEDED, (cases, {**NEEDED[-1][1], "id": other, "code": "26-BBBB"})):
            connection.execute(insert(needed).values(row))
        stored: dict[str, Any] = {"seq": 1, "author": PERSON, "written_at": NOW, "chain": b""}
        for case, payload in ((CASE, b"\0proof"), (other, b"\1sealed")):
            row = {**stored, "case": case, "idempotency_key": case.bytes, "payload": payload}
            connection.execute(insert(entries).values(row))
    upgrade(empty)
    with empty.connect() as connection:
        marked = connection.scalars(select(cases.c.id).where(cases.c.taken_out_at.is_not(None))).all()
    assert marked == [CASE]
