"""The queue of the executor: people go first, and no job waits for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from meldcode.application.executor import Begin, Executor
from meldcode.application.ports.cases import Outdated
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.events import Event, StaffChanged, WorklistChanged


@contextmanager
def together(_count: int = 1) -> Iterator[Begin[Any]]:
    @contextmanager
    def begin(_now: datetime) -> Iterator[UnitOfWork]:
        uow = UnitOfWork()
        uow.events = []
        yield uow

    yield begin


SHARING = together


async def in_order(*waits: float | None) -> list[int]:
    """Queue these while another one runs, each with its time limit; return the order in which they ran."""
    executor: Executor[UnitOfWork] = Executor(SHARING, lambda: datetime.now(UTC))
    done: list[int] = []
    busy, begun = threading.Event(), threading.Event()

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


async def test_people_share_no_commit_with_background_jobs_and_wait_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    shared: list[int] = []

    @contextmanager
    def counted(count: int) -> Iterator[Begin[Any]]:
        shared.append(count)
        with together() as begin:
            yield begin

    monkeypatch.setattr("tests.handlers.test_executor.SHARING", counted)
    await in_order(*[30] * 9, None, None, None)
    assert shared == [1, 3, 4, 4, 1]


async def heard(*use_cases: Callable[[UnitOfWork], object], commit_fails: bool = False) -> list[Event]:
    """What a subscriber receives after these use cases, one after another."""

    @contextmanager
    def commits(_count: int) -> Iterator[Begin[Any]]:
        with together() as begin:
            yield begin
        if commit_fails:
            raise OSError

    executor: Executor[UnitOfWork] = Executor(commits, lambda: datetime.now(UTC))
    events: list[Event] = []
    executor.subscribe(StaffChanged, events.append)
    for use_case in use_cases:
        with suppress(OSError):
            await executor.execute(lambda uow, _now, use_case=use_case: use_case(uow))  # type: ignore[misc]
    await asyncio.to_thread(executor.close)
    return events


CHANGED, OTHER = StaffChanged(uuid4(), frozenset()), StaffChanged(uuid4(), frozenset())


async def test_events_are_heard_after_the_commit_by_who_subscribed_to_their_kind() -> None:
    def emits(uow: UnitOfWork) -> None:
        uow.emit(CHANGED)
        uow.emit(WorklistChanged(uuid4(), frozenset()))
        uow.emit(OTHER)

    assert await heard(emits) == [CHANGED, OTHER]


async def test_what_is_not_stored_is_not_heard() -> None:
    def fails(uow: UnitOfWork) -> None:
        uow.emit(CHANGED)
        raise OSError

    assert await heard(fails) == []
    assert await heard(lambda uow: uow.emit(CHANGED), commit_fails=True) == []


async def test_of_a_retried_use_case_only_the_last_attempt_is_heard() -> None:
    events = iter([CHANGED, OTHER])

    def retried(uow: UnitOfWork) -> None:
        uow.emit(event := next(events))
        if event is CHANGED:
            raise Outdated

    assert await heard(retried) == [OTHER]
