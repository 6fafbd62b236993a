"""Keeps the last success and the last failure of each part of the program, and stores them (promise 11).

Storing is also the health check's durable write: on a full or read-only disk it fails, and `/healthz` with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from meldcode.application.executor import JOB_SECONDS, Executor
from storage.db.component_records import ComponentRecord, store_records
from storage.unit_of_work import StoredUnitOfWork

log = logging.getLogger("meldwijzer")
STORED_EVERY = 30.0
REQUESTS, BAD_SIGNATURE = "requests", "bad_signature"


class ComponentLog:
    """What happened to the parts of this process."""

    def __init__(self, executor: Executor[StoredUnitOfWork], now: Callable[[], datetime]) -> None:
        self._executor = executor
        self._now = now
        self._records: dict[str, ComponentRecord] = {}
        self._unstored: set[str] = set()

    def succeeded(self, name: str) -> None:
        """Note that this part works."""
        self._note(replace(self._of(name), succeeded_at=self._now()))

    def failed(self, name: str, failure: str) -> None:
        """Note that this part failed, with a kind of error or a code of Slack."""
        if failure == BAD_SIGNATURE and not self._of(name).is_failing:
            log.warning("A request was refused: its signature does not fit. Is SLACK_SIGNING_SECRET this app's?")
        self._note(replace(self._of(name), failed_at=self._now(), failure=failure[:60]))

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Store the news until cancelled. Raises when the database cannot store them."""
        while True:
            await self.store()
            heartbeat()
            await asyncio.sleep(STORED_EVERY)

    async def store(self) -> None:
        """Store the news, and that storing works."""
        self.succeeded("database")
        names, self._unstored = self._unstored, set()
        news = [self._records[name] for name in names]
        try:
            await self._executor.execute(
                lambda uow, _now: store_records(uow.session.connection, news), seconds=JOB_SECONDS
            )
        except BaseException:
            self._unstored |= names
            raise

    def _note(self, record: ComponentRecord) -> None:
        self._records[record.name] = record
        self._unstored.add(record.name)

    def _of(self, name: str) -> ComponentRecord:
        return self._records.get(name, ComponentRecord(name))
