"""The fixtures that all tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import settings

from meldcode.domain.plan.file import parse_plan

pytest_plugins = ["tests.sharing", "tests.selecting", "tests.databases", "tests.browsers"]


class _Hurried:
    """asyncio as uvicorn sees it: stopping a server looks every 10 ms, not every 100, whether all is closed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture(autouse=True, scope="session")
def _each_plan_is_read_once() -> Iterator[None]:
    """Reading a plan takes half a second."""
    once = lru_cache(parse_plan)
    with patch("meldcode.domain.plan.file.parse_plan", once), patch("storage.repositories.plans.parse_plan", once):
        yield


@pytest.fixture(autouse=True, scope="session")
def _servers_stop_at_once() -> Iterator[None]:
    with patch("uvicorn.server.asyncio", _Hurried()):
        yield


settings.register_profile("tests", deadline=None)  # the machine may be busy; no test is about this time
settings.load_profile("tests")
