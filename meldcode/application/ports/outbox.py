"""Messages that are sent after the commit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.messages import Payload
from meldcode.domain.ids import CaseId, PersonId


@dataclass(frozen=True)
class OutboxMessage:
    """A message to one person, about a case or (an alarm from elsewhere) about none.

    Unique by (case, the payload's kind, to, moment), so that the same message cannot be put in the outbox twice.
    Messages to one person with the same key in `replaces` are one message on the screen: a later one takes the place
    of the one that was sent before, and nobody is notified of that. An empty key replaces nothing.
    """

    to: PersonId
    case: CaseId | None
    moment: str
    payload: Payload
    replaces: str = ""


class Outbox(ABC):
    """Messages that are sent after the commit."""

    @abstractmethod
    def put_all(self, messages: Iterable[OutboxMessage], now: datetime) -> None:
        """Add messages, except those that are or were in the outbox before."""

    def put(self, message: OutboxMessage, now: datetime) -> None:
        """Add a message, unless it is or was in the outbox before."""
        self.put_all([message], now)

    @abstractmethod
    def delete_sent(self, before: datetime) -> None:
        """Delete messages that were created before this moment and were sent or given up."""
