"""All that can go wrong in a year, and when it does. It ends before the year does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tests.year.faults import machine, people, slack
from tests.year.judging.log import Log
from tests.year.people.someone import A_LOOK

if TYPE_CHECKING:
    from tests.year.world import World

Fault = Callable[["World", random.Random], Awaitable[None]]
A_WHILE = timedelta(minutes=25)
BUSY = time(8, 29, 50)
HALF = 0.5
TRIES_AGAIN = 150
"""Seconds after which each part of the program has tried again what failed."""

FAULTS: dict[str, Fault] = {
    "slow": slack.slack_is_slow,
    "refuses": slack.slack_refuses,
    "twice": slack.events_come_twice,
    "restart": machine.restart,
    "kill": machine.kill,
    "commit": machine.kill_at_commit,
    "full": machine.disk_is_full,
    "database": machine.database_is_away,
    "second": machine.second_process,
    "upgrade": machine.upgrade,
    "plan": machine.new_plan_version,
    "language": people.other_language,
    "closed": people.account_closed,
    "clock": machine.clock_is_wrong,
    "key": machine.new_master_key,
    "moved": machine.other_machine,
    "unanswered": slack.lost_answers,
    "cut": slack.connections_are_cut,
    "order": people.events_out_of_order,
    "unheard": people.account_closed_without_a_word,
    "away": slack.slack_is_away,
    "offline": slack.network_is_down,
    "revoked": slack.token_is_revoked,
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
