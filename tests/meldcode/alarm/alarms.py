"""What tests of the alarm do with a school that plays (`playing.Play`)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from handlers.views.alarm import render_alarm
from meldcode.application.actor import actor_of
from meldcode.application.cases.alarms.alarm import answer_alarm, end_alarm, say_where
from meldcode.application.cases.alarms.view import current_alarm
from meldcode.application.jobs.alarms import delete_old_alarms, escalate_next_alarm
from meldcode.application.messages.alarms import AboutAlarm
from meldcode.domain.alarm import Alarm, AlarmId, Response
from storage.repositories.messages.payloads import decode
from tests.meldcode.playing import Actor, Play
from tests.on_screen import read


class Alarms:
    """The alarms of a school, and what its people do with them."""

    def __init__(self, play: Play) -> None:
        self.play = play

    def of(self, raiser: Actor) -> Alarm:
        """The last alarm of somebody."""
        person = self.play.person(raiser).id
        with self.play.transaction() as uow:
            alarm = uow.alarms.latest(person)
        assert alarm
        return alarm

    def raised(self, by: Actor, *, case: str = "") -> AlarmId:
        """Somebody raises the alarm."""
        self.play.alarm(by, case=case)
        return self.of(by).id

    def answers(self, by: Actor, alarm: AlarmId, response: Response = Response.GOING) -> None:
        with self.play.transaction() as uow:
            answer_alarm(uow, actor_of(uow, by.identity), alarm, response, self.play.now)

    def ends(self, by: Actor, alarm: AlarmId) -> None:
        with self.play.transaction() as uow:
            end_alarm(uow, actor_of(uow, by.identity), alarm, self.play.now)

    def says_where(self, by: Actor, alarm: AlarmId, place: str) -> None:
        with self.play.transaction() as uow:
            say_where(uow, actor_of(uow, by.identity), alarm, place, self.play.now)

    def after(self, **delta: float) -> set[Actor]:
        """So much time passes, and the clock looks; who gets a message."""
        self.play.now += timedelta(**delta)
        before = len(self.play.messages())
        while self._escalates():
            pass
        return {self.play.actors[row.recipient] for row in self.play.messages()[before:]}

    def at(self, moment: datetime) -> None:
        self.play.now = moment

    def tidied(self) -> None:
        with self.play.transaction() as uow:
            delete_old_alarms(uow, 100, self.play.now)

    def _escalates(self) -> bool:
        with self.play.transaction() as uow:
            return escalate_next_alarm(uow, self.play.now)

    def screens(self, reader: Actor) -> dict[str, str]:
        """Each message about an alarm that somebody has on their screen, by its key, as it reads when it is sent."""
        rows = [row for row in self.play.messages() if self.play.actors[row.recipient] == reader]
        found: dict[str, str] = {}
        for row in rows:
            payload = decode(row.kind, row.payload)
            if isinstance(payload, AboutAlarm):
                with self.play.transaction() as uow:
                    view = current_alarm(uow, payload, row.recipient)
                assert view and row.replaces
                found[row.replaces] = read(json.dumps(render_alarm(payload, view), ensure_ascii=False))
        return found

    def reads(self, reader: Actor) -> str:
        """The last message about an alarm that somebody got."""
        return list(self.screens(reader).values())[-1]
