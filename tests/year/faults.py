"""What goes wrong in a year: with Slack, the machine and the process. All of it ends before the year does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.year.judging.log import Log

if TYPE_CHECKING:
    from tests.year.world import World

Fault = Callable[["World", random.Random], Awaitable[None]]
A_WHILE = timedelta(minutes=25)


async def slack_is_slow(world: World, chance: random.Random) -> None:
    """Each answer takes a second or two, for some minutes."""
    world.workspace.faults.slow_seconds = chance.uniform(0.5, 2)
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.slow_seconds = 0


async def slack_refuses(world: World, chance: random.Random) -> None:
    """Too many calls, and an outage."""
    world.workspace.faults.rate_limited = chance.randrange(20)
    world.workspace.faults.retry_after = chance.randrange(1, 40)
    world.workspace.faults.server_error = chance.randrange(12)
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.off()


async def events_come_twice(world: World, chance: random.Random) -> None:
    """Each event is delivered again."""
    world.workspace.faults.redeliver = True
    await asyncio.sleep(chance.randrange(20, 80))
    world.workspace.faults.redeliver = False


async def restart(world: World, _chance: random.Random) -> None:
    """The program is stopped in good order, and started a minute later."""
    await world.machine.stop()
    world.time.skip_to(world.time.now() + timedelta(minutes=1))
    await world.machine.start()


async def kill(world: World, chance: random.Random) -> None:
    """The process is killed while it does something, at any moment of the next seconds, and started again."""
    await asyncio.sleep(chance.uniform(0, 3))
    await world.machine.kill()
    world.time.skip_to(world.time.now() + timedelta(minutes=chance.randrange(1, 20)))
    await world.machine.start()


async def clock_is_wrong(world: World, chance: random.Random) -> None:
    """Somebody sets the machine's clock hours or days off, and it is set right again."""
    world.time.wrong = timedelta(hours=chance.choice((-30, -2, 2, 49)))
    await asyncio.sleep(chance.randrange(20, 80))
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


FAULTS: dict[str, Fault] = {
    "slow": slack_is_slow,
    "refuses": slack_refuses,
    "twice": events_come_twice,
    "restart": restart,
    "kill": kill,
    "clock": clock_is_wrong,
    "key": new_master_key,
    "moved": other_machine,
    "unanswered": lost_answers,
}


class Trouble:
    """Plans faults over the year, in school hours and at night, and none in its last days."""

    def __init__(self, world: World, names: tuple[str, ...], log: Log, chance: random.Random) -> None:
        self._world, self._names, self._log, self._chance = world, names, log, chance

    def plan(self, first: date, days: int) -> None:
        """About one fault a week."""
        for number in range(days - 7):
            if self._names and self._chance.random() < 1 / 5:
                when = time(self._chance.randrange(6, 18), self._chance.randrange(60))
                self._world.at(first + timedelta(days=number), when, self._one(self._chance.choice(self._names)))

    def _one(self, name: str) -> Callable[[], Awaitable[None]]:
        async def happen() -> None:
            until: datetime = self._world.time.now() + A_WHILE
            self._log.add("trouble", fault=name, until=until.isoformat(timespec="seconds"))
            busy = [one for one in self._world.people.values() if self._chance.random() < 1 / 4]
            working = asyncio.gather(*(one.look() for one in busy), return_exceptions=True)
            await FAULTS[name](self._world, self._chance)
            await working
            self._world.workspace.faults.off()

        return happen
