from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.schema import cases
from tests.bot_cli.conftest import Cli
from tests.meldcode.playing import KARIN, MEHMET, Play, new_play, staffed_database


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    played = new_play(staffed_database(tmp_path / "empty.db"), tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'play.db'}")
    monkeypatch.setenv("MELDWIJZER_MASTER_KEY", "A" * 43)
    return played


def closed(play: Play) -> None:
    play.record("safety", by=KARIN, danger_by_talk="no")
    play.record("pupil_can", by=KARIN, pupil_able="cannot")
    play.record("parents_talk", by=KARIN)
    play.record("talk_outcome", by=KARIN, suspicion="gone")


def test_the_counts_of_a_year_hold_destroyed_cases_and_no_codes(cli: Cli, play: Play) -> None:
    play.reach("talk")
    closed(play)
    with play.engine.connect() as connection:
        case = connection.scalar(select(cases.c.id))
    with play.transaction() as tx:
        tx.endings.destroy(case, datetime(2028, 9, 11, tzinfo=UTC))  # type: ignore[arg-type]
    play.code = ""
    play.signal(by=MEHMET)
    play.reach("talk")
    closed(play)
    play.code = ""
    play.signal(by=MEHMET, first_name="Piet")  # stays open
    shown = cli("export", "--counts", "2026")
    counts = {"school": "De Linde", "plan": "heutink", "outcome": "suspicion_gone", "number": 2}
    assert json.loads(shown.stdout) == {"year": 2026, "closed": [counts]}
    assert json.loads(cli("export", "--counts", "2025").stdout) == {"year": 2025, "closed": []}
