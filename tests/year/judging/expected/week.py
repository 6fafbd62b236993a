"""The week's overview (G2): once a week, on its first school day, whoever leads a school reads what is open there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.year.judging.calendar import OPENS, Calendar, at_time, day_of
from tests.year.judging.expected.appointments import Appointments
from tests.year.judging.expected.reminders import IN_TIME, last_day_of
from tests.year.judging.expected.urgent import Urgent
from tests.year.judging.log import Event, moment
from tests.year.judging.paper import Paper, Stay
from tests.year.judging.plan_file import Json, steps
from tests.year.judging.staff import Staff

BEGINS = re.compile(r"^\*(?:Deze week op|This week at) (.+)\*$", re.MULTILINE)
OPEN = re.compile(r"^(.+): (\d+) open(?:, waarvan (\d+) te laat)?$", re.MULTILINE)
OF_APPOINTMENTS, WHAT = "Afspraken", ("open", "late")
LEADERS = ("school_leader",)
HEARD = time(13, 5)
"""By this time of a school day the program has done its hourly work: here it does so twice a day."""
HOUR = timedelta(hours=5)
"""What an hour of the program is here, from when it started."""


@dataclass(frozen=True)
class Known:
    """A case as the overview counts it."""

    paper: Paper
    urgent: Urgent
    appointments: Appointments
    school: str


class Week:
    """What each overview counted, laid beside the cases on paper."""

    def __init__(self, plan: Json, staff: Staff, cases: Mapping[str, Known]) -> None:
        self._steps = steps(plan)
        self._staff, self._cases = staff, cases
        self._sent: dict[tuple[str, str, date], list[Event]] = defaultdict(list)

    def findings_of(self, event: Event) -> Iterator[tuple[datetime, str, str]]:
        """What is wrong with a message, if it is such an overview."""
        overview = next((found for words in event["words"] if (found := BEGINS.search(words))), None)
        if overview is None:
            return
        at, who, school, said = moment(event), event["who"], overview[1], _said(overview.string)
        self._sent[who, school, _monday(day_of(at))].append(event)
        counted = sum(n for (title, what), n in said.items() if what == "open" and title != OF_APPOINTMENTS)
        if counted > len([*self._known_to(who, school, at)]):
            yield at, "counted what they may not know", f"{counted} to {who}"
        opening = at_time(self._first_day(school, _monday(day_of(at))), OPENS)
        is_clear = not any(one.urgent.is_asked_beside_the_step(at) for one in self._cases.values())
        if self._staff.was_trouble(opening, at) or self._is_changing(at) or not is_clear:
            return
        if day_of(at) != day_of(opening) and self._knew_all(who, school, opening):
            yield at, "the week's overview on another day", f"to {who}"
        elif +said != (wanted := self._counts(who, school, opening, at)):
            yield at, "the week's counts are wrong", f"{+said} to {who}, not {wanted}"

    def findings(self, first: datetime, last: datetime) -> Iterator[tuple[datetime, str, str]]:
        """Who got no overview in a week that began with something to count, and who got two."""
        for school in self._staff.calendars:
            monday = _monday(day_of(first)) + timedelta(days=7)
            while (day := self._first_day(school, monday)) < day_of(last):
                if day < monday + timedelta(days=7):
                    yield from self._missing(school, monday, day, last)
                monday += timedelta(days=7)
        for (who, *_), sent in self._sent.items():
            if len(sent) > 1 and not self._staff.was_trouble(moment(sent[0]), moment(sent[-1])):
                yield moment(sent[-1]), "the week's overview twice", f"to {who}"

    def _missing(self, school: str, monday: date, day: date, last: datetime) -> Iterator[tuple[datetime, str, str]]:
        opening, due = at_time(day, OPENS), self._heard(school, day)
        until = self._staff.calm_after(due + IN_TIME)
        if until > due + IN_TIME or until > last:  # the clock may have to be heard again
            return
        for who in sorted(self._staff.of_school(LEADERS, school, due)):
            for at in (opening, due):
                if not (counts := self._counts(who, school, opening, at)):
                    break
            else:
                if not self._sent.get((who, school, monday)):
                    yield until, "no overview of the week", f"to {who}, of {counts}"

    def _heard(self, school: str, day: date) -> datetime:
        """When the clock has been heard: perhaps only on the next day if the program started anew before it opened."""
        due, opening = at_time(day, HEARD), at_time(day, OPENS)
        is_anew = any(began <= opening and until >= due - HOUR for began, until in self._staff.trouble)
        return at_time(self._staff.calendars[school].next(day), HEARD) if is_anew else due

    def _counts(self, who: str, school: str, opening: datetime, at: datetime) -> Counter[tuple[str, str]]:
        """How many cases stand at each step, of those with which the week began, how many appointments are open in
        them, and how many of each are late."""
        found: Counter[tuple[str, str]] = Counter()
        for one in self._known_to(who, school, at):
            is_begun_again = one.paper.stay_at(at) and not one.paper.stay_at(opening)
            is_begun_again = is_begun_again or any(opening <= again <= at for again in one.paper.began_again)
            if one.paper.stays[0].began < opening and not is_begun_again:
                found.update((title, what) for title, is_late in self._in(one, at) for what in WHAT[: 1 + is_late])
        return found

    def _in(self, one: Known, at: datetime) -> Iterator[tuple[str, bool]]:
        """Where an open case stands and each appointment in it, and whether it is late."""
        today, calendar = day_of(at), self._staff.calendars[one.school]
        if stay := one.paper.stay_at(at):
            step = self._steps[stay.step]
            yield step["title"], today > self._last_day(step, stay, calendar) or one.urgent.is_late(at)
        for promise in one.appointments.open_at(at):
            yield OF_APPOINTMENTS, calendar.on_or_after(promise.day) < today

    @staticmethod
    def _last_day(step: Json, stay: Stay, calendar: Calendar) -> date:
        """The last day of a step, not before the step itself, or the day to which somebody postponed it."""
        if "deadline" not in step:
            return date.max
        last = max(last_day_of(step["deadline"], stay.counts, calendar), day_of(stay.began))
        return max([last, *(date.fromisoformat(until) for _, until in stay.postponed[-1:])])

    def _known_to(self, who: str, school: str, at: datetime) -> Iterator[Known]:
        here = (one for one in self._cases.values() if one.school == school)
        known = (one for one in here if self._staff.may_hear(who, one.paper, school, at))
        for one in known:
            if self._staff.may_ever_read(who, one.paper, school, at) or not self._is_kept_from(who, one, at):
                yield one

    def _is_kept_from(self, who: str, one: Known, at: datetime) -> bool:
        """Whether the case is kept from a colleague for whom they stand in: that they wrote in it once is no reason."""
        acting = self._staff.acting(who, one.school, at)
        return any(self._staff.is_excluded(person, one.paper, one.school, at) for person in acting)

    def _knew_all(self, who: str, school: str, at: datetime) -> bool:
        """Whether somebody led the school then, and no case was kept from them: else their week begins later."""
        here = (one for one in self._cases.values() if one.school == school)
        is_none_hidden = all(self._staff.may_hear(who, one.paper, school, at) for one in here)
        return who in self._staff.of_school(LEADERS, school, at) and is_none_hidden

    def _is_changing(self, at: datetime) -> bool:
        """Whether somebody did something in these minutes that changes the counts."""
        acts = (line.at for one in self._cases.values() for line in one.paper.lines)
        return any(abs(act - at) < IN_TIME for act in acts)

    def _first_day(self, school: str, monday: date) -> date:
        return self._staff.calendars[school].on_or_after(monday)


def _said(words: str) -> Counter[tuple[str, str]]:
    """How many an overview calls open at each step, and how many of them late."""
    said: Counter[tuple[str, str]] = Counter()
    for title, *numbers in OPEN.findall(words):
        said.update({(title, what): int(number or 0) for what, number in zip(WHAT, numbers, strict=True)})
    return said


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
