"""Plays what happened before a training begins, as people would: by the forms of the bot, in the practice workspace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.demo.clock import PracticeClock
from bot.demo.training import Act, PreparedCase
from practice.blocks.elements import all_elements
from practice.client.actor import Actor
from practice.client.fields import look_alike
from practice.model import View
from practice.state.workspace import Workspace

CodeOf = Callable[[], Awaitable[str]]
"""Asks for the code of the case that is played."""


class NotPlayed(Exception):
    """The bot did not take one of the acts; the message says which."""


async def play(case: PreparedCase, workspace: Workspace, clock: PracticeClock, code: CodeOf) -> None:
    """Play all acts of a case. Raises NotPlayed when the bot refuses one of them."""
    for number, act in enumerate(case.acts, 1):
        try:
            await _play(act, workspace, clock, code)
        except (LookupError, NotPlayed) as error:
            raise NotPlayed(f"{case.id}, act {number}: {error}") from error
    for user_id in workspace.people:
        workspace.views.clear(user_id)
    workspace.touch()


async def _play(act: Act, workspace: Workspace, clock: PracticeClock, code: CodeOf) -> None:
    if act.wait:
        if failure := await clock.move(act.wait):
            raise NotPlayed(failure)
        return
    actor = Actor(workspace, act.by)
    workspace.views.clear(act.by)
    if act.press:
        await _open(actor, f"/meldcode dossier {await code()}")
        await _press(actor, act.press)
    else:
        await _open(actor, act.type)
    if _top(actor).payload.get("submit"):  # a button alone can record something too
        await _submit(actor, act)


async def _open(actor: Actor, line: str) -> None:
    command, _, text = line.partition(" ")
    outcome = await actor.command(command, text)
    if not outcome.ok:
        raise NotPlayed(outcome.failure)


async def _press(actor: Actor, label: str) -> None:
    view = _top(actor)
    for block, element in all_elements(view.payload["blocks"]):
        if element["type"] == "button" and look_alike(element["text"]["text"], label):
            outcome = await actor.click(view, element["action_id"], block_id=block["block_id"])
            if not outcome.ok:
                raise NotPlayed(outcome.failure)
            return
    raise LookupError(f"no button {label!r}")


async def _submit(actor: Actor, act: Act) -> None:
    outcome = await actor.fill(_top(actor), **act.fill)
    if not outcome.ok:
        raise NotPlayed(f"{outcome.failure}{outcome.errors}")


def _top(actor: Actor) -> View:
    return actor.workspace.modals_of(actor.user_id)[-1]
