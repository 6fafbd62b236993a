"""The clock of the practice workspace: it moves the time of the bot, and not that of the machine.

It is the machine's time and an offset, which is kept beside the data: after a new start the time goes on where it
was, so that no stored case lies in the future. It never goes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.app import Program
from bot.settings import ConfigError
from meldcode.domain.calendar import AMSTERDAM, BeyondCalendar, SchoolCalendar
from meldcode.domain.deadlines.reminders import before_vacation
from meldcode.domain.deadlines.schedule import calendar_of
from practice.model import Move

WEEK = timedelta(days=7)
NEXT_SCHOOL_DAY = "+1 schooldag"
NO_REMINDER = "Er is geen open dossier, dus er komt geen herinnering. Meld eerst een signaal."
BEYOND = "Zo ver vooruit zijn de schoolvakanties nog niet bekend."

Target = Callable[[Program, datetime], datetime | None]


class PracticeClock:
    """The time that is played. It can be moved from `begin_export` on."""

    def __init__(self, file: Path) -> None:
        self.moves: list[tuple[str, Move]] = []
        self._file = file
        self._ahead = _offset_in(file)
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        """Return the time that it is, in UTC."""
        return datetime.now(UTC) + self._ahead

    async def move(self, label: str) -> str:
        """Move in the way that has this label; return why it could not be done, or nothing."""
        return await dict(self.moves)[label]()

    def begin(self, program: Program) -> None:
        """Let the time of this running program be moved."""
        self.moves = [(label, partial(self._move, program, target)) for label, target in TARGETS.items()]

    def begin_anew(self) -> None:
        """Have the machine's time again, for a school in which nothing has happened yet; its file is gone already."""
        self.moves = []
        self._ahead = _offset_in(self._file)

    async def _move(self, program: Program, target: Target) -> str:
        """Move on, and do at once what falls due; return why it could not be done, or nothing."""
        async with self._turn:
            await program.scheduler.tick()  # what was due before the move comes first
            try:
                moment = await asyncio.to_thread(target, program, self.now())
            except BeyondCalendar:
                return BEYOND
            if moment is None:
                return NO_REMINDER
            self._set(moment)
            await program.scheduler.tick()
            await program.scheduler.hourly()
            return ""

    def _set(self, moment: datetime) -> None:
        ahead = max(self._ahead, moment - datetime.now(UTC))
        # Kept before it counts: whatever happens, the next start is not earlier.
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
        raise ConfigError(f"{file} cannot be read. Remove the folder {file.parent} to begin anew.") from error


def _next_school_day(program: Program, now: datetime) -> datetime:
    calendar = _calendar(program, now)
    return calendar.moment(calendar.next_school_day(calendar.local_day(now)), calendar.opening)


def _next_week(_program: Program, now: datetime) -> datetime:
    return (now.astimezone(AMSTERDAM) + WEEK).astimezone(UTC)


def _next_reminder(program: Program, now: datetime) -> datetime | None:
    """When the next case is looked at, or a message is sent that waits for the school to open."""
    with program.store.transaction(now) as uow:
        case, message = uow.cases.next_due(), uow.queue.next_due()
    return min((moment for moment in (case, message) if moment), default=None)


def _before_vacation(program: Program, now: datetime) -> datetime:
    calendar = _calendar(program, now)
    day = calendar.local_day(now)
    while (moment := before_vacation(day, calendar)) <= now:
        day = calendar.vacation_after(day).first
    return moment


TARGETS: dict[str, Target] = {
    NEXT_SCHOOL_DAY: _next_school_day,
    "+1 week": _next_week,
    "Naar de volgende herinnering": _next_reminder,
    "Naar de vakantie": _before_vacation,
}


def school_is_open(program: Program, now: datetime) -> bool:
    """Tell whether the first school is in at this moment."""
    calendar = _calendar(program, now)
    opening, closing = calendar.hours
    return calendar.is_school_day(calendar.local_day(now)) and opening <= now.astimezone(AMSTERDAM).time() < closing


def _calendar(program: Program, now: datetime) -> SchoolCalendar:
    with program.store.transaction(now) as uow:
        return calendar_of(uow.staff.schools()[0])
