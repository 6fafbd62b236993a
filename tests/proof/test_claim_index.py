"""The cost of a tick does not grow with the number of open cases: due cases are found by index, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, event, insert

from storage.db.schema import cases, plans, schools
from storage.repositories.cases import StoredCases
from storage.session import Session

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = datetime(2026, 12, 24, 9, tzinfo=UTC)
INDEX = "ix_cases_next_due"


def test_the_claim_of_what_is_due_uses_the_index(engine: Engine) -> None:
    with engine.begin() as connection:
        _fill(connection, 2000)
        connection.exec_driver_sql("ANALYZE")
        asked: list[tuple[str, Any]] = []

        def keep(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", keep)
        assert StoredCases(Session(connection, None, NOW)).claim_due(NOW, 50) == []  # type: ignore[arg-type]
        event.remove(connection, "before_cursor_execute", keep)
        statement, parameters = asked[0]
        how = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{how} {statement}", parameters))
    assert INDEX in plan, plan


def _fill(connection: Connection, count: int) -> None:
    school = uuid4()
    row = {"name": "De Linde", "region": "noord", "free_days": [], "open_days": [], "hours": ["08:30", "16:30"]}
    connection.execute(insert(schools).values(id=school, **row))
    connection.execute(insert(plans).values(plan="p", version=1, digest=b"", document=""))
    same = {"school": school, "plan": "p", "plan_version": 1, "status": "open", "step": "s", "version": 1, "rungs": 0}
    moments = {"opened_at": NOW, "since": NOW, "next_due": LATER}
    sealed = {"pupil": b"", "head": b""}
    rows = [{"id": uuid4(), "code": f"x{number}", **same, **moments, **sealed} for number in range(count)]
    connection.execute(insert(cases), rows)
