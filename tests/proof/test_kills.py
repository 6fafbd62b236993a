"""Kill -9 of the real program under load: nothing acknowledged is lost, no ping is lost, none is doubled by us."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.kills import prove


@pytest.mark.timeout(240)
async def test_nothing_acknowledged_or_due_is_lost_or_doubled_by_kills(database_url: str, tmp_path: Path) -> None:
    figures = await prove(database_url, tmp_path, kills=8, seed=7)
    assert figures.is_proven, figures
    assert (figures.kills, figures.fallen) == (8, 0), figures
    assert figures.acknowledged > 10, "there was hardly any load"
    assert figures.reminders_due >= 72, figures
