"""Recently processed requests, so that a replayed one is recognised (promise 9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from typing_extensions import override

from meldcode.application.ports.processed_requests import ProcessedRequests
from storage.db.insert_once import insert_once
from storage.db.schema import processed_requests
from storage.session import Session

KEPT_FOR = timedelta(hours=1)
"""Longer than a signature is valid (5 minutes), and longer than Slack redelivers an event."""
SOME = 20
"""Expired requests that are deleted with each new one: more than come in, and few enough for who waits."""


class StoredProcessedRequests(ProcessedRequests):
    """The requests of the last hour, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection

    @override
    def claim(self, request: str, now: datetime) -> bool:
        """Also deletes some expired ones. Without an id a request counts as new: better two alarms than none (G4)."""
        if not request:
            return True
        old = select(processed_requests.c.request).where(processed_requests.c.at <= now - KEPT_FOR).limit(SOME)
        self._connection.execute(delete(processed_requests).where(processed_requests.c.request.in_(old)))
        row = {"request": self._vault.submission_index(f"request/{request}"), "at": now}
        return insert_once(self._connection, processed_requests, row, [processed_requests.c.request])
