"""Alarms of immediate danger (G4)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import datetime

from meldcode.domain.alarm import Alarm, AlarmId, Answer
from meldcode.domain.ids import CaseId, PersonId


class Alarms(ABC):
    """Alarms, each known by who raised it and when."""

    @abstractmethod
    def latest(self, raised_by: PersonId) -> Alarm | None:
        """The last alarm that this person raised. Nobody else adds one of theirs before the end of the transaction."""

    @abstractmethod
    def unanswered_in(self, case: CaseId) -> list[Alarm]:
        """The alarms of this case that still escalate."""

    @abstractmethod
    def add(self, alarm: Alarm) -> None:
        """Store a new alarm."""

    @abstractmethod
    def find(self, alarm: AlarmId) -> Alarm | None:
        """The alarm, or None when it is gone."""

    @abstractmethod
    def find_to_change(self, alarm: AlarmId) -> Alarm | None:
        """As `find`. Nobody else changes it before the end of the transaction."""

    @abstractmethod
    def alert(self, alarm: Alarm, people: Collection[PersonId], level: int) -> Alarm:
        """Store who was alerted at this level, and return the alarm as it is then."""

    @abstractmethod
    def set_place(self, alarm: Alarm, place: str) -> Alarm:
        """Store where it is, and return the alarm as it is then."""

    @abstractmethod
    def answer(self, alarm: Alarm, answer: Answer) -> Alarm:
        """Store an answer, which takes the place of the person's earlier one; the alarm escalates no further."""

    @abstractmethod
    def count(self, raised_by: PersonId, since: datetime) -> int:
        """How many alarms this person raised since then."""

    @abstractmethod
    def take_up(self, alarm: Alarm) -> Alarm:
        """Let an alarm that was called false be one again, which nobody has answered."""

    @abstractmethod
    def end(self, alarm: Alarm, by: PersonId, at: datetime) -> Alarm:
        """End the alarm: it was a false one."""

    @abstractmethod
    def claim_due(self, now: datetime) -> Alarm | None:
        """Take an unanswered alarm whose next escalation is due, one level up. Only one worker gets it."""

    @abstractmethod
    def set_case(self, alarm: Alarm, case: CaseId) -> Alarm:
        """Store which case it turned out to be about, and return the alarm as it is then."""

    @abstractmethod
    def claim_untraced(self) -> Alarm | None:
        """Take an alarm of a case that changed since it was last taken here. Only one worker gets it."""

    @abstractmethod
    def delete(self, before: datetime, most: int) -> int:
        """Delete so many alarms that were raised before this moment. Return how many it were."""
