"""What a year does without: threads, sockets, and waiting for the disk or for who locked it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from storage.db.engine import make_engine
from storage.integrity.wipe import wipe
from tests.year.running.clock import VirtualTime
from tests.year.running.one_thread import in_one_thread


def test_nothing_waits_for_the_disk_or_a_lock(tmp_path: Path) -> None:
    with in_one_thread(VirtualTime(datetime(2026, 9, 1, tzinfo=UTC)), random.Random(1)):
        engine = make_engine(f"sqlite:///{tmp_path / 'one.db'}")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 0
        wipe(engine)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 0
        engine.dispose()
