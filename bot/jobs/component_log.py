"""Keeps the last success and the last failure of each part of the program, and stores them (promise 11).

The log, `/healthz` and `/readyz` follow these records as they change, and `doctor` reads those that were stored.
Storing is also the health check's durable write: on a full or read-only disk it fails, and `/healthz` with it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from bot.jobs.component_words import BAD_SIGNATURE, DATABASE, REQUESTS, SLACK, complaint
from meldcode.application.executor import JOB_SECONDS, Executor
from storage.db.component_records import ComponentRecord, all_records, store_records
from storage.unit_of_work import StoredUnitOfWork

log = logging.getLogger("meldwijzer")
STORED_EVERY = 30.0
MOMENT = timedelta(microseconds=1)
GRACE = {SLACK: 60.0}
"""Seconds that a part may fail before it counts: one call in vain is no outage."""


class ComponentLog:
    """What happened to the parts of this process."""

    def __init__(self, executor: Executor[StoredUnitOfWork], now: Callable[[], datetime]) -> None:
        self._executor = executor
        self._now = now
        self._records: dict[str, ComponentRecord] = {}
        self._unstored: set[str] = set()
        self._failing_since: dict[str, float] = {}
        self._told: set[str] = set()
        self._storing = asyncio.Lock()
        self.requests: Counter[str] = Counter()
        """Requests of Slack since the start, by outcome."""

    @property
    def failing(self) -> list[str]:
        """The parts that do not work now, by name.

        Once a request had a signature that fits, strangers cannot make this process unhealthy by sending others.
        """
        return [name for name in self._lasting() if name != REQUESTS or not self._of(name).succeeded_at]

    def is_failing(self, name: str) -> bool:
        """Whether this part failed the last time, also if that does not count yet."""
        return name in self._failing_since

    def succeeded(self, name: str) -> None:
        """Note that this part works."""
        record = self._of(name)
        self._note(replace(record, succeeded_at=self._after(record.failed_at)))
        self._failing_since.pop(name, None)
        if name in self._told:
            self._told.discard(name)
            log.warning("“%s” works again.", name)

    def failed(self, name: str, failure: str) -> None:
        """Note that this part failed, with a kind of error or a code of Slack."""
        record = self._of(name)
        self._note(replace(record, failed_at=self._after(record.succeeded_at), failure=failure[:60]))
        self._failing_since.setdefault(name, time.monotonic())
        self._tell()

    def happened(self, name: str, failure: str) -> None:
        """Note, log and store something that does not end by itself, and makes nobody wait: `doctor` tells it."""
        self._note(replace(self._of(name), failed_at=self._now(), failure=failure[:60]))
        log.error(complaint(self._of(name)))

    def answered(self, status: int) -> None:
        """Note how a request of Slack was answered, and whether its signature fitted."""
        self.requests[_outcome(status)] += 1
        if status == HTTPStatus.UNAUTHORIZED:
            self.failed(REQUESTS, BAD_SIGNATURE)
        elif status == HTTPStatus.OK:
            self.succeeded(REQUESTS)

    def found(self, name: str, failure: str) -> None:
        """Note what a look at this part found: a failure, or that it works if that is empty."""
        if failure:
            self.failed(name, failure)
        else:
            self.succeeded(name)

    async def load(self) -> None:
        """Read what was stored before this start: whether a request of Slack ever had a signature that fits."""
        stored = await self._executor.execute(_requests, seconds=JOB_SECONDS)
        self._records.update({record.name: replace(record, failed_at=None, failure=None) for record in stored})

    async def run(self, heartbeat: Callable[[], None], look: Callable[[], Awaitable[None]] | None = None) -> None:
        """Look at the parts that do not report themselves, and store the news. Raises when that cannot be stored."""
        while True:
            if look:
                await look()
            await self.store()
            heartbeat()
            await asyncio.sleep(STORED_EVERY)

    async def store(self) -> None:
        """Store the news, and that storing works; after news that is being stored, which it may replace."""
        async with self._storing:
            await self._store()

    async def _store(self) -> None:
        self._tell()
        self._note(replace(self._of(DATABASE), succeeded_at=self._now()))
        names, self._unstored = self._unstored, set()
        news = [self._records[name] for name in names]
        try:
            await self._executor.execute(
                lambda uow, _now: store_records(uow.session.connection, news), seconds=JOB_SECONDS
            )
        except BaseException:
            self._unstored |= names
            raise

    def _tell(self) -> None:
        """Log each part that began to fail, once."""
        for name in self._lasting():
            if name not in self._told:
                self._told.add(name)
                log.error(complaint(self._of(name)))

    def _lasting(self) -> list[str]:
        now = time.monotonic()
        return sorted(name for name, since in self._failing_since.items() if now - since >= GRACE.get(name, 0))

    def _after(self, earlier: datetime | None) -> datetime:
        """Now, but after the other moment of a record, also when the clock was set back."""
        return max(self._now(), earlier + MOMENT) if earlier else self._now()

    def _note(self, record: ComponentRecord) -> None:
        self._records[record.name] = record
        self._unstored.add(record.name)

    def _of(self, name: str) -> ComponentRecord:
        return self._records.get(name, ComponentRecord(name))


def _outcome(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return "refused" if status >= HTTPStatus.BAD_REQUEST else "ok"


def _requests(uow: StoredUnitOfWork, _now: datetime) -> Iterable[ComponentRecord]:
    return [record for record in all_records(uow.session.connection) if record.name == REQUESTS]
