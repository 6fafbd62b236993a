"""A demo that runs and a browser before it; pictures are taken when the documents' are renewed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from meldcode.domain.calendar import AMSTERDAM
from tests.story.demo import COMMAND, PICTURES, STILL, Demo, now
from tests.story.desk import Desk

PATIENCE = 20_000  # milliseconds; moving the clock does all that fell due, which takes long on a busy machine


@pytest.fixture(autouse=True, scope="session")
def _patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def in_april(tmp_path: Path) -> None:
    """The demo goes on where an earlier one stopped: on a Monday in April."""
    folder = tmp_path / "data" / "practice"
    folder.mkdir(mode=0o700, parents=True)
    begin = datetime(2027, 4, 12, 10, 0, tzinfo=AMSTERDAM)
    (folder / "clock").write_text(str((begin - now()).total_seconds()), encoding="ascii")


@pytest.fixture
def demo(browser: Browser, tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path, STILL if PICTURES else COMMAND)
    try:
        running.wait_until_ready()
        yield running
    finally:
        said = running.stop()
    assert "Traceback" not in said, said
    assert said.rstrip().endswith("Stopped."), said


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, demo: Demo) -> AsyncIterator[Desk]:
    context = await browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield Desk(await context.new_page(), demo.url, Path(PICTURES) if PICTURES else None)
    await context.close()
