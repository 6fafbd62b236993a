"""Which requests were taken in hand: one that is played again is found here (promise 9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from meldcode.application.ports.unit_of_work import ProcessedRequests
from storage.db.insert_once import insert_once
from storage.db.schema import handled
from storage.session import Session

KEPT_FOR = timedelta(hours=1)
"""Longer than a signature is good for (5 minutes), and than Slack goes on redelivering an event."""


class StoredProcessedRequests(ProcessedRequests):
    """The requests of the last hour, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection

    def take(self, request: str, now: datetime) -> bool:
        """Take the request in hand, and tell whether this is the first time; those that are too old go.

        One without a name is always new: better an alarm twice than none (G4).
        """
        if not request:
            return True
        self._connection.execute(delete(handled).where(handled.c.at <= now - KEPT_FOR))
        row = {"request": self._vault.submission_index(f"request/{request}"), "at": now}
        return insert_once(self._connection, handled, row, [handled.c.request])
