"""While it starts the program answers that it does, and takes no requests (promise 11); one runs on a database."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot import app
from bot.database import alone
from bot.settings import ConfigError, Settings
from storage.crypto.vault import new_master_key
from tests.databases import migrated_sqlite
from tests.ports import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of a program that waits for Slack, which is away."""
    migrated_sqlite(tmp_path / "m.db")
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'm.db'}",
        meldwijzer_master_key=SecretStr(new_master_key()),
        slack_bot_token=SecretStr("xoxb-1-x"),
        slack_signing_secret=SecretStr("0123456789abcdef" * 2),
        slack_api_url="http://127.0.0.1:1/api/",
        port=free_port(),
    )


@pytest.mark.parametrize("page", ["healthz", "readyz", "slack/events"])
async def test_what_starts_says_so_until_it_runs(settings: Settings, page: str) -> None:
    running = asyncio.create_task(app.run(settings))
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        while True:
            try:
                answer = await session.get(f"http://127.0.0.1:{settings.port}/{page}")
                break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
        said = await answer.json()
    running.cancel()
    await asyncio.wait([running])
    assert (answer.status, said["failing"]) == (503, ["start"])
    assert "meldwijzer doctor" in said["reason"]


async def test_a_port_that_is_taken_is_told_before_slack_answers(settings: Settings) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", settings.port)
    async with taken, asyncio.timeout(20):
        with pytest.raises(ConfigError, match="HOST, PORT"):
            await app.run(settings)


async def test_what_is_stopped_while_it_opens_the_database_keeps_others_out_until_it_has_done(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, go_on = threading.Event(), threading.Event()

    def open_store(_: Settings) -> None:
        opening.set()
        go_on.wait(20)

    monkeypatch.setattr(app, "open_store", open_store)
    running = asyncio.create_task(app.run(settings))
    assert await asyncio.to_thread(opening.wait, 20)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=1)
    try:
        assert not done
        with pytest.raises(ConfigError, match="already runs"), alone(settings):
            pytest.fail("the other one still migrates")
    finally:
        go_on.set()
        await asyncio.wait([running])


def test_a_link_to_the_database_is_the_same_database(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.db").symlink_to(tmp_path / "m.db")
    linked = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'elsewhere' / 'link.db'}"})
    with alone(settings), pytest.raises(ConfigError, match="already runs"), alone(linked):
        pytest.fail("two run on one database")


def test_nothing_is_written_through_a_link_in_the_place_of_the_lock(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "m.db.lock").symlink_to(tmp_path / "mine")
    with pytest.raises(ConfigError, match="cannot be used"), alone(settings):
        pytest.fail("the lock is a link")
    assert (tmp_path / "mine").read_text() == "mine"
