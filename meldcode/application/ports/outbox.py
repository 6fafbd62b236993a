"""Messages that are sent after the commit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from meldcode.application.messages.base import Payload
from meldcode.domain.ids import CaseId, PersonId


class Placing(StrEnum):
    """Where a message is shown: as a new one, of which Slack notifies, or in the place of an earlier one.

    `IN_PLACE` becomes a new one where that cannot be done, `ONLY_IN_PLACE` is then dropped.
    """

    NEW = "new"
    IN_PLACE = "in_place"
    ONLY_IN_PLACE = "only_in_place"


@dataclass(frozen=True)
class OutboxMessage:
    """A message to one person, about a case or (an alarm from elsewhere) about none.

    Unique by (case, the payload's kind, to, moment), so that the same message cannot be put in the outbox twice.
    Messages to one person with the same key in `replaces` are about the same: a later one takes the place of those
    that were sent before, if its `placing` says so, and nobody is notified of that. An empty key replaces nothing.
    """

    to: PersonId
    case: CaseId | None
    moment: str
    payload: Payload
    replaces: str = ""
    placing: Placing = Placing.IN_PLACE


class Outbox(ABC):
    """Messages that are sent after the commit."""

    @abstractmethod
    def put_all(self, messages: Iterable[OutboxMessage], now: datetime, due: datetime | None = None) -> None:
        """Add messages, except those that are or were in the outbox before. They are sent now, or when they are due."""

    def put(self, message: OutboxMessage, now: datetime, due: datetime | None = None) -> None:
        """Add a message, unless it is or was in the outbox before."""
        self.put_all([message], now, due)

    @abstractmethod
    def is_waiting(self, to: PersonId, replaces: str) -> bool:
        """Whether a message to this person with this key is still to be sent."""

    @abstractmethod
    def asking(self, cases: Collection[CaseId]) -> Mapping[CaseId, Mapping[PersonId, str]]:
        """Who has a message that asks something of them about each case, and its key: the latest of each."""

    @abstractmethod
    def keys_of(self, case: CaseId, prefix: str) -> Sequence[tuple[PersonId, str]]:
        """Who has messages about the case with a key that begins like this, and each key once."""

    @abstractmethod
    def withdraw(self, case: CaseId, people: Collection[PersonId]) -> None:
        """Delete what these people are still to hear of the case."""

    @abstractmethod
    def delete_sent(self, before: datetime, most: int) -> int:
        """Delete so many messages of before this moment that were sent or given up. Return how many it were."""
