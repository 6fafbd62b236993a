"""What a year comes to in figures: messages for each person and week, how fast people answered, and what was late."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tests.year.judging.calendar import Calendar
from tests.year.judging.calendar import day_of as local_day
from tests.year.judging.expected.reminders import codes_in, is_reminder, is_urgent, last_day_of
from tests.year.judging.log import Event, Log, moment, people_in
from tests.year.judging.oracle import Oracle
from tests.year.judging.paper import CLOSED, JOINED, Stay
from tests.year.judging.plan_file import Json, steps

Week = tuple[int, int]
"""A year and the number of a week in it."""


@dataclass(frozen=True)
class Stand:
    """One stay of a case at a step: the school days that it took, and whether it took longer than the plan gives."""

    step: str
    days: int
    is_late: bool


class Figures:
    """The figures of one log. A case is kept on paper as the oracle keeps it."""

    def __init__(self, plan: Json, log: Log) -> None:
        self.plan, self.events = plan, log.events
        self.schools = [event for event in self.events if event["what"] == "school"]
        self.roles = {slack: one["roles"] for slack, one in people_in(self.events).items()}
        self._oracle = Oracle(plan, log)
        self._oracle.judge()

    @cached_property
    def saved(self) -> list[Event]:
        return [event for event in self.events if event["what"] == "did" and event["result"] == "saved"]

    @cached_property
    def signals(self) -> list[Event]:
        return [event for event in self.saved if event["record"] == self.plan["opens"]]

    @cached_property
    def messages(self) -> list[Event]:
        return [event for event in self.events if event["what"] == "message"]

    @cached_property
    def reminders(self) -> list[Event]:
        found = self.messages
        return [one for one in found if any(is_reminder(one, code) or is_urgent(one, code) for code in codes_in(one))]

    @cached_property
    def cases(self) -> Counter[str]:
        """How many cases are open, closed or joined to another at the end."""
        return Counter(paper.status for paper in self._oracle.cases.values())

    @property
    def open(self) -> int:
        return sum(self.cases.values()) - self.cases[CLOSED] - self.cases[JOINED]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return day_of(self.events[0]), day_of(self.events[-1])

    @property
    def months(self) -> list[date]:
        """The first days of all months of the log."""
        first, last = self.days
        numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return [date(number // 12, number % 12 + 1, 1) for number in numbers]

    def with_role(self, role: str) -> list[str]:
        return [who for who, roles in self.roles.items() if role in roles]

    def weeks(self, who: str) -> list[int]:
        """The number of messages that somebody got in each week with school, and in vacations when there were any."""
        return [self._inbox[who][week] for week in sorted({*self._school_weeks, *self._inbox[who]})]

    @cached_property
    def _inbox(self) -> dict[str, Counter[Week]]:
        found: dict[str, Counter[Week]] = defaultdict(Counter)
        for event in self.messages:
            found[event["who"]][_week(day_of(event))] += 1
        return found

    @cached_property
    def _school_weeks(self) -> set[Week]:
        first, last = self.days
        calendars = self._oracle.staff.calendars.values()
        days = (last - first).days + 1
        return {_week(day) for calendar in calendars for day in calendar.school_days(first, days)}

    def answers(self, role: str) -> list[int]:
        """How many school days passed from a message about a case until its reader recorded something there."""
        return [days for who, days in self._answers if role in self.roles[who]]

    @cached_property
    def _answers(self) -> list[tuple[str, int]]:
        asked: dict[tuple[str, str], date] = {}
        found = []
        for event in self.events:
            if event["what"] == "message":
                for code in codes_in(event):
                    asked.setdefault((event["who"], code), day_of(event))
            elif event["what"] == "did" and event["result"] == "saved":
                who = event["who"]
                if first := asked.pop((who, event["case"]), None):
                    found.append((who, _school_days(self._calendar(event["case"]), first, day_of(event))))
        return found

    def stands(self) -> Iterator[Stand]:
        """Every stay at a step that has a last day; one that goes on counts until the end of the log."""
        end = moment(self.events[-1])
        for code, paper in self._oracle.cases.items():
            calendar = self._calendar(code)
            for stay in paper.stays:
                deadline = steps(self.plan)[stay.step].get("deadline")
                if deadline:
                    ended = local_day(stay.ended or end)
                    days = _school_days(calendar, _began(stay), ended)
                    yield Stand(stay.step, days, ended > last_day_of(deadline, stay.counts, calendar))

    def _calendar(self, code: str) -> Calendar:
        return self._oracle.staff.calendars[self._oracle.school_of[code]]


def per_month(events: Iterable[Event]) -> Counter[date]:
    """How many of these events each month has, by its first day."""
    return Counter(day_of(event).replace(day=1) for event in events)


def day_of(event: Event) -> date:
    return local_day(moment(event))


def _began(stay: Stay) -> date:
    return local_day(stay.counts)


def _week(day: date) -> Week:
    return day.isocalendar()[:2]


def _school_days(calendar: Calendar, first: date, last: date) -> int:
    """The school days after the first day, up to the last."""
    return len(calendar.school_days(first + timedelta(days=1), (last - first).days))
