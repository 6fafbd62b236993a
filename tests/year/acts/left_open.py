"""People who leave a form of a case open on another device, and send it days later, whatever happened meanwhile."""

from __future__ import annotations

import json
from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from tests.year.people.screens import offered

if TYPE_CHECKING:
    from tests.year.people.someone import Someone
    from tests.year.world import World


async def left_open(world: World) -> None:
    """All at a school leave a form of a case open, and send it days later."""
    if known := world.open_cases():
        code, case = world.chance.choice(known)
        later = world.time.now() + timedelta(days=world.chance.randrange(1, 6))
        for one in world.people_of(case.school):
            await leave_open(one, code)
            world.at(later.date(), time(10, 10), partial(come_back, one))


async def leave_open(someone: Someone, code: str) -> None:
    """Open a form of a case, if any is offered, and leave it open on another device."""
    view = await someone.open(code)
    found = offered(view, someone.usual) if view else []
    if view and found:
        action = someone.around.chance.choice(found)
        await someone.press(code, view, action)
        modals = [*someone.around.workspace.modals_of(someone.who.slack)]
        someone.left_open.append((code, json.loads(action["value"]), modals))


async def leave_all_open(someone: Someone) -> None:
    """The same with all cases."""
    for code in sorted(someone.around.cases) if not someone.is_gone else ():
        await leave_open(someone, code)


async def come_back(someone: Someone) -> None:
    """Send what was left open, and press a button of the old screen below it and of an old message."""
    left, someone.left_open = someone.left_open, []
    stacks = someone.around.workspace.views.stacks
    for code, about, modals in [] if someone.is_gone else left:
        if modals[-1].payload.get("submit"):
            stacks[someone.who.slack] = [*modals]
            await someone.fill_in(modals[-1], code, about, None)
        stacks[someone.who.slack] = modals[:1]
        if found := offered(modals[0], someone.usual):
            await someone.record(code, modals[0], someone.around.chance.choice(found))
        await someone.open(code, by_message=True)
