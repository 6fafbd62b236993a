"""How often PostgreSQL is asked and waited for, counted on the way to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import URL, Engine, make_url, text

from meldcode.application.actor import actor_of
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.case.state import Answers
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Identity
from storage.crypto.vault import Vault
from storage.db.engine import make_engine
from storage.schools import apply_schools
from storage.unit_of_work import Store
from tests.databases import Postgres
from tests.storage.conftest import LINDE, NOW, WORKSPACE

SIGNAL: Answers = {
    "first_name": "Noor",
    "group": "5",
    "kind": ("abuse_or_neglect",),
    "what": "Een blauwe plek.",
    "heard_from": "self",
    "happened_on": f"{NOW:%Y-%m-%d}",
}


class Relay:
    """A socket before that of the server; `journeys` counts how often something is sent after an answer."""

    def __init__(self, server: str, folder: Path) -> None:
        self.journeys = 0
        self._server = server
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen()
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listening.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._server)
            answered = [True]
            for ends in ((near, far, True), (far, near, False)):
                Thread(target=self._pass_on, args=(*ends, answered), daemon=True).start()

    def _pass_on(self, source: socket.socket, to: socket.socket, is_asked: bool, answered: list[bool]) -> None:
        with source, suppress(OSError):
            while content := source.recv(1 << 16):
                self.journeys += is_asked and answered[0]
                answered[0] = not is_asked
                to.sendall(content)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[URL]:
    name = postgres.create()
    yield make_url(postgres.url(name))
    postgres.drop(name)


@pytest.fixture
def relay(database: URL, tmp_path: Path) -> Relay:
    return Relay(f"{database.query['host']}/.s.PGSQL.{database.port or 5432}", tmp_path)


@pytest.fixture
def engine(database: URL, relay: Relay, tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(database.set(query={"host": str(tmp_path)}).render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine, vault: Vault, plan: Plan) -> Store:
    store = Store(engine, vault, plan)
    store.register_plans([(plan, "")])
    apply_schools(store, [LINDE], WORKSPACE, NOW)
    return store


def test_a_first_signal_makes_eleven_journeys(store: Store, relay: Relay) -> None:
    for last_name in ("Prins", "Bakker", "Kuipers"):  # the first ones fill the caches
        before = relay.journeys
        with store.transaction(NOW) as uow:
            actor = actor_of(uow, Identity("slack", WORKSPACE, "U1"))
            command = RecordEntry(last_name, "", {**SIGNAL, "last_name": last_name}, reviewed=True)
            assert isinstance(record_entry(uow, actor, command, NOW), Saved)
    assert relay.journeys - before == 11


def test_a_transaction_begins_with_its_first_statement(store: Store, relay: Relay) -> None:
    before = relay.journeys
    with store.transaction(NOW):
        pass
    assert relay.journeys - before == 2, "it begins, and it commits"


def test_what_fails_is_rolled_back_and_the_connection_is_as_before(store: Store, engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction(NOW) as uow:
        assert uow.processed_requests.claim("key", NOW)
        raise ZeroDivisionError
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE never (one int)")
        connection.rollback()
        assert connection.scalar(text("SELECT to_regclass('never')")) is None
    with store.transaction(NOW) as uow:
        assert uow.processed_requests.claim("key", NOW)
