"""A morning on which many cases are due: Slack refuses nothing, and an alarm raised meanwhile arrives at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.morning import minute_of, play

CASES = 400
"""The proof by hand has 2,000 (`tests/proof/morning.py`), and 2 s for the alarm on a machine that does nothing else."""


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_slack_refuses_nothing_and_an_alarm_arrives_at_once(database_url: str, tmp_path: Path) -> None:
    with minute_of(6):
        morning = await play(tmp_path, database_url, CASES)
    assert morning.refused == 0, morning
    assert morning.alarm_seconds < 5, morning
    assert morning.tabs >= morning.people == 3 * CASES // 20, morning
