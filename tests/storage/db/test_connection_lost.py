"""A PostgreSQL that was restarted: connections that died meanwhile are replaced, and nothing is stored twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from meldcode.domain.plan.model import Plan
from storage.crypto.vault import Vault
from storage.db.engine import make_engine
from storage.unit_of_work import Store
from tests.databases import Postgres
from tests.storage.conftest import NOW

AT_ONCE = 5
"""As many connections as the pool keeps."""


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    name = postgres.create()
    engine = make_engine(postgres.url(name))
    yield engine
    engine.dispose()
    postgres.drop(name)


def _open_all(store: Store) -> None:
    """Have so many transactions at once, so that the pool has as many connections."""
    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            stack.enter_context(store.transaction(NOW))


def _kill_connections(engine: Engine) -> None:
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
    admin = make_engine(engine.url.render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(text(others), {"name": engine.url.database})
    admin.dispose()


def test_dead_connections_of_the_pool_cost_nobody_a_transaction(engine: Engine, vault: Vault, plan: Plan) -> None:
    store = Store(engine, vault, plan)
    _open_all(store)
    _kill_connections(engine)
    _open_all(store)


def test_a_living_connection_is_not_asked_whether_it_lives(engine: Engine, vault: Vault, plan: Plan) -> None:
    store = Store(engine, vault, plan)
    _open_all(store)
    assert not engine.pool._pre_ping


def test_what_fails_later_in_a_transaction_is_told_and_not_stored(engine: Engine, vault: Vault, plan: Plan) -> None:
    store = Store(engine, vault, plan)
    with pytest.raises(SQLAlchemyError), store.transaction(NOW) as uow:
        uow.processed_requests.claim("one", NOW)
        _kill_connections(engine)
        uow.processed_requests.claim("two", NOW)
    with store.transaction(NOW) as uow:
        assert uow.processed_requests.claim("one", NOW), "the first transaction was rolled back"


@pytest.mark.slow
def test_a_restart_of_the_server_under_load_loses_and_doubles_nothing(
    tmp_path_factory: pytest.TempPathFactory, vault: Vault, plan: Plan
) -> None:
    folder = tmp_path_factory.mktemp("server")
    server = Postgres(folder)
    url = server.url(server.create())
    store, stored, stopped = Store(make_engine(url), vault, plan), list[UUID](), threading.Event()

    def work() -> int:
        failed = 0
        while not stopped.is_set():
            one = uuid4()
            try:
                with store.transaction(NOW) as uow:
                    assert uow.processed_requests.claim(str(one), NOW)
                stored.append(one)
            except SQLAlchemyError:
                failed += 1
                stopped.wait(0.05)
        return failed

    with ThreadPoolExecutor(AT_ONCE) as threads:
        working = [threads.submit(work) for _ in range(AT_ONCE)]
        for _ in range(2):
            stopped.wait(0.5)
            server.server.stop()
            server.server.start()
        before = len(stored)
        stopped.wait(1.0)
        stopped.set()
        assert all(one.result() < 1000 for one in working)
    assert len(stored) > before > 0, "it went on after the restart"
    with store.transaction(NOW) as uow:
        assert not any(uow.processed_requests.claim(str(one), NOW) for one in stored)
    store._engine.dispose()
    server.stop()
