"""What `make test-fast` leaves out: tests with a browser, a server or the whole program, and those marked `slow`."""

from __future__ import annotations

from pathlib import Path

import pytest

SLOW_FIXTURES = {"browser", "postgres"}
SLOW_FOLDERS = {Path(__file__).parent / folder for folder in ("bot", "bot_cli", "practice_pages", "proof", "story")}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Importing the folders that are left out takes longer than many a test."""
    return True if config.option.markexpr == "not slow" and collection_path in SLOW_FOLDERS else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _needs_much(item):
            item.add_marker("slow")


def _needs_much(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    runs_on_server = callspec is not None and "postgresql" in callspec.params.values()
    needs = SLOW_FIXTURES & {*getattr(item, "fixturenames", ())}
    return runs_on_server or bool(needs) or not SLOW_FOLDERS.isdisjoint(item.path.parents)
