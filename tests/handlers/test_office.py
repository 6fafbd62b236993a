"""What stands in the queue for the database: a person goes first, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from meldcode.application.executor import Begin, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork


@contextmanager
def together() -> Iterator[Begin[Any]]:
    @contextmanager
    def begin(_now: datetime) -> Iterator[UnitOfWork]:
        uow = UnitOfWork()
        uow.changed_desks = frozenset()
        yield uow

    yield begin


async def in_order(*waits: float | None) -> list[int]:
    """Let these stand in the queue while another is busy, each with its patience; in which order they are done."""
    executor: Executor[UnitOfWork] = Executor(together, lambda: datetime.now(UTC))
    done: list[int] = []
    busy, begun = Event(), Event()

    def hold(_uow: UnitOfWork, _now: datetime) -> None:
        begun.set()
        busy.wait(10)

    holding = asyncio.create_task(executor.execute(hold, seconds=60))
    await asyncio.to_thread(begun.wait)
    asked = [
        asyncio.create_task(executor.execute(lambda _uow, _now, number=number: done.append(number), seconds=patience))  # type: ignore[misc]
        for number, patience in enumerate(waits)
    ]
    await asyncio.sleep(0)
    busy.set()
    await asyncio.gather(holding, *asked)
    await asyncio.to_thread(executor.close)
    return done


async def test_what_nobody_waits_for_gives_way_to_what_somebody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meldcode.application.executor.GIVES_WAY", 60.0)
    assert await in_order(30, None, 30, None) == [1, 3, 0, 2]


async def test_what_has_given_way_long_enough_comes_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meldcode.application.executor.GIVES_WAY", 0.0)
    assert await in_order(30, None, 30, None) == [0, 1, 2, 3]
