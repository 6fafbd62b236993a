"""What happens once in some years: an alarm, a colleague who may not touch a case, and all who act at the same time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from practice.blocks.elements import all_elements
from practice.model import Message
from tests.year.acts.ending import ending
from tests.year.acts.halfway import half_way
from tests.year.acts.left_open import come_back, leave_open, left_open
from tests.year.people.characters import CHARACTERS
from tests.year.people.someone import Someone

if TYPE_CHECKING:
    from tests.year.world import World

SINCE_ALARM = (timedelta(seconds=30), timedelta(minutes=3, seconds=1), timedelta(minutes=10, seconds=1))
"""When people look whether anybody goes: soon, and after each time that the app alerts more of them."""
GOES, EXCLUDES = "alarm-going", "excluded"
A_MOMENT = 2
TICK = 21
"""Seconds within which the program has looked what is due."""


async def alarm(world: World) -> None:
    """Somebody raises the alarm. Who is alerted says that they go, or nobody does; all see what comes after that."""
    raised_at = world.time.now()
    raiser = world.chance.choice([one for one in world.people.values() if not one.is_gone])
    if not await _raised_by(raiser):
        return
    is_answered = False
    for passed in SINCE_ALARM:
        await world.until(raised_at + passed)
        await world.skip_to(raised_at + passed)
        await asyncio.sleep(TICK)
        for someone in world.people.values():
            is_answered = is_answered or (someone is not raiser and await _answered_by(someone))


async def _raised_by(someone: Someone) -> bool:
    """Have somebody raise the alarm; whether the app took it."""
    someone.clear()
    outcome = await someone.actor.command("/meldcode", "acuut")
    if outcome.ok:
        someone.around.log.add("alarm", who=someone.who.slack)
    return bool(outcome.ok)


async def _answered_by(someone: Someone) -> bool:
    """Have somebody say that they go, if they were alerted and do: not everybody sees it at once."""
    messages = reversed(someone.around.workspace.messages_of(someone.who.slack))
    message = next((one for one in messages if _asks_to_go(one)), None)
    acts = CHARACTERS[someone.who.character].act / 2
    if message is None or someone.is_gone or someone.around.chance.random() >= acts:
        return False
    someone.around.log.add("alarm_answered", who=someone.who.slack)
    await someone.actor.click(message, GOES)
    return True


def _asks_to_go(message: Message) -> bool:
    return any(element.get("action_id") == GOES for _, element in all_elements(message.blocks))


async def exclusion(world: World) -> None:
    """Somebody proposes that a colleague is excluded from a case; who agrees or not is asked by the app."""
    known = world.open_cases()
    if not known:
        return
    code, case = world.chance.choice(known)
    here = world.people_of(case.school)
    may = [one for one in here if one.who.slack in case.teachers or "care_coordinator" in one.roles_at(case.school)]
    others = [one for one in here if {"confidant", "school_leader"} & {*one.roles_at(case.school)}]
    if may and others:
        colleague = world.chance.choice(others)
        await leave_open(colleague, code)
        await _exclude(world.chance.choice(may), code, colleague.who.slack)
        await asyncio.sleep(A_MOMENT)
        await come_back(colleague)


async def _exclude(someone: Someone, code: str, colleague: str) -> None:
    await someone.does(code, EXCLUDES, {"exclusion": "out", "excluded_person": colleague})


async def together(world: World) -> None:
    """All at a school open the same case at the same time, and do at once what it asks of them."""
    if known := world.open_cases():
        code, case = world.chance.choice(known)
        await asyncio.gather(*(one.work_on(code) for one in world.people_of(case.school)))


RARE = {
    "alarm": alarm,
    "ending": ending,
    "exclusion": exclusion,
    "together": together,
    "left open": left_open,
    "half-way": half_way,
}
