"""The school calendar: school days, vacations and school hours of one school, in Dutch local time.

Public holidays and the vacations per region come from the package `holidays`, which follows the "Regeling vaststelling
schoolvakanties 2025-2030" (checked in `tests/meldcode/deadlines/test_calendar.py`). A school adds its own free days
(the second week of the May vacation is always its own) and takes away the days on which it is open all the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from holidays import country_holidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The time of all the schools."""
REGIONS = ("noord", "midden", "zuid")
DAY = timedelta(days=1)
SATURDAY = 5
FIRST_DAY = date(2025, 1, 1)
YEARS = range(FIRST_DAY.year, 2041)
"""More years than the package knows. `_last_known` finds where its data ends."""
CUSTOMARY = frozenset(
    {
        # 5 May: a public holiday in lustrum years only, which `holidays` has. Elsewhere it falls in the May vacation or
        # in a weekend, except in these two years, in which practically all schools close.
        date(2026, 5, 5),
        date(2027, 5, 5),
        # The Friday after Ascension Day: no public holiday, and practically no school is open.
        date(2025, 5, 30),
        date(2026, 5, 15),
        date(2027, 5, 7),
        date(2028, 5, 26),
        date(2029, 5, 11),
        date(2030, 5, 31),
    }
)
"""Days on which schools close by custom. Good Friday is not here: `holidays` counts it, and most schools close."""
SHORTEST_VACATION = timedelta(days=7)
OWN_VACATION = "Vakantie"
LAST_CALL = timedelta(minutes=90)


class BeyondCalendar(LookupError):
    """The vacations around this day are not known. That never means "no vacation"."""


class Vacation(NamedTuple):
    """A period without school, including the weekends and days off around it."""

    first: date
    last: date
    name: str


