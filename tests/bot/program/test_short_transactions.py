"""What the clock does in one transaction stays small, however much there is to do: on SQLite everybody waits for it.

Counted are the statements of each transaction and the rows that each changes. Unlike its time, these do not depend on
how busy the machine is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, event, insert, select

from bot.scheduler import AT_ONCE, DELETED
from storage.db.schema import alarms, drafts, outbox, people, processed_requests
from storage.repositories.messages.outbox import SendState
from tests.bot.cases.closing import SIGNAL, opened_case, record
from tests.running import KARIN, SANNE, Running, running

CASES, ROWS = 6 * AT_ONCE, 5 * DELETED
STATEMENTS = 12 * AT_ONCE
"""For a case: its plan and staff, its entries, its messages, its reminders."""


@contextmanager
def transactions(engine: Engine) -> Iterator[list[list[int]]]:
    """The transactions that begin meanwhile, each as the rows that its statements changed."""
    seen: list[list[int]] = []

    def begun(_: Connection) -> None:
        seen.append([])

    def done(_connection: Connection, cursor: Any, *_: Any) -> None:
        if seen:
            seen[-1].append(max(cursor.rowcount, 0))

    event.listen(engine, "begin", begun)
    event.listen(engine, "after_cursor_execute", done)
    try:
        yield seen
    finally:
        event.remove(engine, "begin", begun)
        event.remove(engine, "after_cursor_execute", done)


async def much(school: Running) -> None:
    """Many cases whose teacher left, some of them closed, and much that is not kept any longer."""
    for number in range(CASES):
        first, last = ("".join(Random(f"{number} {which}").choices(ascii_lowercase, k=9)) for which in (1, 2))
        await record(school, SANNE, "signal", **{**SIGNAL, "first_name": first, "last_name": last})
    long_ago = school.clock() - timedelta(days=100)
    with school.program.engine.begin() as connection:
        who = connection.scalars(select(people.c.id)).first()
        connection.execute(insert(outbox), [_sent(who, n, long_ago) for n in range(ROWS)])
        connection.execute(insert(drafts), [_draft(who, n, long_ago) for n in range(ROWS)])
        connection.execute(insert(alarms), [_alarm(who, long_ago + timedelta(minutes=n)) for n in range(ROWS)])
        old = [{"request": b"%d" % n, "at": long_ago} for n in range(ROWS)]
        connection.execute(insert(processed_requests), old)


def _sent(who: object, number: int, at: datetime) -> dict[str, Any]:
    row = {"kind": "week", "about": "", "recipient": who, "moment": f"{number}", "payload": {}, "attempts": 1}
    return {**row, "state": SendState.SENT.value, "due_at": at, "created_at": at}


def _draft(who: object, number: int, at: datetime) -> dict[str, Any]:
    return {"key": b"%d" % number, "author": who, "answers": b"", "expires_at": at}


def _alarm(who: object, at: datetime) -> dict[str, Any]:
    return {"id": uuid4(), "raised_by": who, "raised_at": at, "level": 1, "version": 1}


@pytest.mark.slow
@pytest.mark.timeout(200)
async def test_no_transaction_of_the_clock_is_long(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await much(school)
        engine, before = school.program.engine, school.count(outbox) - ROWS
        school.clock.forward(days=20)
        await school.actor(SANNE).leave_or_return(is_gone=True)
        school.expect("invalid_arguments")  # the Home tab of who left
        with transactions(engine) as seen:
            await school.program.scheduler.hourly()
            await school.program.scheduler.tick()
        assert school.count(outbox) - before >= 2 * CASES, "reminders, and that a teacher is gone"
        assert [school.count(table) for table in (drafts, alarms)] == [0, 0]
        assert max(map(len, seen)) <= STATEMENTS
        assert max(max(rows, default=0) for rows in seen) <= DELETED


async def test_a_person_deletes_only_some_of_what_is_old(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await much(school)
        with transactions(school.program.engine) as seen:
            await school.press(KARIN, await school.open_case(KARIN, await opened_case(school)), "Signaal oppakken")
        assert 0 < ROWS - school.count(processed_requests) < DELETED
        assert max(max(rows, default=0) for rows in seen) <= DELETED
