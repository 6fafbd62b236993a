"""Four workers share the work: every case is reminded of once, and every message sent once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.proof.four_workers import prove

CASES = 399
"""Twenty in most of the schools: one more than one message to their people has room for."""


@pytest.mark.timeout(180)
async def test_four_workers_remind_of_each_case_once(postgres: Postgres, tmp_path: Path) -> None:
    database = postgres.create()
    try:
        figures, looked_at = await prove(postgres.url(database), tmp_path, CASES)
    finally:
        postgres.drop(database)
    assert figures.is_proven, figures
    assert (figures.reminders_due, figures.messages, figures.delivered_twice) == (3 * CASES, 3 * CASES, 0), figures
    assert sum(looked_at) == CASES
    assert sum(count > 0 for count in looked_at) > 1, "they did not share the work"
