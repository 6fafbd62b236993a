from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meldcode.domain.plan.file import PLANS
from tests.meldcode.playing import Play, new_play, staffed_database

NATIONAL = PLANS / "landelijk.yaml"


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staffed_database(tmp_path_factory.mktemp("empty") / "meldwijzer.db")


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where cases are kept that were played up to a step, so that not every test plays them anew."""
    return tmp_path_factory.mktemp("played")


@pytest.fixture
def play(empty_database: Path, shelf: Path, tmp_path: Path) -> Iterator[Play]:
    """The school with its staff, on the national plan; no case yet."""
    playing = new_play(empty_database, tmp_path, NATIONAL.read_text(encoding="utf-8"), shelf)
    yield playing
    playing.engine.dispose()
