"""What `make test-fast` leaves out: whatever needs a browser or a server, and what is marked `slow` for its length."""

from __future__ import annotations

import pytest

SLOW_FIXTURES = {"browser", "postgres"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _needs_much(item):
            item.add_marker("slow")


def _needs_much(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    runs_on_server = callspec is not None and "postgresql" in callspec.params.values()
    return runs_on_server or not SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
