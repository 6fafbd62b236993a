"""The school calendar as people know it: from the package `holidays` and common sense, without the program's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OPENS, LAST_CALL, CLOSES = time(8, 30), time(15), time(16, 30)
CUSTOM = {date(2026, 5, 15), date(2027, 5, 5), date(2027, 5, 7), date(2026, 5, 5)}
"""Days on which practically all schools close, beside public holidays and vacations."""
KNOWN = (date(2025, 8, 1), date(2027, 12, 31))
"""The days of which all of this is known."""


@cache
def _free(region: str) -> frozenset[date]:
    years = range(2025, 2029)
    school = country_holidays("NL", subdiv=region.capitalize(), years=years, categories=("school",), language="nl")
    return frozenset({*school, *country_holidays("NL", years=years), *CUSTOM})


@cache
def _public() -> frozenset[date]:
    return frozenset(country_holidays("NL", years=range(2025, 2029)))


class Calendar:
    """The days of one school."""

    def __init__(self, region: str, free: tuple[date, ...]) -> None:
        self._free = _free(region) | set(free)

    def is_school_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self._free

    def school_days(self, first: date, days: int) -> list[date]:
        """The school days among so many days."""
        return [day for n in range(days) if self.is_school_day(day := first + timedelta(days=n))]

    def next(self, day: date, n: int = 1) -> date:
        """The nth school day after this day."""
        while n:
            day += timedelta(days=1)
            n -= self.is_school_day(day)
        return day

    def weekdays_after(self, day: date, n: int) -> date:
        """The nth day after this one that is no weekend and no public holiday, school or not."""
        while n:
            day += timedelta(days=1)
            n -= day.weekday() < 5 and day not in _public()
        return day

    def on_or_after(self, day: date) -> date:
        return day if self.is_school_day(day) else self.next(day)

    def on_or_before(self, day: date) -> date:
        while not self.is_school_day(day):
            day -= timedelta(days=1)
        return day

    def opening(self, day: str) -> datetime:
        """When the school opens on this day, or on the next school day."""
        return at_time(self.on_or_after(date.fromisoformat(day)), OPENS)

    def put_off(self, postponed: Sequence[tuple[datetime, str]]) -> Iterator[datetime]:
        """The moments to which people put something off, without those before which they did so once more."""
        for number, (made, until) in enumerate(postponed, start=1):
            at = max(made, self.opening(until))
            if not any(again <= at for again, _ in postponed[number:]):
                yield at


def day_of(moment: datetime) -> date:
    """The day in the Netherlands."""
    return moment.astimezone(AMSTERDAM).date()


def at_time(day: date, when: time) -> datetime:
    """This time of that day in the Netherlands."""
    return datetime.combine(day, when, AMSTERDAM).astimezone(UTC)
