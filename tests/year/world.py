"""A school year from 1 August to 31 July: what happens on each day, in virtual time."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from bot.scheduler import TICK_SECONDS
from practice.model import Person
from practice.state.workspace import Workspace
from storage.integrity.backup_file import keys_file
from tests.year.acts.leave import plan_leave
from tests.year.acts.rare import RARE
from tests.year.drawn.options import FIRST_DAY, Options
from tests.year.drawn.plans import write_plan
from tests.year.drawn.schools import TEACHER, WEEK, Colleague, School, invent, with_somebody_of
from tests.year.faults.trouble import HALF, TRIES_AGAIN, Trouble
from tests.year.judging.calendar import AMSTERDAM, Calendar
from tests.year.judging.log import Log
from tests.year.judging.plan_file import PLANS, roles_of
from tests.year.people.knowledge import Knowledge, Surroundings
from tests.year.people.someone import Someone
from tests.year.running.clock import VirtualTime
from tests.year.running.database import is_sending
from tests.year.running.machine import Machine, workspace_of
from tests.year.seen import Seen, is_anything_gone

SETTLES = 2.2
"""Virtual seconds in which the program takes up what is due."""
A_BREATH = 0.0007
LATER = tuple(range(2 * 366 + 7, 2 * 366 + 90, 5))
"""Days after the end at which the program does its hourly work, on all days of the week, at a time when schools are
open: only then it ends cases. Then no closed case may be kept any more."""
LOOKS = (time(7, 10), time(13, 5))
OTHER_LOOKS = (time(13, 5),)
"""On days on which nothing happens: the program does its hourly work all the same."""
COUNTED = time(13, 6)
"""When all that is stored is looked at."""

Act = Callable[[], Awaitable[None]]


def always() -> bool:
    return True


class World:
    """A workspace with schools, the program in it, and a year of days."""

    def __init__(self, options: Options, folder: Path, time_: VirtualTime, chance: random.Random) -> None:
        self.options, self.time, self.chance = options, time_, chance
        self.log = Log(time_.now)
        self.plan = options.on_paper()
        roles = roles_of(self.plan)
        self.schools = [invent(n, options.size, FIRST_DAY, chance, roles) for n in range(options.schools)]
        self.schools[1:] = [with_somebody_of(self.schools[0], school, chance) for school in self.schools[1:]]
        self.calendars = {school.name: Calendar(school.region, school.free) for school in self.schools}
        members = {one.slack: Person(one.slack, one.name) for school in self.schools for one in school.people}
        self.seen = Seen(self.log, {name for school in self.schools for pupil in school.pupils for name in pupil[:2]})
        self.workspace: Workspace = self.seen.watch(workspace_of([*members.values()], time_.now))
        self.machine = Machine(folder, self.workspace, time_, options.database_url)
        self.machine.plan = write_plan(self.plan, folder) if options.is_any_plan else PLANS / f"{options.plan}.yaml"
        around = Surroundings(self.workspace, self.plan, self.log, chance)
        self.people: dict[str, Someone] = {}
        for school in self.schools:
            for one in school.people:
                self.people.setdefault(one.slack, Someone(around, one)).places.append((school, one))
        self._agenda: list[tuple[datetime, int, Act, Callable[[], bool]]] = []
        self._numbers = count()
        self._reported: set[tuple[str, str, str]] = set()
        self.away: dict[str, tuple[date, date]] = {}

    async def play(self) -> None:
        """Play the year."""
        self.machine.write_schools([school.entry() for school in self.schools])
        for school in self.schools:
            self.log.add("school", **school.entry())
        with self.seen.listening():
            await self._play()

    async def _play(self) -> None:
        await self.machine.start()
        await self._settle()
        options = self.options
        for school in self.schools:
            plan_leave(self, school)
        Trouble(self, options.faults, self.log, self.chance).plan(options.first_day, options.size.days)
        self._plan_what_is_rare()
        for number in range(options.size.days):
            self._plan_day(options.first_day + timedelta(days=number))
        while self._agenda:
            await self._do(*heapq.heappop(self._agenda))
        await self._end()

    async def _do(self, moment: datetime, number: int, act: Act, is_needed: Callable[[], bool]) -> None:
        """Let somebody act, with chances of their own: what is left out changes nothing for the others."""
        if self.options.only is not None and number not in self.options.only:
            return
        await self.until(moment)
        self.chance.seed(f"{self.options.seed} {number}")
        if is_needed():
            self.log.acts.append(number)
            await self.skip_to(moment)
            await act()
            await self._settle()

    # The agenda.
    def at(self, day: date, when: time, act: Act, is_needed: Callable[[], bool] = always) -> None:
        """Have something happen at this local time, if it is needed then."""
        moment = datetime.combine(day, when, AMSTERDAM).astimezone(UTC)
        heapq.heappush(self._agenda, (moment, next(self._numbers), act, is_needed))

    def _plan_what_is_rare(self) -> None:
        """Half of the years have each of these, on some day but the first and the last."""
        for act in RARE.values():
            day = self.options.first_day + timedelta(days=self.chance.randrange(2, max(3, self.options.size.days - 4)))
            when = self._moment(9, 16)
            if self.chance.random() < HALF:
                self.at(day, when, partial(act, self))

    def open_cases(self) -> list[tuple[str, Knowledge]]:
        """The cases that people know of."""
        return sorted(next(iter(self.people.values())).around.cases.items())

    def people_of(self, school: School) -> list[Someone]:
        """Who works there, and has not left."""
        return [self.people[one.slack] for one in school.people if not self.people[one.slack].is_gone]

    def teachers_who_can_leave(self) -> list[Someone]:
        """Teachers alone, at schools where others teach too."""
        here = [one for one in self.people.values() if not one.is_gone]
        teachers = [one for one in here if all(who.roles == (TEACHER,) for _, who in one.places)]
        schools = Counter(school.name for one in teachers for school, _ in one.places)
        return [one for one in teachers if all(schools[school.name] > 1 for school, _ in one.places)]

    def _plan_day(self, day: date) -> None:
        is_school_day = any(calendar.is_school_day(day) for calendar in self.calendars.values())
        for when in LOOKS if is_school_day else OTHER_LOOKS:
            self.at(day, when, self._look_at_health)
        self.at(day, COUNTED, self._look_at_what_is_stored)
        for school in self.schools:
            if self.calendars[school.name].is_school_day(day):
                for one in school.people:
                    self._plan_logins(one, day)
        for school in self.schools:
            self._plan_reports(school, day)

    def _plan_logins(self, one: Colleague, day: date) -> None:
        someone = self.people[one.slack]
        for when in self._logins(one, day):
            self.at(day, when, someone.look, someone.has_reason)

    def _logins(self, one: Colleague, day: date) -> Iterator[time]:
        first, last = self.away.get(one.slack, (date.max, date.max))
        if WEEK[day.weekday()] in one.works and not first <= day <= last:
            yield self._moment(8, 12)
            yield self._moment(13, 17)

    def _moment(self, first: int, last: int) -> time:
        return time(self.chance.randrange(first, last), self.chance.randrange(60))

    def _plan_reports(self, school: School, day: date) -> None:
        calendar = self.calendars[school.name]
        if not calendar.is_school_day(day):
            return
        for pupil in school.pupils:
            if self._day_of(school, pupil) == day:
                self.at(day, self._moment(9, 17), partial(self.report, school, pupil))

    def _day_of(self, school: School, pupil: tuple[str, str, str]) -> date:
        """The day on which somebody is worried about a pupil: one in the first months of the year."""
        first, calendar = self.options.first_day, self.calendars[school.name]
        days = calendar.school_days(first, self.options.size.days * 3 // 4) or [calendar.on_or_after(first)]
        return random.Random(f"{self.options.seed} {pupil}").choice(days)

    async def report(self, school: School, pupil: tuple[str, str, str]) -> None:
        """Have a teacher of this pupil pass on a signal, if nobody did."""
        if pupil not in self._reported:
            self._reported.add(pupil)
            await self.people[self.chance.choice(school.teachers_of(pupil[2])).slack].report(pupil, school)

    async def report_somebody(self) -> None:
        """Have a signal that was to come later passed on now."""
        await self.report(*self._unreported()[0])

    def is_anybody_unreported(self) -> bool:
        """Whether a signal is still to come."""
        return bool(self._unreported())

    def _unreported(self) -> list[tuple[School, tuple[str, str, str]]]:
        return [(school, pupil) for school in self.schools for pupil in school.pupils if pupil not in self._reported]

    # The time.
    async def until(self, moment: datetime) -> None:
        """Let the time pass until then; what the program is to do meanwhile it does at its own moments."""
        while (due := self._next_due()) and due < moment:
            await self.skip_to(due)
            await self._settle()
            if self._next_due() == due:  # the next tick comes within 20 seconds
                await asyncio.sleep(TICK_SECONDS)
            if self._next_due() == due:
                return

    def _next_due(self) -> datetime | None:
        """When the program is to do something: now, as long as a message waits for its turn at Slack."""
        program = self.machine.running
        with program.store.transaction(self.time.now()) as uow:
            case, message = uow.cases.next_due(), uow.queue.next_due()
        sending = self.time.now() if is_sending(program.engine, self.time.now()) else None
        return min((due for due in (case, message, sending) if due), default=None)

    async def skip_to(self, moment: datetime) -> None:
        """Jump, but not in the moment in which a loop that looks each second has just begun."""
        await asyncio.sleep(A_BREATH)
        self.time.skip_to(moment)

    async def _settle(self) -> None:
        await asyncio.sleep(SETTLES)

    async def _look_at_health(self) -> None:
        """The program's clock is heard, and somebody looks whether all is well.

        After hours that were skipped each part first looks again, as it does all the time.
        """
        if self.machine.program and not await self.machine.is_healthy():
            await asyncio.sleep(TRIES_AGAIN)
        await self.seen.say_health(self.machine)

    async def _look_at_what_is_stored(self) -> None:
        self.seen.say_what_is_stored(self.machine.running, self.time.now())

    async def say_how_it_is(self, fault: str = "", *, is_over: bool = False) -> None:
        """Log what `/healthz` and `doctor` say: while this is wrong, when it is over, or when nothing was."""
        await self.seen.say_health(self.machine, fault, is_over=is_over)
        self.seen.say_doctor(self.machine, fault, is_over=is_over)

    async def _end(self) -> None:
        """Let the last things happen, and say what is stored."""
        await asyncio.sleep(120)
        ended = self.time.now()
        await self.say_how_it_is()
        self.seen.say_what_is_stored(self.machine.running, ended, is_end=True)
        backup = self.machine.back_up(ended)
        with self.seen.nothing():
            for days in LATER:
                await self.skip_to((ended + timedelta(days=days)).replace(hour=10))
                await asyncio.sleep(SETTLES)
        self.seen.say_what_is_left(self.machine.running, ended)
        with self.seen.nothing():
            if is_anything_gone(self.machine.running):
                await self._put_back(backup)
        self.seen.say_what_is_left(self.machine.running, ended)
        with self.seen.nothing():
            await self.machine.stop()

    async def _put_back(self, backup: Path) -> None:
        """Go on with data of a time when nothing was destroyed, and the keys of now (ADR 20)."""
        await self.machine.stop()
        newest = self.machine.back_up(self.time.now())
        self.machine.put_back(backup, self.time.now(), keys_file(newest))
        await self.machine.start()
