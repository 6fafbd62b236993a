"""The clock of the practice workspace: it moves the bot's time, and not the machine's.

The time is the machine's plus an offset. The offset is stored beside the data, so that after a restart no stored case
lies in the future. The clock never goes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.app import Program
from bot.settings import ConfigError
from bot.stopping import in_thread
from handlers.i18n.texts import text
from meldcode.domain.calendar import AMSTERDAM, BeyondCalendar, SchoolCalendar
from meldcode.domain.deadlines.reminders import before_vacation
from meldcode.domain.deadlines.schedule import calendar_of
from practice.model import Move

MINUTES, WEEK = timedelta(minutes=5), timedelta(days=7)
Target = Callable[[Program, datetime], datetime | None]


class PracticeClock:
    """The time in the practice workspace. It can be moved once `begin` was called."""

    def __init__(self, file: Path) -> None:
        self.moves: list[tuple[str, Move]] = []
        self._file = file
        self._ahead = _offset_in(file)
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        """The current practice time, in UTC."""
        return datetime.now(UTC) + self._ahead

    async def move(self, label: str) -> str:
        """Make the move with this label; return why it could not be done, or an empty text."""
        return await dict(self.moves)[label]()

    def begin(self, program: Program) -> None:
        """Offer the moves for this running program."""
        self.moves = [(label, partial(self._move, program, target)) for label, target in targets()]

    def begin_anew(self) -> None:
        """Go back to the machine's time, for a school in which nothing has happened yet; the file is already gone."""
        self.moves = []
        self._ahead = _offset_in(self._file)

    async def _move(self, program: Program, target: Target) -> str:
        """Move on, and do what falls due; return why it could not be done, or an empty text."""
        async with self._turn:
            await program.scheduler.tick()  # first what was due before the move
            try:
                moment = await in_thread(target, program, self.now())
            except BeyondCalendar:
                return text("practice_beyond")
            if moment is None:
                return text("practice_no_reminder")
            self._set(moment)
            await program.scheduler.tick()
            await program.scheduler.hourly()
            return ""

    def _set(self, moment: datetime) -> None:
        ahead = max(self._ahead, moment - datetime.now(UTC))
        # Stored before it is used, so that a restart never goes back in time.
        new = self._file.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()), encoding="ascii")
        new.replace(self._file)
        self._ahead = ahead


def _offset_in(file: Path) -> timedelta:
    try:
        return timedelta(seconds=float(file.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()
    except (OSError, ValueError, OverflowError) as error:
        raise ConfigError(f"{file} cannot be read. Remove the folder {file.parent} to start again.") from error


def _next_school_day(program: Program, now: datetime) -> datetime:
    calendar = _calendar(program, now)
    return calendar.moment(calendar.next_school_day(calendar.local_day(now)), calendar.opening)


def _some_minutes(_program: Program, now: datetime) -> datetime:
    """Enough for an alarm that nobody answers to go up one level (G4)."""
    return now + MINUTES


def _next_week(_program: Program, now: datetime) -> datetime:
    return (now.astimezone(AMSTERDAM) + WEEK).astimezone(UTC)


def _next_reminder(program: Program, now: datetime) -> datetime | None:
    """When the next case is due, or the next message that waits for the school to open; not what is on its way now."""
    with program.store.transaction(now) as uow:
        case, message = uow.cases.next_due(), uow.queue.next_due()
    return min((moment for moment in (case, message) if moment and moment > now), default=None)


def _before_vacation(program: Program, now: datetime) -> datetime:
    calendar = _calendar(program, now)
    day = calendar.local_day(now)
    while (moment := before_vacation(day, calendar)) <= now:
        day = calendar.vacation_after(day).first
    return moment


def targets() -> Iterator[tuple[str, Target]]:
    """The moves of the clock, by the label of their button."""
    yield text("practice_minutes"), _some_minutes
    yield text("practice_school_day"), _next_school_day
    yield text("practice_week"), _next_week
    yield text("practice_reminder"), _next_reminder
    yield text("practice_vacation"), _before_vacation


def school_is_open(program: Program, now: datetime) -> bool:
    """Whether the first school is open at this moment."""
    calendar = _calendar(program, now)
    opening, closing = calendar.hours
    return calendar.is_school_day(calendar.local_day(now)) and opening <= now.astimezone(AMSTERDAM).time() < closing


def _calendar(program: Program, now: datetime) -> SchoolCalendar:
    with program.store.transaction(now) as uow:
        return calendar_of(uow.staff.schools()[0])
