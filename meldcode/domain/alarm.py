"""The alarm of immediate danger (G4): when it is raised again, to whom, and until when it may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from meldcode.domain.access.rules import ALERTED
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.roles import Role

SAME_ALARM = timedelta(minutes=1)
"""Presses of one person within this time are one alarm."""
AT_ONCE = 2
"""How many alarms of one person within that time alert at once: one, and one after a false alarm."""
KEPT_FOR = timedelta(days=7)
PLACE_LENGTH = 100


@dataclass(frozen=True)
class Escalation:
    """Whom an alarm reaches so long after it was raised, when nobody has answered it."""

    after: timedelta
    roles: frozenset[Role]


ESCALATIONS = (
    Escalation(timedelta(), frozenset(ALERTED)),
    Escalation(timedelta(minutes=3), frozenset({*ALERTED, Role.CONFIDANT, Role.SAFEGUARDING_OFFICER})),
    Escalation(timedelta(minutes=10), frozenset({Role.CLUSTER_DIRECTOR})),
)
"""By level. Roles are held by deputies too. Minutes count at night and in vacations."""
WITHOUT_CONTENT = 2
"""The level whose people hear that an alarm stays unanswered, and nothing about it; they cannot answer it."""


class Response(StrEnum):
    """What somebody who was alerted does."""

    GOING = "going"
    CALLING = "calling"
    RECORDED = "recorded"
    """They recorded in the case that 112 or Veilig Thuis was called (G8)."""


@dataclass(frozen=True)
class AlarmId:
    """Names an alarm: who raised it, and when."""

    raised_by: PersonId
    raised_at: datetime


@dataclass(frozen=True)
class Alert:
    """Somebody was alerted at this level."""

    person: PersonId
    level: int


@dataclass(frozen=True)
class Answer:
    """Somebody answered an alarm."""

    person: PersonId
    response: Response
    at: datetime


@dataclass(frozen=True)
class TraceLine:
    """Something that happened with an alarm: a response, or one of the words below. `people` got a message of it."""

    what: str
    by: PersonId
    at: datetime
    people: tuple[PersonId, ...] = ()


RAISED, UNANSWERED, FALSE_ALARM = "raised", "unanswered", "false"


@dataclass(frozen=True)
class Alarm:
    """An alarm that somebody raised, from the case `case` or elsewhere.

    `level` is the last escalation; `due` is when the next one is, None when there is none. `version` counts changes.
    """

    raised_by: PersonId
    raised_at: datetime
    case: CaseId | None = None
    place: str = ""
    level: int = 0
    version: int = 0
    due: datetime | None = None
    alerts: tuple[Alert, ...] = ()
    answers: tuple[Answer, ...] = ()
    ended_by: PersonId | None = None
    ended_at: datetime | None = None

    @property
    def id(self) -> AlarmId:
        """What names it."""
        return AlarmId(self.raised_by, self.raised_at)

    @property
    def is_open(self) -> bool:
        """Whether nobody has called it a false alarm."""
        return self.ended_at is None

    def has_alerted(self, person: PersonId) -> bool:
        """Tell whether this person was alerted with what it is about."""
        return any(alert.person == person and alert.level < WITHOUT_CONTENT for alert in self.alerts)


def trace(alarm: Alarm) -> list[TraceLine]:
    """Return what happened with the alarm, in order: raised, unanswered at each level, answered, called false."""
    lines = [
        TraceLine(
            UNANSWERED if level else RAISED,
            alarm.raised_by,
            alarm.raised_at + ESCALATIONS[level].after,
            tuple(alert.person for alert in alarm.alerts if alert.level == level),
        )
        for level in range(alarm.level + 1)
    ]
    lines += [TraceLine(answer.response, answer.person, answer.at) for answer in alarm.answers]
    if alarm.ended_by and alarm.ended_at:
        lines.append(TraceLine(FALSE_ALARM, alarm.ended_by, alarm.ended_at))
    return sorted(lines, key=lambda line: line.at)


def due_after(level: int, raised_at: datetime) -> datetime | None:
    """Return when an unanswered alarm at this level goes one up; None after the last level."""
    return raised_at + ESCALATIONS[level + 1].after if level + 1 < len(ESCALATIONS) else None
