"""A case that ends in another way than by its steps, so that something is destroyed when its time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.year.people.knowledge import Json
    from tests.year.world import World

MAY = {"care_coordinator", "school_leader"}
PROPOSES: tuple[str, Json] = ("ending", {"ends_as": "mistake"})
AGREES: tuple[str, Json] = ("ending_agreed", {"ending_right": "yes"})


async def ending(world: World) -> None:
    """Somebody proposes to close a case, and who else may agrees."""
    if not (known := world.open_cases()):
        return
    code, case = world.chance.choice(known)
    both = [one for one in world.people_of(case.school) if MAY & {*one.roles_at(case.school)}]
    world.chance.shuffle(both)
    for record, fixed in (PROPOSES, AGREES):
        for one in both:
            if await one.does(code, record, fixed):
                both.remove(one)
                break
