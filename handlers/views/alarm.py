"""Acute danger: what to do now, and who raised the alarm (G4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.actions import ALARM
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.ids import PersonId
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class AlarmRef:
    """Which alarm a button is about."""

    raised_by: PersonId
    raised_at: datetime

    def dumped(self) -> str:
        """Return it as the value of a button."""
        return json.dumps({"raised_by": str(self.raised_by), "raised_at": self.raised_at.isoformat()})

    @classmethod
    def loaded(cls, value: str) -> AlarmRef:
        """Read it from the value of a button. Raises ValueError or KeyError when the value is not ours.

        Buttons that were sent before version 0017 of the tables hold the person and the time with a space between them.
        """
        raised_by, _, raised_at = value.partition(" ")
        found = json.loads(value) if value.startswith("{") else {"raised_by": raised_by, "raised_at": raised_at}
        return cls(PersonId(str(found["raised_by"])), datetime.fromisoformat(str(found["raised_at"])))


def alarm_button(alarm: AlarmRef) -> b.Block:
    """The button that shows who raised the alarm, to those who were alerted."""
    return b.button(text("alarm_button"), ALARM, alarm.dumped(), style="danger")


def acute_modal(alerted: Sequence[Person]) -> b.View:
    """Return what to do now that a child is in danger, and who was alerted (G4)."""
    names = b.escape(texts.listed([person.name for person in alerted]))
    who = text("acute_alerted", people=names) if alerted else text("acute_nobody")
    return b.modal(text("acute_title"), [b.section(text("acute_text")), b.section(who)], close=text("close"))


def alarm_modal(person: Person, raised_at: datetime) -> b.View:
    """Return who raised the alarm, and when."""
    time = raised_at.astimezone(AMSTERDAM).strftime("%H:%M")
    words = text("alarm_who", name=b.escape(person.name), time=time)
    return b.modal(text("acute_title"), [b.section(words), b.section(text("acute_text"))], close=text("close"))
