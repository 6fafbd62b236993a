"""PgBouncer in front of PostgreSQL: session mode works, and the other modes are refused before anything is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.database import POOLER
from bot.settings import ConfigError, Settings
from bot.store import open_store
from storage.crypto.vault import new_master_key
from storage.db.engine import make_engine
from storage.db.pooler import changes_servers
from storage.db.schema import cases
from tests.bot_cli.wrong.pgbouncer import pooled
from tests.databases import Postgres, postgresql_only
from tests.names import NAMES
from tests.running import KARIN, MEHMET, SANNE, running, signal

SIGNALS = 20


@contextmanager
def before(postgres: Postgres, mode: str, most: int = 20) -> Iterator[str]:
    database = postgres.create()
    try:
        with pooled(postgres.url(database), mode, most) as url:
            yield url
    finally:
        postgres.drop(database)


async def test_in_session_mode_every_signal_is_stored(tmp_path: Path, postgres: Postgres) -> None:
    with before(postgres, "session") as url:
        async with running(tmp_path, database_url=url) as school:
            for number in range(0, SIGNALS, 2):
                await asyncio.gather(
                    school.report(SANNE, signal(Voornaam=NAMES[number])),
                    school.report(MEHMET, signal(Voornaam=NAMES[number + 1], Groep="6")),
                )
            assert school.count(cases) == SIGNALS
            await school.sent()
            assert len(school.codes(KARIN)) == SIGNALS


@pytest.mark.parametrize("most", [1, 5])
def test_transaction_mode_is_found_however_many_servers_there_are(postgres: Postgres, most: int) -> None:
    with before(postgres, "transaction", most) as url:
        engine = make_engine(url)
        assert changes_servers(engine)
        engine.dispose()


def test_transaction_mode_is_found_while_others_work(postgres: Postgres) -> None:
    with before(postgres, "transaction") as url:
        others, engine = make_engine(url), make_engine(url)
        held = [others.connect() for _ in range(5)]
        for number, one in enumerate(held):
            one.execute(text("SELECT 1"))
            if number % 2:
                one.rollback()
        assert changes_servers(engine)
        for one in held:
            one.close()
        for each in (others, engine):
            each.dispose()


@postgresql_only
def test_without_a_pooler_nothing_is_found(engine: Engine) -> None:
    assert not any(changes_servers(engine) for _ in range(5))


def test_the_limits_hold_behind_a_pooler(postgres: Postgres) -> None:
    with before(postgres, "session") as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW lock_timeout")) == "1500ms"
            with pytest.raises(DBAPIError, match="statement timeout"):
                connection.execute(text("SELECT pg_sleep(5)"))
        engine.dispose()


def test_statement_mode_is_refused_in_words(postgres: Postgres) -> None:
    with before(postgres, "statement") as url:
        chosen = Settings(database_url=url, meldwijzer_master_key=SecretStr(new_master_key()))
        with pytest.raises(ConfigError) as refused:
            open_store(chosen)
    assert str(refused.value) == POOLER
