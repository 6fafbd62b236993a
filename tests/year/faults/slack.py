"""What goes wrong with Slack and the way to it. All of it ends."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from tests.year.running.machine import Cut

if TYPE_CHECKING:
    from tests.year.world import World

HOW_OFTEN_CUT = (6, 1, 2)
"""Not at all, before it arrives, and before its answer does: most acts come as far as a form that is sent."""
FOR_LONG = 10**6
OUTAGE = 200
"""Seconds after which an outage is no passing failure: the app looks at Slack once a minute, and gives it one more."""
HALF = 0.5


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
