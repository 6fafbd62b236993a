"""Completes at start what an older version stored, and reads files that would slow down the first report."""

from __future__ import annotations

from datetime import datetime

from bot.database import usable
from bot.jobs.calendar_watch import CalendarWatch
from bot.settings import Settings
from bot.stopping import in_thread
from handlers.platform.errors import log_error
from meldcode.application.worklists import fill_in_responsible, list_unlisted_cases
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.hints.word_lists import read_all
from storage.unit_of_work import Store

CASES_AT_ONCE = 100


async def prepare_data(settings: Settings, store: Store, calendars: CalendarWatch, now: datetime) -> None:
    """List the cases that no worklist has yet, and read from files what the first request needs."""
    with usable(settings.database_url):
        await in_thread(_place_cases, store, now)
    await in_thread(warm_up, store, calendars, now)


def _place_cases(store: Store, now: datetime) -> None:
    """Complete cases that an older version stored: names, who is responsible, and worklists, a few at a time."""
    with store.transaction(now) as uow:
        uow.cases.index_names(lambda error: log_error(error, "indexing a name"))
        fill_in_responsible(uow, lambda error: log_error(error, "who is responsible"))
    placed = CASES_AT_ONCE
    while placed:
        with store.transaction(now) as uow:
            placed = list_unlisted_cases(uow, CASES_AT_ONCE, lambda error: log_error(error, "placing a case"))


def warm_up(store: Store, calendars: CalendarWatch, now: datetime) -> None:
    """Read the word lists of the hints and the vacations of every school, and warn when these end soon."""
    read_all()
    with store.transaction(now) as uow:
        calendars.warn(uow, now)
        for school in uow.staff.schools():
            calendar = calendar_of(school)
            calendar.is_school_day(calendar.last_known_day())
