"""A wrong clock of the machine sends no reminder, destroys nothing, and is reported (promises 2, 8 and 11)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update

from bot import scheduler
from bot.jobs.clock_guard import ClockGuard
from storage.db.schema import cases, entries, files, outbox, reminders
from storage.integrity.future import forget_future, has_future
from tests.bot.cases.closing import SIGNAL, closed_case, opened_case, record
from tests.clock import Clock, until
from tests.running import KARIN, SANNE, TODAY, Running, logged, running

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


class Machine:
    """A machine whose clock can be set, and Slack's time beside it."""

    def __init__(self) -> None:
        self.true, self.off = datetime(2026, 11, 24, 9, tzinfo=UTC), timedelta()
        self.guard = ClockGuard(lambda: self.true + self.off, self.steady)

    def steady(self) -> float:
        return self.true.timestamp()

    def slack_answers(self) -> None:
        self.guard.hear(format_datetime(self.true, usegmt=True))


@pytest.mark.parametrize("off", [5 * HOURS, -5 * HOURS, 30 * DAYS, 3 * 365 * DAYS, timedelta(minutes=6)])
def test_while_the_clock_is_off_the_time_is_slacks(off: timedelta) -> None:
    machine = Machine()
    assert machine.guard.is_doubtful, "Slack has not been heard yet"
    machine.slack_answers()
    assert not machine.guard.is_doubtful
    machine.off = off
    assert machine.guard.is_doubtful
    machine.true += HOURS
    assert machine.guard.now() == machine.true
    machine.off = timedelta()
    assert not machine.guard.is_doubtful


@pytest.mark.parametrize("date", ["", "gisteren", "Tue, 99 Nov 2026 09:00:00 GMT"])
def test_what_is_no_date_is_ignored(date: str) -> None:
    machine = Machine()
    machine.guard.hear(date)
    assert machine.guard.is_doubtful


def noted(school: Running) -> int:
    return school.count(reminders)


@pytest.mark.parametrize("ahead", [5 * HOURS, 30 * DAYS, -2 * DAYS])
async def test_no_reminder_is_noted_until_the_clock_is_right(
    tmp_path: Path, database_url: str, ahead: timedelta
) -> None:
    machine = Clock(TODAY + ahead)
    async with running(tmp_path, database_url=database_url, machine=machine) as school:
        with logged() as log:
            code = await opened_case(school)
            await school.program.scheduler.tick()
            await school.program.scheduler.hourly()
        assert noted(school) == 0
        assert log.text.count("minutes off from Slack's") == 1, "said once"
        assert not school.program.is_healthy()
        with school.program.engine.connect() as connection:
            [written_at] = connection.scalars(select(entries.c.written_at))
            assert abs(written_at - school.clock()) < timedelta(seconds=10)
        machine.forward(seconds=-ahead.total_seconds())
        for clock in (machine, school.clock):
            clock.forward(hours=6)
        await school.program.scheduler.tick()
        assert school.program.is_healthy()
        await school.sent()
        assert noted(school) == 1
        assert [code in message.text for message in school.messages(KARIN)][-1]


@pytest.mark.parametrize(("work", "days"), [("tick", 10), ("hourly", 3 * 365)])
async def test_until_slack_was_heard_nothing_is_noted_or_destroyed(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, work: str, days: int
) -> None:
    """A start ahead while Slack is away: nobody says what time it is."""
    monkeypatch.setattr(ClockGuard, "hear", lambda *_: None)
    async with running(tmp_path, database_url=database_url, machine=(machine := Clock(TODAY))) as school:
        await closed_case(school)
        await record(school, SANNE, "signal", **SIGNAL | {"first_name": "Noor"})
        machine.forward(days=days)
        await getattr(school.program.scheduler, work)()
        with school.program.engine.connect() as connection:
            assert set(connection.execute(select(cases.c.end_warnings, cases.c.destroyed_at))) == {(0, None)}
        assert noted(school) == 0


async def test_three_years_ahead_destroys_nothing(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url, machine=(machine := Clock(TODAY))) as school:
        await closed_case(school)
        for days in (3 * 365, 8, 30):
            machine.forward(days=days)
            await school.program.scheduler.hourly()
        with school.program.engine.connect() as connection:
            assert connection.execute(select(cases.c.end_warnings, cases.c.destroyed_at)).one() == (0, None)


async def test_what_was_computed_with_a_clock_ahead_is_computed_again(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        await closed_case(school)
        await record(school, SANNE, "signal", **SIGNAL | {"first_name": "Noor"})
        school.clock.forward(days=20)
        for _ in range(3):
            await school.program.scheduler.tick()
        assert noted(school) > 0
        school.clock.forward(days=3 * 365)
        await school.program.scheduler.hourly()
        latest = school.clock()
    async with running(tmp_path, database_url=database_url, machine=Clock(TODAY)) as school:
        school.clock.forward(hours=6)
        await school.program.scheduler.tick()
        assert noted(school) == 0, "the machine is now behind"
    async with running(tmp_path, database_url=database_url, machine=Clock(TODAY + 6 * HOURS)) as school:
        school.clock.forward(hours=6)
        await school.program.scheduler.tick()
        with school.program.engine.connect() as connection:
            assert connection.scalar(select(func.max(reminders.c.at))) < school.clock() < latest
            assert set(connection.scalars(select(cases.c.end_warnings))) == {0}
        assert noted(school) == 1


async def test_what_was_stored_with_a_clock_ahead_is_seen_behind_what_came_since(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await opened_case(school)
        now, ahead = school.clock(), school.clock() + timedelta(days=40)
        with school.program.engine.begin() as connection:
            first = select(func.min(outbox.c.id)).scalar_subquery()
            connection.execute(update(outbox).where(outbox.c.id == first).values(created_at=ahead))
            connection.execute(insert(files), {"file": "F1", "workspace": "T1", "remove_at": ahead})
            assert has_future(connection, now)
            forget_future(connection, now, now)
            assert not has_future(connection, now)
            assert connection.scalar(select(files.c.remove_at)) == now


async def test_a_clock_that_is_set_back_stops_no_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "TICK_SECONDS", 1)
    async with running(tmp_path, ticking=True, machine=(machine := Clock(TODAY))) as school:
        await until(school.program.is_healthy)
        ticks = _counted(school, monkeypatch)
        await until(ticks)
        await asyncio.sleep(0.5)  # it waits for the next one
        before = ticks()
        machine.forward(hours=-5)
        await until(lambda: ticks() > before + 1)


def _counted(school: Running, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    ticks: list[bool] = []
    is_right = school.program.scheduler.clock.is_right

    async def counted() -> bool:
        ticks.append(await is_right())
        return ticks[-1]

    monkeypatch.setattr(school.program.scheduler.clock, "is_right", counted)
    return lambda: len(ticks)
