"""What goes wrong in a year: with Slack, the machine and the process. All of it ends before the year does."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from practice.client.delivery import deliver_event
from tests.year.judging.log import Log
from tests.year.people import A_LOOK
from tests.year.running.executor import InlineExecutor, Killed
from tests.year.running.machine import Cut

if TYPE_CHECKING:
    from tests.year.world import World

Fault = Callable[["World", random.Random], Awaitable[None]]
A_WHILE = timedelta(minutes=25)
A_MOMENT = 5
"""Seconds within which the process commits something, if anybody does anything."""
MOST_UNDER_WAY = 0.3
"""Seconds that a request or its answer is under way at most, while a kill lurks: it falls in the middle of an act."""
COMMITS = range(1, 8)
"""Filling in a form commits a few drafts, and then an entry: half of the time it is the entry."""
HOW_OFTEN_CUT = (6, 1, 2)
"""Not at all, before it arrives, and before its answer does: most acts come as far as a form that is sent."""
FOR_LONG = 10**6
OUTAGE = 200
"""Seconds after which an outage is no passing failure: the app looks at Slack once a minute, and gives it one more."""
BUSY = time(8, 29, 50)
HALF = 0.5
SILENT = 15
"""Minutes after which `doctor` can know that a program which said nothing does not run."""
TRIES_AGAIN = 150
"""Seconds after which each part of the program has tried again what failed."""


async def slack_is_slow(world: World, chance: random.Random) -> None:
    """Each answer takes a second or two, for some minutes."""
    world.workspace.faults.slow_seconds = chance.uniform(0.5, 2)
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.slow_seconds = 0


async def slack_refuses(world: World, chance: random.Random) -> None:
    """Too many calls, or an outage, which is not over after the SDK's own tries."""
    if chance.random() < HALF:
        world.workspace.faults.rate_limited = chance.randrange(20)
        world.workspace.faults.retry_after = chance.randrange(1, 40)
    else:
        world.workspace.faults.server_error = chance.randrange(4, 40)
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.off()


async def slack_is_away(world: World, _chance: random.Random) -> None:
    """Slack answers nothing but errors for minutes: no passing failure any more."""
    world.workspace.faults.server_error = FOR_LONG
    await asyncio.sleep(OUTAGE)
    await world.say_how_it_is("away")
    world.workspace.faults.off()


async def network_is_down(world: World, _chance: random.Random) -> None:
    """No request reaches the app or Slack for minutes."""
    world.machine.cuts = lambda: Cut.BEFORE
    await asyncio.sleep(OUTAGE)
    await world.say_how_it_is("offline")
    world.machine.cuts = lambda: Cut.NEVER


async def token_is_revoked(world: World, _chance: random.Random) -> None:
    """Slack refuses the app's token until somebody gives it back."""
    world.workspace.faults.refuses = "token_revoked"
    await asyncio.sleep(OUTAGE)
    await world.say_how_it_is("revoked")
    world.workspace.faults.refuses = ""


async def events_come_twice(world: World, chance: random.Random) -> None:
    """Each event is delivered again."""
    world.workspace.faults.redeliver = True
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.redeliver = False


async def restart(world: World, _chance: random.Random) -> None:
    """The program is stopped in good order, and started a minute later."""
    await world.machine.stop()
    await world.skip_to(world.time.now() + timedelta(minutes=1))
    await world.machine.start()


async def kill(world: World, chance: random.Random) -> None:
    """The process is killed while it does something, at any moment of the next seconds, and started again."""
    world.machine.takes = lambda: chance.uniform(0, MOST_UNDER_WAY)
    await asyncio.sleep(chance.uniform(0, A_MOMENT))
    await _dead_for_a_while(world, chance)
    world.machine.takes = lambda: 0


async def _dead_for_a_while(world: World, chance: random.Random) -> None:
    minutes = chance.randrange(1, 20)
    await world.machine.kill()
    await world.skip_to(world.time.now() + timedelta(minutes=minutes))
    if minutes > SILENT:
        await world.say_how_it_is("dead")
    await world.machine.start()


async def kill_at_commit(world: World, chance: random.Random) -> None:
    """The process is killed at one of its next commits, or after it and before anybody heard, and started again."""
    is_stored = chance.random() < HALF
    commits, table = (1, "entries") if chance.random() < HALF else (chance.choice(COMMITS), "")
    with world.machine.before_commits(_dying(world, commits, is_stored=is_stored), table):
        await asyncio.sleep(A_MOMENT)
    await _dead_for_a_while(world, chance)


def _dying(world: World, commits: int, *, is_stored: bool) -> Callable[[], None]:
    """What ends the process at that commit."""
    left, executor = count(commits - 1, -1), world.machine.running.executor
    assert isinstance(executor, InlineExecutor)

    def happens() -> None:
        if next(left) <= 0:
            executor.dies_unheard = True
            if not is_stored:
                raise Killed

    return happens


async def disk_is_full(world: World, chance: random.Random) -> None:
    """Nothing can be written for some minutes."""
    with world.machine.before_commits(_no_room):
        await asyncio.sleep(chance.randrange(60, 100))
        await world.say_how_it_is("full")


def _no_room() -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise OperationalError("COMMIT", {}, full)


async def database_is_away(world: World, chance: random.Random) -> None:
    """Another program keeps the file of the database for itself, or its server goes away and comes back."""
    with world.machine.without_database() as what:
        await asyncio.sleep(chance.randrange(5, 100))
        await world.say_how_it_is(what)