@dataclass(frozen=True)
class SchoolCalendar:
    """The calendar of a school; cheap to make. Raises ValueError for an unknown region or too short hours.

    `open_days` are school days that the rest of the calendar counts as days off, for example where a school departs
    from the advised autumn or spring vacation. `hours` are the local times between which people may be reminded.
    """

    region: str
    free_days: tuple[date, ...] = ()
    _: KW_ONLY
    hours: tuple[time, time] = (time(8, 30), time(16, 30))
    open_days: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if self.region not in REGIONS:
            raise ValueError(f"region must be one of {', '.join(REGIONS)}, not {self.region!r}")
        if not self.opening < self.last_call < self.closing:
            raise ValueError(f"school hours must be longer than {LAST_CALL}")

    @property
    def opening(self) -> time:
        """When the school day begins (local time); most reminders are sent then."""
        return self.hours[0]

    @property
    def closing(self) -> time:
        """When the school day ends (local time); nobody is reminded from then on."""
        return self.hours[1]

    @property
    def last_call(self) -> time:
        """The last local time at which somebody can be asked to act on the same day."""
        return (datetime.combine(FIRST_DAY, self.closing) - LAST_CALL).time()

    def last_known_day(self) -> date:
        """Return the last day that this calendar knows; everything later raises BeyondCalendar."""
        return _last_known(self.region)

    def is_school_day(self, day: date) -> bool:
        """Tell whether there is school on this day (BeyondCalendar)."""
        self._must_know(day)
        return bisect_right(self._days, day) > bisect_left(self._days, day)

    def add_school_days(self, day: date, n: int) -> date:
        """Return the nth school day after `day`, a free day counting as the next school day (BeyondCalendar)."""
        self._must_know(day)
        return self._day_at(bisect_left(self._days, day) + n)

    def add_weekdays(self, day: date, n: int) -> date:
        """Return the day that is `n` working days after `day`: no weekend and no public holiday, school or not."""
        while n > 0:
            day += DAY
            n -= day.weekday() < SATURDAY and day not in _public_holidays()
        return day

    def school_days_between(self, a: date, b: date) -> int:
        """Return how many school days have passed since `a` on `b`; 0 if `b` is no later (BeyondCalendar)."""
        self._must_know(a)
        self._must_know(b)
        return max(0, bisect_right(self._days, b) - 1 - bisect_left(self._days, a))

    def next_school_day(self, day: date, *, include: bool = False) -> date:
        """Return the first school day after `day`, or on it if it is to be included (BeyondCalendar)."""
        return self.add_school_days(day if include else day + DAY, 0)

    def last_school_day_before(self, day: date) -> date:
        """Return the last school day before `day`, for example the first day of a vacation (BeyondCalendar)."""
        self._must_know(day)
        return self._day_at(bisect_left(self._days, day) - 1)

    def vacation_after(self, day: date) -> Vacation:
        """Return the first vacation that begins after `day` (BeyondCalendar).

        A vacation is what the rule for the region calls one, or a whole week that the school itself is free; a long
        weekend is not. It reaches from the day after the last school day to the day before the next one.
        """
        self._must_know(day)
        vacations = _vacations(self.region, self.free_days, self.open_days)
        place = bisect_right(vacations, day, key=lambda vacation: vacation.first)
        if place == len(vacations):
            raise BeyondCalendar(f"no vacation is known after {day}")
        return vacations[place]

    def moment(self, day: date, at: time) -> datetime:
        """Return the local time on that day in UTC. A skipped time moves forward; of a doubled one, the first."""
        return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)

    def local_day(self, moment: datetime) -> date:
        """Return the date in the Netherlands at this moment. Raises ValueError for a moment without a time zone."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(AMSTERDAM).date()

    def next_open(self, moment: datetime) -> datetime:
        """Return when people may be reminded from this moment on, in UTC: never outside school hours."""
        day = self.local_day(moment)
        if self.is_school_day(day) and moment < self.moment(day, self.closing):
            return max(moment.astimezone(UTC), self.moment(day, self.opening))
        return self.moment(self.next_school_day(day), self.opening)

    @property
    def _days(self) -> tuple[date, ...]:
        return _school_days(self.region, self.free_days, self.open_days)

    def _day_at(self, place: int) -> date:
        if not 0 <= place < len(self._days):
            raise BeyondCalendar(f"the school days are known from {self._days[0]} to {self._days[-1]}")
        return self._days[place]

    def _must_know(self, day: date) -> None:
        if not FIRST_DAY <= day <= self.last_known_day():
            raise BeyondCalendar(f"the calendar knows {FIRST_DAY} to {self.last_known_day()}, not {day}")


@cache
def _public_holidays() -> frozenset[date]:
    return frozenset(country_holidays("NL", years=YEARS))


@cache
def _vacation_names(region: str) -> Mapping[date, str]:
    school = country_holidays("NL", subdiv=region.capitalize(), years=YEARS, categories=("school",), language="nl")
    return dict(school)


@cache
def _last_known(region: str) -> date:
    """Return the end of the last school year that is known from its autumn to its summer."""
    names = _vacation_names(region)
    autumns = {day.year for day, name in names.items() if name == "Herfstvakantie"}
    return max(day for day, name in names.items() if name == "Zomervakantie" and day.year - 1 in autumns)


@lru_cache(maxsize=1024)
def _school_days(region: str, free_days: tuple[date, ...], open_days: tuple[date, ...]) -> tuple[date, ...]:
    free = (_public_holidays() | CUSTOMARY | _vacation_names(region).keys() | set(free_days)) - set(open_days)
    known = (FIRST_DAY + n * DAY for n in range((_last_known(region) - FIRST_DAY).days + 1))
    return tuple(day for day in known if day.weekday() < SATURDAY and day not in free)


@lru_cache(maxsize=1024)
def _vacations(region: str, free_days: tuple[date, ...], open_days: tuple[date, ...]) -> tuple[Vacation, ...]:
    days = (*_school_days(region, free_days, open_days), _last_known(region) + DAY)
    stretches = ((before + DAY, after - DAY) for before, after in pairwise(days) if after - before > SHORTEST_VACATION)
    return tuple(Vacation(first, last, _name(region, first, last)) for first, last in stretches)


def _name(region: str, first: date, last: date) -> str:
    names = _vacation_names(region)
    return next((names[day] for day in _each(first, last) if day in names), OWN_VACATION)


def _each(first: date, last: date) -> Iterator[date]:
    return (first + n * DAY for n in range((last - first).days + 1))
