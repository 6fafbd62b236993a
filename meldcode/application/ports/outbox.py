"""Messages that are sent after the commit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from meldcode.domain.ids import CaseId, PersonId

URGENT = ("alarm", "alarm_in_case", "alarm_undelivered")
"""Kinds of messages about immediate danger: they wait for no other message (G4)."""


@dataclass(frozen=True)
class OutboxMessage:
    """A message to one person, without personal data: a surface renders it from `kind` and `words` when it is sent.

    Unique by (case, kind, to, moment), so that the same message cannot be put in the outbox twice. An alarm may be
    about no case (G4).
    """

    kind: str
    to: PersonId
    case: CaseId | None
    moment: str
    words: Mapping[str, str] = field(default_factory=dict)


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
