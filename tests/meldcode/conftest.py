from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.meldcode.playing import Play, migrated_database, new_play


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return migrated_database(tmp_path_factory.mktemp("empty") / "meldwijzer.db")


@pytest.fixture
def play(empty_database: Path, tmp_path: Path) -> Iterator[Play]:
    """The school with its staff, on the source's plan; no case yet."""
    playing = new_play(empty_database, tmp_path)
    yield playing
    playing.engine.dispose()
