"""The running worker keeps the anchor up to date, but never replaces one that shows a loss (promise 7)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, update

from bot.cli.doctor.findings import complaints
from storage.db.schema import cases, entries
from tests.running import SANNE, logged, running, signal


async def test_the_worker_keeps_the_anchor_and_says_what_was_lost(tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    async with running(tmp_path) as school:
        school.program.settings.meldwijzer_anchor_file = anchor
        assert f"There is no anchor {anchor.name} yet. Does a worker run?" in list(complaints(school.program.settings))
        await school.report(SANNE, signal())
        await school.program.scheduler.hourly()
        before = anchor.read_text()
        with school.program.engine.begin() as db:
            db.execute(delete(entries))
            [code] = db.scalars(update(cases).values(version=0, head=bytes(32)).returning(cases.c.code))
        with logged() as log:
            await school.program.scheduler.hourly()
        assert f"The database does not go on from the anchor: {code}, entry 1: cut off" in log.text
        assert anchor.read_text() == before
        assert any(line.startswith(f"{code}, entry 1: cut off") for line in complaints(school.program.settings))


async def test_an_anchor_that_was_deleted_is_noticed_and_not_written_again(tmp_path: Path, database_url: str) -> None:
    anchor = tmp_path / "anchor"
    async with running(tmp_path, database_url=database_url) as school:
        school.program.settings.meldwijzer_anchor_file = anchor
        await school.program.scheduler.hourly()
        anchor.unlink()
        with logged() as log:
            await school.program.scheduler.hourly()
        [gone] = [line for line in complaints(school.program.settings) if line.startswith("The anchor anchor is gone")]
        assert gone in log.text
        assert not anchor.exists(), "a new one would hide what was put back meanwhile"
