"""Messages about immediate danger (G4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import Recorded
from meldcode.domain.alarm import AlarmId
from meldcode.domain.ids import PersonId


@dataclass(frozen=True)
class AboutAlarm(Payload):
    """An alarm (G4). Where it stands is read from the alarm when the message is sent."""

    raised_by: PersonId
    raised_at: datetime

    @property
    def alarm(self) -> AlarmId:
        """Which alarm it is about."""
        return AlarmId(self.raised_by, self.raised_at)

    def key(self, level: int = 0) -> str:
        """Return the key of the message about this alarm at this level (`OutboxMessage.replaces`)."""
        return f"alarm {self.raised_by} {self.raised_at.astimezone(UTC).isoformat()} {level}"


@dataclass(frozen=True)
class AlarmInCase(Recorded, AboutAlarm):
    """Somebody raised the alarm from a case: the first message to who are alerted."""

    kind: ClassVar[str] = "alarm_in_case"


@dataclass(frozen=True)
class Alarm(AboutAlarm):
    """Any other message to who are alerted."""

    kind: ClassVar[str] = "alarm"


@dataclass(frozen=True)
class AlarmStatus(AboutAlarm):
    """Tells who raised the alarm what the others do."""

    kind: ClassVar[str] = "alarm_status"


@dataclass(frozen=True)
class AlarmUnanswered(AboutAlarm):
    """Nobody answers an alarm; without a name, a place or a case."""

    kind: ClassVar[str] = "alarm_unanswered"


@dataclass(frozen=True)
class AlarmUndelivered(Payload):
    """The reader raised an alarm that did not reach somebody (G4)."""

    kind: ClassVar[str] = "alarm_undelivered"
