"""The people of a school: what they do when they look at Slack, by their role and character."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from functools import partial

from practice.blocks.elements import all_elements
from practice.client import payloads
from practice.client.actor import Actor
from practice.client.delivery import deliver_event
from practice.model import View
from tests.on_screen import words_of
from tests.year.acts.halfway import Begun, go_on, remember
from tests.year.drawn.schools import Colleague, School
from tests.year.judging.plan_file import steps
from tests.year.judging.stored import MARK
from tests.year.people.characters import CHARACTERS
from tests.year.people.forms import Pen, is_saved
from tests.year.people.knowledge import Json, Knowledge, Surroundings
from tests.year.people.present import who_were_there
from tests.year.people.screens import CODE, OPENS, any_of, asked_for, button_of, offered, step_on

HALF = 0.5
A_LOOK = 3
"""Seconds until somebody opens the next thing."""
MORE = (
    "note",
    "postponed",
    "taken_over",
    "signal",
    "disclosure",
    "veilig_thuis_advice",
    "urgent_action",
    "appointment",
    "ending",
)
"""What people sometimes do beside what is asked."""


class Someone:
    """One of the people: what they have read and still mean to do; `places` are their schools, with their roles."""

    def __init__(self, around: Surroundings, who: Colleague) -> None:
        self.around, self.who = around, who
        self.places: list[tuple[School, Colleague]] = []
        self.actor = Actor(around.workspace, who.slack)
        self.to_do: dict[str, None] = {}
        self.is_gone = False
        self.begun: list[Begun] = []
        self.left_open: list[tuple[str, Json, list[View]]] = []
        self.usual = {*MORE, *(record["id"] for step in around.plan["steps"] for record in step.get("records", []))}
        self._titles = {step["title"]: id_ for id_, step in steps(around.plan).items()}

    def roles_at(self, school: School) -> tuple[str, ...]:
        return next((one.roles for place, one in self.places if place is school), ())

    def has_reason(self) -> bool:
        """Whether there is anything to look at."""
        if self.is_gone:
            return False
        return bool(self.to_do or self.begun or self.around.workspace.unread_of(self.who.slack)) or self._happens(
            "curious"
        )

    def _happens(self, what: str) -> bool:
        """Whether somebody of this character does this now."""
        chance: float = getattr(CHARACTERS[self.who.character], what)
        return chance > 0 and self.around.chance.random() < chance

    # What somebody does.
    async def report(self, pupil: tuple[str, str, str], school: School) -> None:
        """Pass on a signal about a pupil of this school."""
        await self.turn_to_the_next()
        if self.is_gone:
            return None
        if not (await self.actor.command("/signaal")).ok:
            return self._did("signal", "", {}, "failed")
        return await self.pass_on(self._top, pupil, school)

    async def pass_on(
        self, form: View, pupil: tuple[str, str, str], school: School, give_up: float | None = None
    ) -> None:
        """Fill in the form that opens a case."""
        first, last, group = pupil
        fixed = {"first_name": first, "last_name": last, "group": group, "heard_from": "self", "same_as": "another"}
        fixed |= {"school": school.name}
        teachers = [one.slack for one in school.teachers_of(group)]
        pen = self._pen(self.around.plan["opens"], Knowledge(teachers, school), give_up)
        result = await pen.fill_in(form, fixed)
        code = self._code() if result == "saved" else ""
        if code:
            self.around.cases.setdefault(code, Knowledge(teachers, school))
        about = {"record": self.around.plan["opens"]}
        self._did(about["record"], code, pen.said, result, school=school.name, times=pen.times)
        remember(self, pen.left, "", about, partial(self.pass_on, pupil=pupil, school=school, give_up=0))

    async def look(self) -> None:
        """Read the new messages, and do what they and the case ask."""
        workspace = self.around.workspace
        for message in workspace.messages_of(self.who.slack):
            if not message.is_read:
                codes = [e.get("value", "") for _, e in all_elements(message.blocks) if e["type"] == "button"]
                self.to_do |= dict.fromkeys(code for code in codes if CODE.fullmatch(code))
        workspace.mark_read(self.who.slack)
        if self.begun and self._happens("act"):
            await go_on(self)
        for code in list(self.to_do):
            if self._happens("act"):
                await self.work_on(code)
        if self.around.cases and self._happens("curious"):
            await self.open(self.around.chance.choice([*self.around.cases]))

    async def go_away(self, first: date, last: date, deputy: str) -> None:
        """Be away for some weeks; perhaps arrange who stands in. Not every colleague can."""
        days = {"first": str(first), "last": str(last)}
        self.around.log.add("away", who=self.who.slack, **days)
        if not deputy:
            return
        self.clear()
        if not (await self.actor.command("/meldcode", "vervanging")).ok:
            return
        said = {"first_day": days["first"], "last_day": days["last"], "deputy": deputy}
        result = await self._pen("", Knowledge([], self.places[0][0])).fill_in(self._top, said)
        if result == "failed" or " tot en met " in self._on_screen:
            self.around.log.add("deputy", who=self.who.slack, deputy=deputy, unsure=result == "failed", **days)

    async def look_around(self) -> None:
        """Open the Home tab and each case, as somebody does who stands in for a colleague, or did until yesterday."""
        if not self.is_gone:
            await self.actor.open_home()
            for code in sorted(self.around.cases):
                await self.open(code, by_message=self.around.chance.random() < HALF)

    async def leave(self) -> None:
        """Leave the school: the account is closed."""
        self.is_gone = True
        self.around.log.add("gone", who=self.who.slack)
        await self.actor.leave_or_return(is_gone=True)

    def leave_without_a_word(self) -> None:
        """Leave the school; the app is not told."""
        self.is_gone = True
        self.around.log.add("gone", who=self.who.slack, is_told=False)
        self.around.workspace.update_person(replace(self.actor.person, is_active=False))

    async def speak(self, locale: str) -> None:
        """Set Slack to another language."""
        await deliver_event(self.around.workspace, self.changed(locale), self.actor.person.team_id)

    def changed(self, locale: str) -> Json:
        """Set Slack to another language, and return the event that tells it."""
        self.around.workspace.update_person(replace(self.actor.person, locale=locale))
        return payloads.user_changed(self.around.workspace, self.actor.person)

    async def work_on(self, code: str) -> None:
        """Open a case and do the next thing that it asks of this person, if there is one."""
        view = await self.open(code)
        if view is None:
            self.to_do.pop(code, None)
            return
        due = [n for n, day in self._case(code).appointments.items() if day <= self.around.today()]
        action = asked_for(view, due)
        more = any_of(offered(view, MORE), self.around.chance) if self._happens("more") else None
        if action or more:
            await self.record(code, view, more or action or {})
        else:
            self.to_do.pop(code, None)

    async def does(self, code: str, record: str, fixed: Json) -> bool:
        """Open a case and record this, if they can; whether it was tried."""
        view = await self.open(code)
        action = next(iter(offered(view, [record])), None) if view else None
        if view and action:
            await self.record(code, view, action, fixed)
        return bool(view and action)

    async def open(self, code: str, *, by_message: bool = False) -> View | None:
        """Open a case, perhaps by the button of an old message; None if it is refused."""
        await self.turn_to_the_next()
        pressed = button_of(self.around.workspace.messages_of(self.who.slack), code) if by_message else None
        if pressed:
            outcome = await self.actor.click(pressed[0], OPENS, block_id=pressed[1])
        else:
            outcome = await self.actor.command("/meldcode", f"dossier {code}")
        modals = self.around.workspace.modals_of(self.who.slack)
        is_open = bool(outcome.ok and modals and modals[-1].payload["title"]["text"] == f"Dossier {code}")
        step = step_on(modals[-1], self._titles) if is_open else ""
        self.around.log.add("opened", who=self.who.slack, case=code, may=is_open, step=step, failed=outcome.failure)
        return modals[-1] if is_open else None

    async def record(
        self, code: str, view: View, action: Json, fixed: Json | None = None, give_up: float | None = None
    ) -> None:
        """Press a button of a case, and fill in the form behind it."""
        about = json.loads(action["value"])
        forms = await self.press(code, view, action)
        await asyncio.gather(*(self.fill_in(form, code, about, fixed, give_up) for form in forms))

    async def press(self, code: str, view: View, action: Json) -> list[View]:
        """Press a button, and return the forms that come; what has none is stored at once."""
        about = json.loads(action["value"])
        chosen = {"selected_option": action["chosen"]} if "chosen" in action else None
        presses = 2 if self._happens("devices") else 1
        known = len(self.around.workspace.modals_of(self.who.slack))
        outcomes = await asyncio.gather(*(self.actor.click(view, action["action_id"], chosen) for _ in range(presses)))
        if not any(outcome.ok for outcome in outcomes):
            self._did(about["record"], code, {}, "failed")
            return []
        forms = self.around.workspace.modals_of(self.who.slack)[known:] or [self._top]
        if self._top.payload.get("submit") is None:
            self._did(about["record"], code, {}, "saved" if is_saved(self._top) else "refused", about=about)
            return []
        return forms

    async def fill_in(
        self, form: View, code: str, about: Json, fixed: Json | None, give_up: float | None = None
    ) -> None:
        pen = self._pen(about["record"], self._case(code), give_up)
        result = await pen.fill_in(form, fixed)
        self._did(about["record"], code, pen.said, result, about=about, times=pen.times)
        remember(self, pen.left, code, about, partial(self.fill_in, code=code, about=about, fixed=fixed, give_up=0))

    # Small things.
    def _case(self, code: str) -> Knowledge:
        return self.around.cases.setdefault(code, Knowledge([], self.places[0][0]))

    def _pen(self, record: str, known: Knowledge, give_up: float | None = None) -> Pen:
        def people(block: Json, _: Collection[str]) -> list[str]:
            return who_were_there(self, record, block["block_id"], known)

        character = CHARACTERS[self.who.character]
        character = character if give_up is None else replace(character, give_up=give_up)
        return Pen(self.actor, self.around.chance, self.around.today(), people, self.around.marks, character)

    def _did(
        self,
        record: str,
        code: str,
        said: Json,
        result: str,
        about: Json | None = None,
        school: str = "",
        times: int = 1,
    ) -> None:
        number, teachers = (about or {}).get("appointment", 0), self._case(code).teachers if code else []
        line = {"record": record, "case": code, "said": said, "result": result, "number": number, "teachers": teachers}
        line |= {"school": school} if school else {}
        line |= {"times": times} if times > 1 else {}
        line |= {"shown": shown} if (shown := self._shown_of_others(said)) else {}
        self.around.log.add("did", who=self.who.slack, **line)
        if result == "saved" and code:
            self._remember(code, record, said, number)

    def _remember(self, code: str, record: str, said: Json, number: int) -> None:
        """People keep in mind which appointments they made."""
        known = self._case(code).appointments
        if number:
            known.pop(number, None)
        days = [value for name, value in sorted(said.items()) if re.fullmatch(r"appointment_\d+_day", name)]
        for day in days:
            known[max([*known, 0]) + 1] = date.fromisoformat(day)

    def _shown_of_others(self, said: Json) -> list[str]:
        """Texts of others that the answer to a form or a button shows; the form itself may have had them."""
        modals = self.around.workspace.modals_of(self.who.slack)
        if not modals or modals[-1].payload.get("submit"):
            return []
        return sorted({*MARK.findall(words_of(modals[-1]))} - {*MARK.findall(str(said))})

    def _code(self) -> str:
        found = CODE.search(self._on_screen)
        return found[0] if found else ""

    @property
    def _top(self) -> View:
        return self.around.workspace.modals_of(self.who.slack)[-1]

    @property
    def _on_screen(self) -> str:
        """What stands on the uppermost screen; who gave up a form has none."""
        return "".join(map(words_of, self.around.workspace.modals_of(self.who.slack)[-1:]))

    async def turn_to_the_next(self) -> None:
        """Close what is open. It takes a moment: in no time a few people would be more than Slack does in a minute."""
        await asyncio.sleep(A_LOOK)
        self.clear()

    def clear(self) -> None:
        self.around.workspace.views.clear(self.who.slack)
