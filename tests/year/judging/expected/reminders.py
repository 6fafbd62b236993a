"""When somebody must have been reminded of a case, by the plan file and the school's calendar (G2, G6)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from tests.year.judging.calendar import CLOSES, LAST_CALL, OPENS, Calendar, at_time, day_of
from tests.year.judging.log import Event, moment
from tests.year.judging.paper import Paper, Stay
from tests.year.judging.plan_file import Json, steps
from tests.year.judging.staff import IN_CHARGE, Staff

IN_TIME = timedelta(minutes=5)
AT_ONCE = {"school_days": 0}
LONG = 7
"""More days than this without school are a vacation."""
WAITS, URGENT, VACATION = "Dossier {} wacht", "Dit kan niet wachten tot morgen: dossier {}", "Dossier {} blijft open"
IN_ENGLISH = ("Case {} is waiting", "Case {} stays open during the vacation")
CODE = re.compile(r"\d\d-[A-Z0-9]{4}")
MORE = re.compile(r"^(?:Er (?:is|zijn) nog|There (?:is|are)) (\d+) (?:more )?(?:dossier|case)", re.MULTILINE)


def codes_in(event: Event) -> list[str]:
    """The cases that a message is about."""
    return sorted({code for words in event["words"] for code in CODE.findall(words)})


def is_reminder(event: Event, code: str) -> bool:
    """Whether the message reminds of what this case waits for."""
    return any(kind.format(code) in words for kind in (WAITS, VACATION, *IN_ENGLISH) for words in event["words"])


def not_named(event: Event) -> int:
    """How many more cases an overview is about than a message holds."""
    return sum(int(number) for words in event["words"] for number in MORE.findall(words))


def is_urgent(event: Event, code: str) -> bool:
    return any(URGENT.format(code) in words for words in event["words"])


@dataclass(frozen=True)
class Due:
    """A reminder that must come, to somebody with one of these roles, unless the case went on before (`ended`)."""

    at: datetime
    roles: tuple[str, ...]
    ended: datetime | None = None
    is_vacation: bool = False
    level: int = 0
    """Which reminder of a step this is, from 1; 0 where people are reminded on a day that they chose."""

    def is_reason(self, at: datetime) -> bool:
        """Whether a message of this moment can be about it."""
        is_over = self.ended is not None and at > self.ended + IN_TIME
        return self.at - IN_TIME <= at and (self.is_vacation or not is_over)


class Reminders:
    """What must have been sent about one case, laid beside what was. `overviews` name not all of their cases."""

    def __init__(
        self,
        plan: Json,
        code: str,
        paper: Paper,
        staff: Staff,
        school: str,
        until: datetime,
        overviews: Sequence[Event] = (),
    ) -> None:
        self._plan, self._code, self._paper, self._staff, self._school = plan, code, paper, staff, school
        self._overviews = overviews
        self._calendar, self._until = staff.calendars[school], until
        self._steps = steps(plan)

    def findings(self, messages: list[Event]) -> Iterator[tuple[datetime, str, str]]:
        """What did not come, came late, came twice, or came without a reason."""
        sent = [one for one in messages if is_reminder(one, self._code)]
        expected = list(self._once(due for stay in self._paper.stays for due in self._of(stay)))
        for due in expected:
            yield from self._missing(due, sent, messages)
        yield from self._twice(sent)
        yield from self._of_another_step(sent)
        yield from self._without_reason(sent, expected)

    def escalated_to(self) -> set[str]:
        """The roles that the levels above the first named when they fell due: who has one reads the case since."""
        dues = (due for stay in self._paper.stays for due in self._of(stay))
        return {role for due in dues if due.level > 1 for role in due.roles}

    # What is expected.
    def _of(self, stay: Stay) -> Iterator[Due]:
        ended = stay.ended or self._until
        ladder = self._ladder(stay)
        for level, (at, roles) in enumerate(ladder, start=1):
            if at > ended:
                break
            yield Due(at, roles, stay.ended, level=level)
        first_level = self._steps[stay.step].get("remind", [{}])[0]
        for at in self._calendar.put_off(stay.postponed):
            if at <= ended:
                yield Due(at, tuple(first_level.get("to", ())), stay.ended)
        for first in self._vacations(stay.began, ended):
            at = self._notice(first, stay.began)
            if at <= ended:
                levels = self._steps[stay.step].get("remind", [])
                everybody = {role for level in levels for role in level["to"]} or {*self._steps[stay.step]["who"]}
                yield Due(at, tuple(sorted(everybody)), stay.ended, is_vacation=True)

    @staticmethod
    def _once(found: Iterator[Due]) -> Iterator[Due]:
        """A case has one notice of a vacation, at whichever step it stands."""
        noticed: set[date] = set()
        for due in found:
            if not due.is_vacation or day_of(due.at) not in noticed:
                yield due
            noticed |= {day_of(due.at)} if due.is_vacation else set()

    def _ladder(self, stay: Stay) -> Iterator[tuple[datetime, tuple[str, ...]]]:
        step = self._steps[stay.step]
        if "deadline" not in step:
            return
        since, last_day = stay.counts, last_day_of(step["deadline"], stay.counts, self._calendar)
        if last_day < day_of(stay.began):  # it was late before it began: then it counts from its first day
            since, last_day = stay.began, last_day_of(AT_ONCE, stay.began, self._calendar)
        for level, after in self._levels(step.get("remind", [])):
            day = self._calendar.next(last_day, after) if after else last_day
            if day.year > self._until.year + 1:
                return
            when = LAST_CALL if day == day_of(since) else OPENS
            yield self._postponed(max(at_time(day, when), stay.began), stay), tuple(level["to"])

    def _postponed(self, at: datetime, stay: Stay) -> datetime:
        """The moment, or the day that somebody chose before it."""
        for made, until in stay.postponed:
            if made < at:
                at = max(at, self._calendar.opening(until))
        return at

    def _levels(self, remind: list[Json]) -> Iterator[tuple[Json, int]]:
        for level in remind:
            yield level, level.get("after", 0)
        if remind and (every := remind[-1].get("every")):
            yield from ((remind[-1], remind[-1]["after"] + every * again) for again in count(1))

    def _vacations(self, began: datetime, ended: datetime) -> Iterator[date]:
        """The first days of vacations that begin while a case is open."""
        day = day_of(began)
        if began >= at_time(day, CLOSES):  # who must act heard of it then, when school was out
            day += timedelta(days=1)
        while day <= day_of(ended):
            following = self._calendar.next(day)
            if (following - day).days - 1 > LONG and self._calendar.is_school_day(day):
                yield day + timedelta(days=1)
            day = following

    def _notice(self, first: date, began: datetime) -> datetime:
        day = first - timedelta(days=1)
        usual = at_time(day, OPENS)
        return usual if began < usual else max(began, at_time(day, LAST_CALL))

    # What was sent.
    def _missing(self, due: Due, sent: list[Event], messages: list[Event]) -> Iterator[tuple[datetime, str, str]]:
        first = due.at
        due = due if due.is_vacation else replace(due, at=self._when_somebody_is_there(due))
        until = self._staff.calm_after(due.at + IN_TIME)
        if until > self._until or self._is_over(first, until):
            return
        if until > due.at + IN_TIME:  # it may have waited for the school to open again
            until = max(until, at_time(self._calendar.on_or_after(day_of(until)), OPENS) + IN_TIME)
        early = due.at - (until - due.at if until > due.at + IN_TIME else timedelta(minutes=1))
        near = [one for one in sent if early <= moment(one) <= until]
        near += [one for one in messages if is_urgent(one, self._code) and early <= moment(one) <= until]
        counted = {one["who"] for one in self._overviews if early <= moment(one) <= until}
        what = "no notice before the vacation" if due.is_vacation else "no reminder"
        wanted = f"{self._code} at {self._paper.step}, to {', '.join(due.roles)}"
        if not near and not counted:
            yield until, what, wanted
        elif not any(self._is_right(who, due) for who in {one["who"] for one in near} | counted):
            yield until, f"{what} at somebody who was there", f"{wanted}: {sorted({one['who'] for one in near})}"
        elif passed_over := self._passed_over(due, {one["who"] for one in near} | counted):
            yield until, "a role is not reminded", f"{wanted}: {sorted(passed_over)}"

    def _passed_over(self, due: Due, told: set[str]) -> set[str]:
        """Who of a level's roles is there and was not told: at the first level one with each role is enough (G2).

        Who takes a case up is reminded in place of the others who have the same role. From the second level on all are.
        """
        if not due.level or self._staff.was_trouble(due.at, due.at):
            return set()
        everybody = {who for role in due.roles for who in self._staff.present(role, self._paper, self._school, due.at)}
        return everybody - told if due.level > 1 or not everybody & told else set()

    def _when_somebody_is_there(self, due: Due) -> datetime:
        """The moment itself, or the opening of the first day on which somebody with a role in it works."""
        at = due.at
        while not self._anybody(replace(due, at=at)) and at < self._until:
            at = at_time(self._calendar.next(day_of(at)), OPENS)
        return at

    def _is_over(self, first: datetime, until: datetime) -> bool:
        """Whether the case went on before the reminder could have been sent, or its step began anew."""
        return any(stay.ended and first - IN_TIME <= stay.ended <= until for stay in self._paper.stays)

    def _is_right(self, who: str, due: Due) -> bool:
        return due.is_vacation or self._is_here(who, due.at) or not self._anybody(due)

    def _is_here(self, who: str, at: datetime) -> bool:
        """Whether they are at school and have no deputy then: not one from whom this case is kept."""
        everybody = self._staff.roles[self._school]
        others = self._staff.acting_for(everybody, self._paper, self._school, at)
        return self._staff.is_here(who, self._school, at, among=others)

    def _anybody(self, due: Due) -> bool:
        roles = (*due.roles, *IN_CHARGE)
        return any(self._staff.present(role, self._paper, self._school, due.at) for role in roles)

    def _twice(self, sent: list[Event]) -> Iterator[tuple[datetime, str, str]]:
        days = Counter((day_of(moment(one)), one["who"]) for one in sent)
        for (day, who), times in days.items():
            opens, closes = at_time(day, OPENS), at_time(day, CLOSES)
            if times > 1 and not self._began_on(day) and not self._staff.was_trouble(opens, closes):
                yield closes, "reminded twice", f"{self._code} to {who}, {times} times"

    def _began_on(self, day: date) -> bool:
        """Whether the case came to a step on this day: then it may be reminded of two steps."""
        return any(day_of(stay.began) == day for stay in self._paper.stays)

    def _of_another_step(self, sent: list[Event]) -> Iterator[tuple[datetime, str, str]]:
        """A reminder names the step at which the case stands then: nothing is asked that was done."""
        for one in sent:
            at, words = moment(one), self._lines(one)
            stays = [stay for stay in self._paper.stays if stay.began - IN_TIME <= at <= _end(stay)]
            if words and not any(self._steps[stay.step]["title"] in words for stay in stays):
                yield at, "reminded of another step", f"{self._code} to {one['who']}"

    def _lines(self, message: Event) -> str:
        """What a message says of this case, in Dutch."""
        kinds = [kind.format(self._code) for kind in (WAITS, VACATION)]
        return "\n".join(words for words in message["words"] if any(kind in words for kind in kinds))

    def _without_reason(self, sent: list[Event], expected: list[Due]) -> Iterator[tuple[datetime, str, str]]:
        for one in sent:
            at = moment(one)
            reasons = sorted((due for due in expected if due.is_reason(at)), key=lambda due: due.at)
            if not reasons or not self._is_open(at):
                yield at, "reminded without a reason", f"{self._code} to {one['who']}"
            elif not self._is_here(one["who"], at) and not self._may_be_off(one["who"], at, reasons):
                yield at, "reminded on a day off", f"{self._code} to {one['who']}"

    def _may_be_off(self, who: str, at: datetime, reasons: list[Due]) -> bool:
        """Whether it was for all before a vacation, or nobody was there; in trouble it may come a day late.

        Whoever arranges a deputy after it was due still gets it, on the day on which they were to be back.
        """
        last = [due for due in reasons if not due.is_vacation][-1:]
        if last and self._staff.has_arranged(who, last[0].at, at):
            return True
        if len(last) < len(reasons) or self._staff.was_trouble(last[0].at, at):
            return any(due.is_vacation or self._was_there(who, due) for due in reasons)
        return self._was_there(who, replace(last[0], at=max(last[0].at, at)))

    def _was_there(self, who: str, due: Due) -> bool:
        return self._is_here(who, due.at) or not self._anybody(due)

    def _is_open(self, at: datetime) -> bool:
        return any(stay.began <= at <= _end(stay) for stay in self._paper.stays)


def _end(stay: Stay) -> datetime:
    """Until when a message may still be about it."""
    return (stay.ended or datetime.max.replace(tzinfo=UTC) - IN_TIME) + IN_TIME


def last_day_of(deadline: Json, since: datetime, calendar: Calendar) -> date:
    """The last day of a step's deadline that counts from this moment."""
    day = day_of(since)
    if deadline.get("weekdays"):
        return calendar.on_or_after(calendar.weekdays_after(day, deadline["school_days"]))
    in_time = since < at_time(day, LAST_CALL)
    zero = calendar.on_or_after(day if in_time else day + timedelta(days=1))
    return calendar.next(zero, deadline["school_days"])
