"""Transactions that share a commit on SQLite are still transactions of their own."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event, func, select

from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.domain.case.header import CaseHeader
from storage.db.schema import outbox
from storage.unit_of_work import LostTransaction, Store, Transactions
from tests.databases import sqlite_only
from tests.storage.conftest import NOW, Staff


def _put(begin: Transactions, staff: Staff, case: CaseHeader, moment: str, *, fails: bool = False) -> None:
    with begin(NOW) as uow:
        uow.outbox.put(OutboxMessage(uow.staff.get(staff.karin.id).id, case.id, moment, DeputyArranged()), NOW)
        if fails:
            raise RuntimeError


def _asked(engine: Engine) -> list[str]:
    """What the database is asked from now on."""
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    return asked


def _moments(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(select(outbox.c.moment)))


def test_one_that_fails_takes_only_its_own_along(store: Store, staff: Staff, case: CaseHeader, engine: Engine) -> None:
    with store.together(3) as begin:
        _put(begin, staff, case, "1")
        with pytest.raises(RuntimeError):
            _put(begin, staff, case, "2", fails=True)
        _put(begin, staff, case, "3")
    assert _moments(engine) == {"1", "3"}


@sqlite_only  # on a server each has a commit of its own
def test_what_shares_a_commit_is_stored_at_its_end_or_not_at_all(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    with pytest.raises(RuntimeError), store.together(3) as begin:
        _put(begin, staff, case, "1")
        raise RuntimeError
    assert _moments(engine) == set()


def test_one_alone_takes_no_savepoint(store: Store, staff: Staff, case: CaseHeader, engine: Engine) -> None:
    asked = _asked(engine)
    with store.together(1) as begin:
        _put(begin, staff, case, "1")
    assert _moments(engine) == {"1"}
    assert not [one for one in asked if "SAVEPOINT" in one]


@sqlite_only
def test_what_shares_a_commit_reads_once_whether_the_staff_changed(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    asked = _asked(engine)
    with store.together(3) as begin:
        for moment in ("1", "2", "3"):
            _put(begin, staff, case, moment)
    assert len([one for one in asked if "cache_epoch" in one]) == 1


@sqlite_only
def test_a_database_that_rolled_back_by_itself_is_noticed(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    with pytest.raises(LostTransaction), store.together(3) as begin:
        _put(begin, staff, case, "1")
        with begin(NOW) as uow:
            uow.session.connection.exec_driver_sql("RELEASE one")
            uow.session.connection.exec_driver_sql("ROLLBACK")
            uow.session.connection.exec_driver_sql("SAVEPOINT one")
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(outbox)) == 0
