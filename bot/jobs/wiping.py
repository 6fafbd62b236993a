"""Wipes deleted rows each hour, and again in each tick until that succeeds (promise 8)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from storage.integrity.wipe import SETTLED, NotWiped, wipe

log = logging.getLogger("meldwijzer")
PROMISED = timedelta(hours=1)
"""How long what was deleted may stay in the files, as docs/privacy.md says."""


class Wiping:
    """Remembers until when everything is wiped. A start wipes what another process may have left."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now
        self._wiped_until: datetime | None = None
        self._failing_since: datetime | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether it fails for longer than was promised."""
        return self._failing_since is not None and self._now() - self._failing_since >= PROMISED

    def run(self) -> None:
        """Wipe what was deleted since the last time. A failure is logged."""
        try:
            self._wipe()
        except NotWiped as error:
            level = logging.ERROR if self.is_overdue else logging.WARNING
            log.log(level, "What was deleted is still in the files of the database: %s. It is tried again", error)

    def retry(self) -> None:
        """Wipe if the last time failed."""
        if self._failing_since is None:
            return
        try:
            self._wipe()
        except NotWiped:
            return  # it was logged; an hour later again
        log.info("What was deleted is wiped now")

    def _wipe(self) -> None:
        begun = self._now()
        try:
            wipe(self._engine, self._wiped_until)
        except NotWiped:
            self._failing_since = self._failing_since or begun
            raise
        self._wiped_until, self._failing_since = begun - SETTLED, None
