"""What goes wrong with the process, the machine and its database. All of it ends."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from tests.year.running.database import before_commits
from tests.year.running.executor import InlineExecutor, Killed

if TYPE_CHECKING:
    from tests.year.world import World

A_MOMENT = 5
"""Seconds within which the process commits something, if anybody does anything."""
MOST_UNDER_WAY = 0.3
"""Seconds that a request or its answer is under way at most, while a kill lurks: it falls in the middle of an act."""
COMMITS = range(1, 8)
"""Filling in a form commits a few drafts, and then an entry: half of the time it is the entry."""
SILENT = 15
"""Minutes after which `doctor` can know that a program which said nothing does not run."""
HALF = 0.5


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
    with before_commits(_dying(world, commits, is_stored=is_stored), table):
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
    with before_commits(_no_room):
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
