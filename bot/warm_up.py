"""What is read from files the first time it is needed is read at start: whoever reports first does not wait for it."""

from __future__ import annotations

from datetime import datetime

from bot.calendar_watch import CalendarWatch
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.hints.word_lists import read_all
from storage.unit_of_work import Store


def read_ahead(store: Store, calendars: CalendarWatch, now: datetime) -> None:
    """Read every school's vacations, of which the log says so when their end is near, and the hints' word lists."""
    read_all()
    with store.transaction(now) as uow:
        calendars.look(uow, now)
        for school in uow.staff.schools():
            calendar = calendar_of(school)
            calendar.is_school_day(calendar.last_known_day())
