"""People on leave, and their deputies."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.year.acts.left_open import come_back, leave_all_open
from tests.year.drawn.schools import School
from tests.year.people.characters import CHARACTERS

if TYPE_CHECKING:
    from tests.year.world import World

MOST = 3 / 4
BEFORE = timedelta(days=2)
"""How long before a leave people arrange a deputy."""


def plan_leave(world: World, school: School) -> None:
    """Send some people of a school on leave; any colleague stands in for most of them, if the app allows it."""
    days = world.options.size.days
    for one in school.people:
        if one.slack in world.away or world.chance.random() >= CHARACTERS[one.character].leave:
            continue
        first = world.options.first_day + timedelta(days=world.chance.randrange(max(2, days // 8), days * 3 // 4))
        last = first + timedelta(days=world.chance.choice((world.chance.randrange(6), world.chance.randrange(10, 22))))
        others = [other.slack for other in school.people if other is not one]
        deputy = world.chance.choice(others) if world.chance.random() < MOST else ""
        world.away[one.slack] = (first, last)
        world.at(first - BEFORE, time(11, 11), partial(world.people[one.slack].go_away, first, last, deputy))
        if deputy:
            _look_around(world, deputy, last)


def _look_around(world: World, deputy: str, last: date) -> None:
    """Have a deputy look what they can see and do on their last day, and on the day after it."""
    one, after = world.people[deputy], last + timedelta(days=1)
    if (after - world.options.first_day).days < world.options.size.days:
        world.at(last, time(12, 12), one.look_around)
        world.at(last, time(12, 13), partial(leave_all_open, one))
        world.at(after, time(12, 12), one.look_around)
        world.at(after, time(12, 13), partial(come_back, one))
