"""Fills in a form as somebody would who reads it: by its own questions, and who the plan says must be there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from practice.blocks.elements import STATE_KEYS
from practice.client import payloads
from practice.client.actor import Actor
from practice.client.delivery import Undelivered, deliver
from practice.model import Outcome, View
from tests.year.judging.stored import MARK
from tests.year.people.characters import CHARACTERS, ODD, Character

Json = dict[str, Any]
FIRST_CHOICE = 0.7
"""How often somebody chooses the first option."""
SAVED = ("Opgeslagen", "Saved")
TOLD = 0.3
"""How often the app hears of a text before the form is sent."""
AT_ONCE = 0.5
TRIES = 6
POINTS = 5
"""What must be spoken of in a talk with parents (S3.6): people do not leave one out."""
EARLY = "05:45"
"""When something happened: before anybody writes it down."""
PERSISTS = 0.9
"""How often somebody sends a form again that seems not to have arrived."""
UNHEARD = ("dispatch_failed", "operation_timeout")
"""What Slack calls it when the app does not answer."""
LATER_PAGES = ("review", "which-pupil")
"""What comes after a form was sent, before it is stored."""


@dataclass(frozen=True)
class HalfTyped:
    """What somebody typed in a form that they closed: since when, and whether the app took all of it."""

    began: datetime
    marks: list[str]
    is_kept: bool


@dataclass
class Pen:
    """Fills in forms for one person. `people` names who is meant by a field of people, `today` is the date."""

    actor: Actor
    chance: random.Random
    today: date
    people: Callable[[Json, Collection[str]], list[str]]
    marks: count[int]
    character: Character = CHARACTERS["prompt"]
    given: Json = field(default_factory=dict)
    said: Json = field(default_factory=dict)
    """What was filled in, by field."""
    left: HalfTyped | None = None
    """What they typed in vain, if they closed it."""
    times: int = 1
    """How often they sent the form before they heard something."""
    _own: set[str] = field(default_factory=set)
    _answers: dict[str, Json] = field(default_factory=dict)

    async def fill_in(self, view: View, fixed: Json | None = None) -> str:
        """Answer a form until it is stored; return `saved`, `refused`, `failed` or `gone`."""
        began = self.actor.workspace.now()
        for _ in range(TRIES):
            if self.chance.random() < self.character.give_up:
                await self._give_up(view, fixed or {}, began)
                return "gone"
            outcome = await self._submit(view, fixed or {})
            if outcome.failure in UNHEARD:
                outcome = await self._send_again(view)
            if outcome.failure:
                return "gone" if outcome.failure == "not_found" else "failed"
            if not outcome.ok:
                self.given = {name: state for name, state in self.given.items() if name not in outcome.errors}
                continue
            modals = self.actor.workspace.modals_of(self.actor.user_id)
            if not modals:
                return "saved"
            view = view if view in modals else modals[-1]
            if view.payload.get("submit") is None:
                return "saved" if is_saved(view) else "refused"
        return "refused"

    async def _submit(self, view: View, fixed: Json) -> Outcome:
        kind = view.payload["callback_id"]
        self._answers = {}
        if kind == "review":
            return await self.actor.submit(view, {})
        if kind == "which-pupil":
            self.given = {}
        await self._answer_all(view, fixed)
        if view.payload.get("submit") is None:  # refused meanwhile: the reason took its place
            return Outcome(failure="not_found")
        # A question may have come or gone by the answers before it.
        asked = {block["block_id"]: block for block in _questions(view)}
        for name, block in asked.items():
            self.given.setdefault(name, self._answer(block, fixed.get(name)))
        answers = {
            name: {block["element"]["action_id"]: self.given[name]} for name, block in asked.items() if self.given[name]
        }
        self._answers = answers
        said = {name: _plain(self.given[name]) for name in answers}
        self.said = self.said | said if kind == "which-pupil" else said
        if self.chance.random() < self.character.twice:
            return await self._submit_twice(view, answers)
        return await self.actor.submit(view, answers)

    async def _give_up(self, view: View, fixed: Json, began: datetime) -> None:
        """Close a form after typing in it, or a page that comes after it."""
        is_later = view.payload["callback_id"] in LATER_PAGES
        is_kept = is_later or await self._type_some(view, fixed)
        typed = self.said if is_later else view.payload["state"]
        self.left = HalfTyped(began, sorted(self._own & {*MARK.findall(str(typed))}), is_kept)
        await self.actor.close(view)

    async def _type_some(self, view: View, fixed: Json) -> bool:
        """Answer the questions as far as one with a text, told letter by letter; whether the app took the last."""
        asked = [block["block_id"] for block in _questions(view) if block.get("dispatch_action")]
        texts = [name for name in _texts(view) if name in asked and name not in fixed]
        is_kept = False
        for name in asked[: asked.index(self.chance.choice(texts)) + 1] if texts else ():
            block = next((one for one in _questions(view) if one["block_id"] == name), None)
            if block:  # a question may have gone by the answers before it
                self.given[name] = self.given.get(name) or self._answer(block, fixed.get(name))
                is_kept = (await self._tell(view, block)).ok
        return is_kept

    async def _tell(self, view: View, block: Json) -> Outcome:
        """Have Slack tell of this answer: the app gets all that stands in the form."""
        name, element = block["block_id"], block["element"]["action_id"]
        answers = {each: {element: state} for each, state in self.given.items()}
        return await self.actor.click(view, element, self.given[name], block_id=name, state=answers)

    async def _answer_all(self, view: View, fixed: Json) -> None:
        for block in _questions(view):
            name = block["block_id"]
            if name not in self.given and view.payload.get("submit"):
                self.given[name] = self._answer(block, fixed.get(name))
                if block.get("dispatch_action") and self._is_told(block):
                    await self._tell(view, block)

    def _is_told(self, block: Json) -> bool:
        """Whether Slack tells of this answer at once. Of text it does with each letter: here with some texts."""
        return block["element"]["type"] != "plain_text_input" or self.chance.random() < TOLD

    async def _submit_twice(self, view: View, answers: Json) -> Outcome:
        """Press the button twice: Slack sends the same form twice, at once or after the answer."""
        if self.chance.random() < AT_ONCE:
            outcome, _ = await asyncio.gather(self.actor.submit(view, answers), self._submit_again(view))
            return outcome
        outcome = await self.actor.submit(view, answers)
        if not outcome.failure:
            await self._submit_again(view)
        return outcome

    async def _send_again(self, view: View) -> Outcome:
        """Send the same form once more, and again, to an app that seems not to answer; Slack keeps it open."""
        outcome = Outcome(failure=UNHEARD[0])
        while outcome.failure in UNHEARD and self.times < TRIES and self.chance.random() < PERSISTS:
            await asyncio.sleep(self.chance.randrange(2, 60))
            if view.payload.get("submit") is None:  # it was answered after all
                return Outcome()
            self.times += 1
            outcome = await self.actor.submit(view, self._answers)
        return outcome

    async def _submit_again(self, view: View) -> None:
        if not view.errors:
            with suppress(Undelivered):
                again = payloads.view_submission(self.actor.workspace, self.actor.person, view)
                await deliver(self.actor.workspace, "interactive", "view_submission again", again)

    def _answer(self, block: Json, fixed: Any) -> Json:
        element = block["element"]
        key = STATE_KEYS[element["type"]]
        if fixed is None and element.get(key.initial) and element["type"] != "multi_users_select":
            return {"type": element["type"], key.current: element[key.initial]}
        value = self._value(block, element, fixed)
        return {"type": element["type"], key.current: value}

    def _value(self, block: Json, element: Json, fixed: Any) -> Any:
        options = element.get("options", [])
        values: dict[str, Callable[[], Any]] = {
            "plain_text_input": lambda: fixed or self._text()[: element.get("max_length", 3000)],
            "radio_buttons": lambda: self._option(options, fixed),
            "static_select": lambda: self._option(options, fixed),
            "checkboxes": lambda: options if len(options) == POINTS else [self._option(options, fixed)],
            "datepicker": lambda: fixed or str(self.today + timedelta(days=3)),
            "timepicker": lambda: EARLY if block["block_id"] == "happened_at" else "09:00",
            "multi_users_select": lambda: fixed or self.people(block, ()),
            "users_select": lambda: fixed or next(iter(self.people(block, ())), self.actor.user_id),
        }
        return values[element["type"]]()

    def _text(self) -> str:
        """A sentence that is found back nowhere else."""
        odd = f" {self.chance.choice(ODD)}" if self.chance.random() < self.character.odd else ""
        mark = f"Merk{next(self.marks):05}"
        self._own.add(mark)
        return f"{mark} is opgeschreven.{odd}"

    def _option(self, options: list[Json], fixed: Any) -> Json:
        if fixed is not None:
            return next(option for option in options if fixed in (option["value"], option["text"]["text"]))
        if self.chance.random() < FIRST_CHOICE:
            return options[0]
        return self.chance.choice(options)


def _questions(view: View) -> list[Json]:
    return [block for block in view.payload["blocks"] if block["type"] == "input"]


def _texts(view: View) -> list[str]:
    return [block["block_id"] for block in _questions(view) if block["element"]["type"] == "plain_text_input"]


def is_saved(view: View) -> bool:
    """Whether the screen says that it is stored, in Dutch or English."""
    return view.payload["title"]["text"] in SAVED


def _plain(state: Json) -> Any:
    value = next(value for key, value in state.items() if key != "type")
    if isinstance(value, list):
        return [one["value"] if isinstance(one, dict) else one for one in value]
    return value["value"] if isinstance(value, dict) else value
