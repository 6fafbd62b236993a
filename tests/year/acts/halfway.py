"""People who close a form half-way, on any page of it, and open it again later: what they had typed is still there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from practice.blocks.elements import all_elements
from practice.model import View
from tests.year.judging.stored import MARK
from tests.year.people.forms import HalfTyped
from tests.year.people.screens import offered

if TYPE_CHECKING:
    from tests.year.people.someone import Someone
    from tests.year.world import World

Json = dict[str, Any]
LIST, GOES_ON, THROWS_AWAY = "drafts", "go-on", "throw-away"
ENDS_IT, DROPS_IT = 0.6, 0.75
"""How often somebody who finds it goes on with it, or throws it away; else they only look, and come back again."""
AGAIN = ((0, time(16, 16)), (1, time(8, 8)), (1, time(16, 16)), (2, time(8, 8)))
"""After how many days they come back, and at which time: before and after what they typed is a day old."""
MOST = 8
HALF = 0.5


@dataclass(frozen=True)
class Begun:
    """A form that somebody closed half-way; without a `code` it opens a case. `end` fills in the rest of one."""

    code: str
    about: Json
    marks: list[str]
    end: Callable[[View], Awaitable[None]]


def remember(
    someone: Someone, left: HalfTyped | None, code: str, about: Json, end: Callable[[View], Awaitable[None]]
) -> None:
    """Who typed something and closed the form means to open it again."""
    if left and left.marks:
        began = left.began.isoformat(timespec="seconds")
        _say(someone, "gave_up", code, about, marks=left.marks, began=began, is_kept=left.is_kept)
        someone.begun.append(Begun(code, about, left.marks, end))


async def go_on(someone: Someone) -> None:
    """Open each form again that was closed half-way: go on with it, throw it away, or leave it once more."""
    begun, someone.begun = someone.begun, []
    for one in [] if someone.is_gone else begun:
        found = await _look(someone, one)
        if found is not None:
            await _decide(someone, one, found)


async def half_way(world: World) -> None:
    """All at a school begin a form of the same case, and some close it; they come back on that day or a later one."""
    if known := world.open_cases():
        code, case = world.chance.choice(known)
        for one in world.people_of(case.school):
            await _begin(one, code)
            days, when = world.chance.choice(AGAIN)
            world.at((world.time.now() + timedelta(days=days)).date(), when, partial(go_on, one))


async def _begin(someone: Someone, code: str) -> None:
    """Begin to fill in a form of a case, if any is offered, and perhaps close it before it is stored."""
    view = await someone.open(code)
    if view and (found := offered(view, someone.usual)):
        await someone.record(code, view, someone.around.chance.choice(found), give_up=HALF)


async def _decide(someone: Someone, one: Begun, found: dict[str, list[str]]) -> None:
    key = next((key for key, marks in found.items() if {*one.marks} <= {*marks}), "")
    chance = someone.around.chance.random()
    if key and chance >= DROPS_IT:
        someone.begun.append(one)
    elif key and chance >= ENDS_IT:
        if view := await _listed(someone, one):
            is_ok = await _press(someone, view, THROWS_AWAY, key)
            _say(someone, "thrown_away", one.code, one.about, marks=one.marks, is_ok=bool(is_ok))
            await _look(someone, one)
    else:
        await _go_on_with(someone, one, key)


async def _go_on_with(someone: Someone, one: Begun, key: str) -> None:
    """Fill in the rest of the form; or the form again, if nothing of it was kept."""
    listed = await _listed(someone, one) if key else None
    form = await _press(someone, listed, GOES_ON, key) if listed else await _open(someone, one)
    if form and form.payload.get("submit"):
        await one.end(form)
        await _look(someone, one)


async def _look(someone: Someone, one: Begun) -> dict[str, list[str]] | None:
    """What they had typed in each form that they can go on with; None if the case does not offer the form any more."""
    found: dict[str, list[str]] = {}
    is_open = is_read = False
    for _ in range(MOST):
        form = await _open(someone, one)
        is_open = form is not None
        listed = await _press(someone, form, LIST, LIST) if form else None
        key = next((value for value in _values(listed, GOES_ON) if value not in found), "")
        shown = await _press(someone, listed, GOES_ON, key) if listed and key else None
        if shown is None:
            is_read = bool(form) and not key and (listed is not None or not [*_values(form, LIST)])
            break
        found[key] = _marks_in(shown)
    _say(someone, "came_back", one.code, one.about, drafts=[*found.values()], is_open=is_open, is_read=is_read)
    return found if is_open else None


async def _listed(someone: Someone, one: Begun) -> View | None:
    """The list of what they were doing, which is reached from the form itself."""
    form = await _open(someone, one)
    return await _press(someone, form, LIST, LIST) if form else None


async def _open(someone: Someone, one: Begun) -> View | None:
    """Open the same form, if it is offered."""
    if not one.code:
        await someone.turn_to_the_next()
        outcome = await someone.actor.command("/signaal")
        return _top_form(someone) if outcome.ok else None
    case = await someone.open(one.code)
    found = offered(case, [one.about["record"]]) if case else []
    action = next((each for each in found if json.loads(each["value"]) == one.about), None)
    if case is None or action is None:
        return None
    chosen = {"selected_option": action["chosen"]} if "chosen" in action else None
    outcome = await someone.actor.click(case, action["action_id"], chosen)
    return _top_form(someone) if outcome.ok else None


def _top_form(someone: Someone) -> View | None:
    top = someone.around.workspace.modals_of(someone.who.slack)[-1:]
    return next((view for view in top if view.payload.get("submit")), None)


async def _press(someone: Someone, view: View | None, kind: str, value: str) -> View | None:
    """Press a button, and return what comes; None if there is none or it fails."""
    elements = all_elements(view.payload["blocks"]) if view else ()
    found = next((e for _, e in elements if _is(e, kind) and e["value"] == value), None)
    if view is None or found is None or not (await someone.actor.click(view, found["action_id"])).ok:
        return None
    return someone.around.workspace.modals_of(someone.who.slack)[-1]


def _values(view: View | None, kind: str) -> Iterator[str]:
    """What the buttons of this kind stand for."""
    return (e["value"] for _, e in (all_elements(view.payload["blocks"]) if view else ()) if _is(e, kind))


def _is(element: Json, kind: str) -> bool:
    return element["type"] == "button" and str(element["action_id"]).partition(".")[0] == kind


def _marks_in(form: View) -> list[str]:
    """The texts in the fields of a form, without what stands above them."""
    fields = [block["element"] for block in form.payload["blocks"] if block["type"] == "input"]
    return sorted({*MARK.findall(str(fields))})


def _say(someone: Someone, what: str, code: str, about: Json, **more: Any) -> None:
    place = {"case": code, "record": about["record"], "number": about.get("appointment", 0)}
    someone.around.log.add(what, who=someone.who.slack, **place, **more)
