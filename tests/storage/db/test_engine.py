from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from psycopg import OperationalError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from storage.db.engine import BadDatabaseUrl, make_engine
from tests.databases import PRAGMAS, Postgres


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "meldwijzer.db"
    with make_engine(f"sqlite:///{path}").begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
    files = list(path.parent.iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {file.name for file in files} >= {"meldwijzer.db", "meldwijzer.db-wal"}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 1500)],
)
def test_sqlite_keeps_what_it_commits_and_wipes_what_it_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pragma: str, value: object
) -> None:
    monkeypatch.setattr("storage.db.engine.PRAGMAS", PRAGMAS)
    with make_engine(f"sqlite:///{tmp_path / 'm.db'}").connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
def test_postgresql_does_not_wait_for_ever(postgres: Postgres, setting: str) -> None:
    engine = make_engine(postgres.url("postgres"))
    with engine.connect() as connection:
        assert connection.scalar(text(f"SHOW {setting}")) == "1500ms"
    engine.dispose()


def test_a_postgresql_that_vanishes_is_noticed(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def stub(*_: object, **arguments: object) -> None:
        given.update(arguments)
        raise OperationalError

    monkeypatch.setattr("psycopg.connect", stub)
    monkeypatch.setattr("psycopg.Connection.connect", stub)
    for url, seconds in (("postgresql://h/d", 15_000), ("postgresql://h/d?tcp_user_timeout=60000", "60000")):
        with pytest.raises(DBAPIError):
            make_engine(url).connect()
        assert (given["keepalives"], given["tcp_user_timeout"]) == (1, seconds)


def test_a_postgresql_takes_the_limits(postgres: Postgres) -> None:
    engine = make_engine(postgres.url("postgres"))
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        assert {name: raw.info.get_parameters()[name] for name in ("keepalives_idle", "tcp_user_timeout")} == {
            "keepalives_idle": "30",
            "tcp_user_timeout": "15000",
        }
    engine.dispose()


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_every_way_to_write_a_postgresql_url_gives_psycopg(url: str) -> None:
    assert make_engine(url).driver == "psycopg"


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///:memory:", "mysql://u:geheim@h/d", "geheim"])
def test_another_url_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as caught:
        make_engine(url)
    assert "geheim" not in str(caught.value)


UPDATES, THREADS = 200, 4


def test_none_of_many_read_then_write_updates_is_lost(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counters (n INTEGER)"))
        connection.execute(text("INSERT INTO counters VALUES (0)"))
    # SQLite holds what was read by beginning with IMMEDIATE; PostgreSQL by the lock that storage takes too.
    lock = " FOR UPDATE" if engine.dialect.name == "postgresql" else ""

    def count() -> None:
        for _ in range(UPDATES // THREADS):
            with engine.begin() as connection:
                _increase(connection, lock)

    threads = [threading.Thread(target=count) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT n FROM counters")) == UPDATES


def _increase(connection: Connection, lock: str) -> None:
    n = connection.scalar(text("SELECT n FROM counters" + lock)) or 0
    connection.execute(text("UPDATE counters SET n = :n"), {"n": n + 1})
