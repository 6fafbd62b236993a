"""What goes wrong with people and what the app hears of them."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from practice.client.delivery import deliver_event

if TYPE_CHECKING:
    from tests.year.world import World


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