async def second_process(world: World, chance: random.Random) -> None:
    """A second process works on the same database for some minutes; they take turns with what people do."""
    async with world.machine.with_a_second():
        await asyncio.sleep(chance.randrange(60, 200))


async def upgrade(world: World, _chance: random.Random) -> None:
    """A newer version is installed on the database that an older one left."""
    await world.machine.stop()
    world.machine.upgrade()
    await world.machine.start()


async def new_plan_version(world: World, _chance: random.Random) -> None:
    """A new version of the plan, for new cases; the old ones keep theirs."""
    await world.machine.stop()
    world.machine.raise_plan_version()
    await world.machine.start()


async def other_language(world: World, chance: random.Random) -> None:
    """Somebody sets Slack to English, and back."""
    someone = chance.choice([*world.people.values()])
    await someone.speak("en-US")
    await asyncio.sleep(chance.randrange(20, 80))
    await someone.speak("nl-NL")


async def account_closed(world: World, chance: random.Random) -> None:
    """A teacher leaves in the middle of the year."""
    if teachers := world.teachers_who_can_leave():
        await chance.choice(teachers).leave()


async def clock_is_wrong(world: World, chance: random.Random) -> None:
    """Somebody sets the machine's clock hours or days off, and it is set right again."""
    world.time.wrong = timedelta(hours=chance.choice((-30, -2, 2, 49)))
    await asyncio.sleep(chance.randrange(60, 100))
    await world.say_how_it_is("clock")
    world.time.wrong = timedelta()


async def new_master_key(world: World, _chance: random.Random) -> None:
    """The master key is replaced while the program stands still."""
    await world.machine.stop()
    world.machine.replace_key()
    await world.machine.start()


async def other_machine(world: World, _chance: random.Random) -> None:
    """A backup is put back on another machine, which goes on."""
    await world.machine.stop()
    world.machine.move(world.time.now())
    await world.machine.start()


async def lost_answers(world: World, chance: random.Random) -> None:
    """Slack takes what it is asked, and the answer never comes."""
    world.workspace.faults.taken_then_timeout = chance.randrange(1, 4)
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.off()


async def connections_are_cut(world: World, chance: random.Random) -> None:
    """Requests to the app and to Slack are cut off, before they arrive or before their answer does."""
    world.machine.cuts = lambda: chance.choices([*Cut], HOW_OFTEN_CUT)[0]
    await asyncio.sleep(chance.randrange(5, 40))
    world.machine.cuts = lambda: Cut.NEVER


async def events_out_of_order(world: World, chance: random.Random) -> None:
    """Somebody sets Slack to English and back; the app hears of the second change first."""
    someone = chance.choice([one for one in world.people.values() if not one.is_gone])
    first = someone.changed("en-US")
    await asyncio.sleep(chance.randrange(2, 9))
    for event in (someone.changed("nl-NL"), first):
        await deliver_event(world.workspace, event, someone.actor.person.team_id)


async def account_closed_without_a_word(world: World, chance: random.Random) -> None:
    """A teacher leaves, and no event comes: the app looks once a day."""
    if teachers := world.teachers_who_can_leave():
        chance.choice(teachers).leave_without_a_word()


FAULTS: dict[str, Fault] = {
    "slow": slack_is_slow,
    "refuses": slack_refuses,
    "twice": events_come_twice,
    "restart": restart,
    "kill": kill,
    "commit": kill_at_commit,
    "full": disk_is_full,
    "database": database_is_away,
    "second": second_process,
    "upgrade": upgrade,
    "plan": new_plan_version,
    "language": other_language,
    "closed": account_closed,
    "clock": clock_is_wrong,
    "key": new_master_key,
    "moved": other_machine,
    "unanswered": lost_answers,
    "cut": connections_are_cut,
    "order": events_out_of_order,
    "unheard": account_closed_without_a_word,
    "away": slack_is_away,
    "offline": network_is_down,
    "revoked": token_is_revoked,
}


class Trouble:
    """Plans faults over the year, in school hours and at night, and none in its last days."""

    def __init__(self, world: World, names: tuple[str, ...], log: Log, chance: random.Random) -> None:
        self._world, self._names, self._log, self._chance = world, names, log, chance

    def plan(self, first: date, days: int) -> None:
        """One or two faults a week, half of them just before a school opens: then the bot has most to send."""
        for number in range(days - 7):
            if self._names and self._chance.random() < 1 / 3:
                when = self._chance.choice((BUSY, time(self._chance.randrange(6, 18), self._chance.randrange(60))))
                self._world.at(first + timedelta(days=number), when, self._one(self._chance.choice(self._names)))

    def _one(self, name: str) -> Callable[[], Awaitable[None]]:
        async def happen() -> None:
            until: datetime = self._world.time.now() + A_WHILE
            self._log.add("trouble", fault=name, until=until.isoformat(timespec="seconds"))
            working = asyncio.gather(*self._acts(), return_exceptions=True)
            await asyncio.sleep(A_LOOK)
            await FAULTS[name](self._world, self._chance)
            await working
            self._world.workspace.faults.off()
            await asyncio.sleep(TRIES_AGAIN)
            await self._world.say_how_it_is(name, is_over=True)

        return happen

    def _acts(self) -> list[Coroutine[Any, Any, None]]:
        """What people do meanwhile: somebody passes on a signal, or many look and go on with a case."""
        world, chance = self._world, self._chance
        if world.is_anybody_unreported() and chance.random() < HALF:
            return [world.report_somebody()]
        busy = [one for one in world.people.values() if one.has_reason() or chance.random() < HALF]
        for one in busy:
            one.to_do |= dict.fromkeys(code for code, _ in world.open_cases())
        return [one.look() for one in busy]
