"""The clock of the demo: where each move leads, and that its time never goes back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.demo.clock import PracticeClock
from bot.settings import ConfigError
from handlers.i18n.texts import text
from meldcode.domain.calendar import AMSTERDAM
from storage.db.schema import outbox
from tests.running import LINDE, SANNE, Running, running, signal


def starting_at(moment: str, folder: Path) -> PracticeClock:
    """A clock that goes on at this time in the Netherlands."""
    start = datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)
    (folder / "clock").write_text(str((start - datetime.now(UTC)).total_seconds()), encoding="ascii")
    return PracticeClock(folder / "clock")


def shown(clock: PracticeClock) -> str:
    return f"{clock.now().astimezone(AMSTERDAM):%Y-%m-%dT%H:%M}"


async def move(clock: PracticeClock, school: Running, label: str) -> str:
    clock.begin(school.program)
    return await dict(clock.moves)[label]()


@pytest.mark.parametrize(
    ("start", "label", "expected"),
    [
        ("2027-04-14T10:00", "+5 minuten", "2027-04-14T10:05"),
        ("2027-04-14T10:00", "+1 schooldag", "2027-04-15T08:30"),
        ("2027-04-15T07:00", "+1 schooldag", "2027-04-16T08:30"),
        ("2027-04-23T10:00", "+1 schooldag", "2027-05-03T08:30"),
        ("2027-03-22T10:00", "+1 week", "2027-03-29T10:00"),  # over the night that the clock goes forward
        ("2027-04-12T10:00", "Naar de vakantie", "2027-04-23T08:30"),
        ("2027-04-23T08:31", "Naar de vakantie", "2027-07-09T08:30"),
        ("2027-04-28T10:00", "Naar de vakantie", "2027-07-09T08:30"),
    ],
)
async def test_where_a_move_leads(tmp_path: Path, start: str, label: str, expected: str) -> None:
    clock = starting_at(start, tmp_path)
    async with running(tmp_path, schools=[LINDE], worker=False) as school:
        assert await move(clock, school, label) == ""
        assert shown(clock) == expected


async def test_the_next_reminder_is_that_of_a_case_or_one_that_waits_for_the_morning(tmp_path: Path) -> None:
    clock = starting_at("2026-11-24T10:00", tmp_path)
    async with running(tmp_path, schools=[LINDE], worker=False) as school:
        assert await move(clock, school, "Naar de volgende herinnering") == text("practice_no_reminder")
        await school.report(SANNE, signal())
        while await school.program.outbox_relay.drain():
            pass
        await move(clock, school, "Naar de volgende herinnering")
        assert shown(clock) == "2026-11-24T15:00"
        school.clock.forward(hours=10)
        await school.program.scheduler.tick()
        await move(clock, school, "Naar de volgende herinnering")
        assert shown(clock) == "2026-11-25T08:31"


async def test_a_move_brings_what_falls_due(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[LINDE], worker=False) as school:
        await school.report(SANNE, signal())
        before = len(_waiting(school))
        school.clock.forward(days=1)
        clock = starting_at("2026-11-25T10:00", tmp_path)
        await move(clock, school, "+1 schooldag")
        assert len(_waiting(school)) == before + 2


def _waiting(school: Running) -> list[object]:
    with school.program.engine.connect() as connection:
        return list(connection.execute(select(outbox.c.id)))


async def test_beyond_the_known_vacations_it_stays_where_it_is(tmp_path: Path) -> None:
    clock = starting_at("2030-09-20T10:00", tmp_path)
    async with running(tmp_path, schools=[LINDE], worker=False) as school:
        for label in ("+1 schooldag", "Naar de vakantie"):
            assert await move(clock, school, label) == text("practice_beyond")
        assert shown(clock) == "2030-09-20T10:00"


async def test_after_a_new_start_the_time_goes_on(tmp_path: Path) -> None:
    clock = starting_at("2027-04-14T10:00", tmp_path)
    async with running(tmp_path, schools=[LINDE], worker=False) as school:
        await move(clock, school, "+1 week")
    again, before = PracticeClock(tmp_path / "clock"), clock.now()
    assert 0 <= (again.now() - before).total_seconds() < 5
    assert not again.moves, "it moves nothing before the program runs"


def test_without_a_file_it_is_now(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    assert before <= PracticeClock(tmp_path / "clock").now() <= datetime.now(UTC)


@pytest.mark.parametrize("words", [b"", b"gisteren", b"1e999", b"\xff"])
def test_a_file_that_is_no_clock_is_said_to_be_wrong(tmp_path: Path, words: bytes) -> None:
    (tmp_path / "clock").write_bytes(words)
    with pytest.raises(ConfigError, match="to start again"):
        PracticeClock(tmp_path / "clock")
