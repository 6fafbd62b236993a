"""The clock in the bar: what it shows, who may move it, and what does not depend on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from practice.model import Move
from practice.state.triggers import TRIGGER_LIFE
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.practice_pages.sample import KARIN, PEOPLE, SANNE, config

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(30)]
OURS = {"sec-fetch-site": "same-origin"}
BEGIN = datetime(2027, 4, 23, 22, 30, tzinfo=UTC)


class Moved:
    """A clock that stands still, and can be moved once, by a day."""

    def __init__(self) -> None:
        self._now = BEGIN

    @property
    def moves(self) -> Sequence[tuple[str, Move]]:
        return [("+1 dag", self._day)]

    def now(self) -> datetime:
        return self._now

    async def _day(self) -> str:
        if self._now > BEGIN:
            return "Verder gaat het niet."
        self._now += timedelta(days=1)
        return ""


@pytest_asyncio.fixture(loop_scope="session")
async def clocked() -> AsyncIterator[Workspace]:
    workspace = Workspace(config(), PEOPLE, clock=Moved())
    async with PracticeServer(workspace):
        yield workspace
        workspace.touch()


@pytest.mark.parametrize("path", ["/", f"/als/{SANNE}", f"/als/{SANNE}/start", f"/als/{SANNE}/verkeer"])
async def test_every_page_shows_the_time_and_moves_it(clocked: Workspace, page: Page, path: str) -> None:
    await page.goto(clocked.base_url + path)
    clock = page.get_by_role("group", name="De klok")
    await expect(clock).to_contain_text("zaterdag 24 april 2027, 00:30")
    clocked.post(KARIN, "nieuw")
    await clock.get_by_role("button", name="+1 dag").click()
    await expect(clock).to_contain_text("zondag 25 april 2027, 00:30")
    await expect(page.get_by_role("status")).to_have_text("Het is nu zondag 25 april 2027, 00:30.")
    await expect(page.get_by_role("link", name="Karin Visser")).to_contain_text("1 ongelezen")
    await clock.get_by_role("button", name="+1 dag").click()
    await expect(page.get_by_role("status")).to_have_text("Verder gaat het niet.")
    await expect(page.get_by_text("Verder gaat het niet.")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("path", "headers", "status", "moved"),
    [
        ("/klok/0", {}, 403, False),
        ("/klok/0", {"origin": "https://elders.example"}, 403, False),
        ("/klok/0", {"sec-fetch-site": "cross-site"}, 403, False),
        ("/klok/1", OURS, 404, False),
        ("/klok/0", OURS, 200, True),
    ],
)
async def test_only_our_own_pages_move_the_clock(
    clocked: Workspace, path: str, headers: dict[str, str], status: int, moved: bool
) -> None:
    async with httpx.AsyncClient(base_url=clocked.base_url, timeout=5) as client:
        assert (await client.post(path, headers=headers)).status_code == status
        assert (await client.get("/klok/0")).status_code == 405
    assert (clocked.now() > BEGIN) is moved


async def test_messages_have_the_time_of_the_clock_and_trigger_ids_do_not(clocked: Workspace) -> None:
    trigger = clocked.triggers.issue(SANNE)
    assert clocked.clock
    await clocked.clock.moves[0][1]()
    assert clocked.post(SANNE, "nieuw").sent_at == BEGIN + timedelta(days=1)
    assert clocked.triggers.find(trigger).user_id == SANNE
    assert clocked.triggers.find(trigger).ends_at - datetime.now(UTC) <= TRIGGER_LIFE


async def test_a_workspace_without_a_clock_shows_none() -> None:
    async with PracticeServer(Workspace(config(), PEOPLE)) as server, httpx.AsyncClient(timeout=5) as client:
        assert "data-move" not in (await client.get(f"{server.url}/als/{SANNE}")).text
        assert (await client.post(f"{server.url}/klok/0", headers=OURS)).status_code == 404
