"""Reads files at start that would slow down the first report."""

from __future__ import annotations

from datetime import datetime

from bot.jobs.calendar_watch import CalendarWatch
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.hints.word_lists import read_all
from storage.unit_of_work import Store


def warm_up(store: Store, calendars: CalendarWatch, now: datetime) -> None:
    """Read the word lists of the hints and the vacations of every school, and warn when these end soon."""
    read_all()
    with store.transaction(now) as uow:
        calendars.warn(uow, now)
        for school in uow.staff.schools():
            calendar = calendar_of(school)
            calendar.is_school_day(calendar.last_known_day())
