"""A school year from 1 August to 31 July: what happens on each day, in virtual time."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.database import vault_of
from bot.scheduler import TICK_SECONDS
from meldcode.domain.plan.file import load_plan
from meldcode.domain.plan.model import Plan
from practice.blocks.elements import all_elements
from practice.model import Person
from practice.state.workspace import Workspace
from storage.db.schema import cases, drafts, outbox
from storage.integrity import verify
from tests.on_screen import read, texts_of
from tests.year.characters import CHARACTERS
from tests.year.clock import VirtualLoop, VirtualTime, everywhere
from tests.year.faults import Trouble
from tests.year.judging.calendar import Calendar
from tests.year.judging.log import Log
from tests.year.judging.oracle import MARK
from tests.year.judging.plan_file import plan_file
from tests.year.people import CODE, Someone, Surroundings
from tests.year.program import Machine, in_one_thread, workspace_of
from tests.year.schools import WEEK, School, Size, invent

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST_DAY = date(2026, 8, 1)
SETTLES = 2.2
"""Virtual seconds in which the program takes up what is due."""
LOOKS = (time(7, 10), time(13, 5))
OTHER_LOOKS = (time(13, 5),)
"""When nothing happens, and the program's own clock is heard all the same."""

Act = Callable[[], Awaitable[None]]


def always() -> bool:
    return True


@dataclass(frozen=True)
class Options:
    """What is played."""

    seed: int
    size: Size
    schools: int = 1
    plan: str = "heutink"
    database_url: str = ""
    first_day: date = FIRST_DAY
    faults: tuple[str, ...] = ()


