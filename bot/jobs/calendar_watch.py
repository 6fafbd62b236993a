"""Warns when the vacation data ends within half a year: beyond it no deadline can be computed (G6)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.staff import School

log = logging.getLogger("meldwijzer.calendar")
MONTHS_AHEAD = timedelta(days=183)


class CalendarWatch:
    """Checks the calendars of the schools, and warns once for each that its data ends soon."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def warn(self, uow: UnitOfWork, now: datetime) -> None:
        """Log the warnings that were not logged before."""
        found = [line for school in uow.staff.schools() for line in calendar_ends(school, now)]
        for line in found:
            if line not in self._warned:
                log.warning("%s", line)
        self._warned.update(found)


def calendar_ends(school: School, now: datetime) -> Iterator[str]:
    """Yield a warning when the vacation data of the school ends within half a year."""
    last = calendar_of(school).last_known_day()
    if last - now.date() < MONTHS_AHEAD:
        yield f"{school.name}: the vacations are known until {last} only. Update Meldwijzer (the package holidays)."
