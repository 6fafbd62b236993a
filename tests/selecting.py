"""What `make test-fast` leaves out: tests with a browser, a server or the whole program, and those marked `slow`."""

from __future__ import annotations

from pathlib import Path

import pytest

SLOW_FIXTURES = {"browser", "postgres"}
SLOW_FOLDERS = {
    Path(__file__).parent / folder for folder in ("bot", "bot_cli", "deploy", "practice_pages", "proof", "story")
}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Importing the folders that are left out takes longer than many a test."""
    return True if config.option.markexpr == "not slow" and collection_path in SLOW_FOLDERS else None


def pytest_report_header(config: pytest.Config) -> str | None:
    """What is not among the tests, because this machine cannot or because it takes too long."""
    if config.option.markexpr == "not slow":
        return None
    from tests.deploy.units import cannot

    units = f"; the systemd units are not started, for {why}" if (why := cannot()) else ""
    return f"deploy: the containers are started by `python -m tests.deploy` alone{units}"


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