class World:
    """A workspace with schools, the program in it, and a year of days."""

    def __init__(self, options: Options, folder: Path, time_: VirtualTime, chance: random.Random) -> None:
        self.options, self.time, self.chance = options, time_, chance
        self.log = Log(time_.now)
        self.plan = plan_file(options.plan)
        self.schools = [invent(n, options.size, FIRST_DAY, chance) for n in range(options.schools)]
        self.calendars = {school.name: Calendar(school.region, school.free) for school in self.schools}
        members = [Person(one.slack, one.name) for school in self.schools for one in school.people]
        self.workspace: Workspace = _watched(workspace_of(members, time_.now), self._heard)
        self.machine = Machine(folder, self.workspace, time_, options.database_url)
        self.machine.plan = Path(f"meldcode/plans/{options.plan}.yaml")
        around = Surroundings(self.workspace, self.plan, self.log, chance)
        self.people = {one.slack: Someone(around, school, one) for school in self.schools for one in school.people}
        self.names = {name for school in self.schools for first, last, _ in school.pupils for name in (first, last)}
        self._agenda: list[tuple[datetime, int, Act, Callable[[], bool]]] = []
        self._numbers = count()
        self._away: dict[str, tuple[date, date]] = {}

    async def play(self) -> None:
        """Play the year."""
        self.machine.write_schools([school.entry() for school in self.schools])
        for school in self.schools:
            self.log.add("school", **school.entry())
        await self.machine.start()
        await self._settle()
        options = self.options
        for school in self.schools:
            self._plan_leave(school)
        Trouble(self, options.faults, self.log, self.chance).plan(options.first_day, options.size.days)
        for number in range(options.size.days):
            self._plan_day(options.first_day + timedelta(days=number))
        while self._agenda:
            moment, _, act, is_needed = heapq.heappop(self._agenda)
            await self._until(moment)
            if is_needed():
                self.time.skip_to(moment)
                await act()
                await self._settle()
        await self._end()

    # The agenda.
    def at(self, day: date, when: time, act: Act, is_needed: Callable[[], bool] = always) -> None:
        """Have something happen at this local time, if it is needed then."""
        moment = datetime.combine(day, when, AMSTERDAM).astimezone(UTC)
        heapq.heappush(self._agenda, (moment, next(self._numbers), act, is_needed))

    def _plan_day(self, day: date) -> None:
        is_school_day = any(calendar.is_school_day(day) for calendar in self.calendars.values())
        for when in LOOKS if is_school_day else OTHER_LOOKS:
            self.at(day, when, _nothing)
        for school in self.schools:
            if self.calendars[school.name].is_school_day(day):
                for one in school.people:
                    self._plan_logins(self.people[one.slack], day)
        for school in self.schools:
            self._plan_reports(school, day)

    def _plan_logins(self, someone: Someone, day: date) -> None:
        for when in self._logins(someone, day):
            self.at(day, when, someone.look, someone.has_reason)

    def _plan_leave(self, school: School) -> None:
        """Some people are away for two or three weeks; half of them have a colleague who stands in."""
        for one in school.people:
            if self.chance.random() < CHARACTERS[one.character].leave:
                first = self.options.first_day + timedelta(
                    days=self.chance.randrange(max(2, self.options.size.days // 4), self.options.size.days)
                )
                last = first + timedelta(days=self.chance.randrange(10, 22))
                alike = [other.slack for other in school.people if other.roles == one.roles and other is not one]
                deputy = self.chance.choice(alike) if alike and self.chance.random() < 0.5 else ""
                self._away[one.slack] = (first, last)
                self.at(
                    first - timedelta(days=2),
                    time(11, 11),
                    partial(self.people[one.slack].go_away, first, last, deputy),
                )

    def _logins(self, someone: Someone, day: date) -> Iterator[time]:
        first, last = self._away.get(someone.who.slack, (date.max, date.max))
        if WEEK[day.weekday()] in someone.who.works and not first <= day <= last:
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
                who = self.chance.choice(school.teachers_of(pupil[2]))
                self.at(day, self._moment(9, 17), self._report(self.people[who.slack], pupil))

    def _day_of(self, school: School, pupil: tuple[str, str, str]) -> date:
        """The day on which somebody is worried about a pupil: one in the first months of the year."""
        days = self.calendars[school.name].school_days(self.options.first_day, self.options.size.days * 3 // 4)
        return random.Random(f"{self.options.seed} {pupil}").choice(days)

    def _report(self, someone: Someone, pupil: tuple[str, str, str]) -> Act:
        return lambda: someone.report(pupil)

    # The time.
    async def _until(self, moment: datetime) -> None:
        """Let the time pass until then; what the program is to do meanwhile it does at its own moments."""
        while (due := self._next_due()) and due < moment:
            self.time.skip_to(due)
            await self._settle()
            if self._next_due() == due:  # the next tick comes within 20 seconds
                await asyncio.sleep(TICK_SECONDS)
            if self._next_due() == due:
                return

    def _next_due(self) -> datetime | None:
        program = self.machine.running
        with program.store.transaction(self.time.now()) as uow:
            case, message = uow.cases.next_due(), uow.queue.next_due()
        return min((due for due in (case, message) if due), default=None)

    async def _settle(self) -> None:
        await asyncio.sleep(SETTLES)

    # What is seen.
    def _heard(self, direction: str, what: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
        """Log what the app sends to people."""
        if direction != "from_app" or not answer.get("ok"):
            return
        if what in ("chat.postMessage", "chat.update"):
            self._message(what, request, answer)
        elif what == "views.publish":
            blocks = request["view"]["blocks"]
            words = [text["text"] for text in texts_of(blocks)]
            codes = sorted({code for text in words for code in CODE.findall(text)})
            self.log.add("home", who=request["user_id"], codes=codes, names=self._named(words))

    def _message(self, what: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
        blocks = request.get("blocks") or []
        words = [request.get("text", ""), *(read(text["text"]) for text in texts_of(blocks))]
        buttons = [[e["action_id"], e.get("value", "")] for _, e in all_elements(blocks) if e["type"] == "button"]
        kind = "message" if what == "chat.postMessage" else "changed"
        who = self.workspace.person_in(answer["channel"]).id
        self.log.add(kind, who=who, ts=answer["ts"], words=words, buttons=buttons, names=self._named(words))

    def _named(self, words: list[str]) -> list[str]:
        whole = "\n".join(words)
        return sorted(name for name in self.names if name in whole)

    async def _end(self) -> None:
        """Let the last things happen, and say what is stored."""
        await asyncio.sleep(120)
        self._say_what_is_stored()
        await self.machine.stop()

    def _say_what_is_stored(self) -> None:
        """The texts of all logbooks, and what the program says of itself."""
        program, now = self.machine.running, self.time.now()
        with program.engine.connect() as connection:
            faults = [str(fault) for fault in verify.faults(connection, vault_of(program.engine, program.settings))]
            waits = connection.execute(select(cases.c.code).where(cases.c.status == "open", cases.c.next_due.is_(None)))
            stuck = connection.scalar(select(func.count()).where(outbox.c.state == "pending", outbox.c.due_at < now))
            old = connection.scalar(select(func.count()).where(drafts.c.expires_at < now - timedelta(hours=12)))
            ids = connection.scalars(select(cases.c.id).where(cases.c.destroyed_at.is_(None))).all()
            without = sorted(waits.scalars())
        with program.store.transaction(now) as uow:
            logbooks = {uow.cases.get(id_).code: [*uow.cases.contents(id_).entries] for id_ in ids}
        said = [(code, str(text)) for code, lines in logbooks.items() for e in lines for text in e.answers.values()]
        marks = sorted((mark, code) for code, text in said for mark in MARK.findall(text))
        entries = {code: [entry.record for entry in lines] for code, lines in sorted(logbooks.items())}
        state = {"faults": faults, "without_next": without, "stuck": stuck, "drafts": old, "alarms": []}
        self.log.add("stored", marks=marks, entries=entries, unhealthy=not program.is_healthy(), **state)


async def _nothing() -> None:
    """The program's clock is heard."""


def _watched(workspace: Workspace, heard: Callable[..., None]) -> Workspace:
    record = workspace.record

    def recorded(
        direction: Any, what: str, request: Any, answer: Any, milliseconds: float = 0, *, fault: str = ""
    ) -> None:
        record(direction, what, request, answer, milliseconds, fault=fault)
        heard(direction, what, request, answer)

    workspace.record = recorded  # type: ignore[method-assign]
    return workspace


@cache
def _load_once(path: Path) -> Plan:
    return load_plan(path)


def play(options: Options, folder: Path) -> Log:
    """Play a year, and return its log."""
    time_ = VirtualTime(datetime.combine(options.first_day, time(0, 30), AMSTERDAM).astimezone(UTC))
    chance = random.Random(options.seed)
    with (
        patch("bot.store.load_plan", _load_once),
        everywhere(time_),
        in_one_thread(time_, random.Random(f"bytes {options.seed}")) as use,
        patch("bot.scheduler.OVERDUE_SECONDS", timedelta(days=9).total_seconds()),
        patch("bot.scheduler.HOUR_SECONDS", timedelta(hours=5).total_seconds()),
        asyncio.Runner(loop_factory=lambda: VirtualLoop(time_)) as runner,
    ):
        world = World(options, folder, time_, chance)
        use(world.machine)
        runner.run(world.play())
    return world.log
