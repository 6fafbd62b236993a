"""The budget of calls to Slack: the more urgent goes first, and one limit never holds up another."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from unittest.mock import patch

import pytest

from handlers.platform import call_budget
from handlers.platform.call_budget import POST, PUBLISH, Call, CallBudget, Limit, Urgency

LIMITS = dict(call_budget.LIMITS)
HERE, ELSEWHERE = Call(PUBLISH, "T1"), Call(PUBLISH, "T2")


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_budget, "LIMITS", {PUBLISH: Limit(10, 0.5, kept=2), POST: Limit(1, 0.3, kept=0)})


def taken(budget: CallBudget, call: Call, urgency: Urgency) -> int:
    """How many such calls may be made now."""
    count = 0
    while not budget.take(call, urgency):
        count += 1
    return count


def test_room_is_kept_for_what_is_most_urgent() -> None:
    budget = CallBudget()
    assert taken(budget, HERE, Urgency.TAB) == 8
    assert taken(budget, HERE, Urgency.PERSON) == 0
    assert taken(budget, HERE, Urgency.ALARM) == 2
    assert taken(budget, ELSEWHERE, Urgency.TAB) == 8


def test_a_call_that_did_not_wait_counts_too() -> None:
    budget = CallBudget()
    for _ in range(5):
        budget.count(HERE)
    assert taken(budget, HERE, Urgency.TAB) == 3


async def test_what_was_used_comes_back_with_time() -> None:
    budget = CallBudget()
    taken(budget, HERE, Urgency.ALARM)
    wait = budget.take(HERE, Urgency.ALARM)
    assert 0 < wait <= 0.5
    await asyncio.sleep(wait)
    assert taken(budget, HERE, Urgency.ALARM) == 10


def test_a_refusal_delays_only_that_method_in_that_workspace() -> None:
    budget = CallBudget()
    budget.refused(HERE, timedelta(seconds=30))
    assert budget.take(HERE, Urgency.ALARM) == pytest.approx(30, abs=1)
    assert not budget.take(ELSEWHERE, Urgency.TAB)
    assert not budget.take(Call(POST, "T1", "U1"), Urgency.REMINDER)


async def test_an_alarm_goes_before_what_waited_longer() -> None:
    budget, order, call = CallBudget(), list[Urgency](), Call(POST, "T1", "U1")

    async def send(urgency: Urgency) -> None:
        await budget.turn(call, urgency)
        order.append(urgency)

    await send(Urgency.REMINDER)
    waiting = [asyncio.create_task(send(one)) for one in (Urgency.REMINDER, Urgency.PERSON, Urgency.ALARM)]
    await asyncio.gather(*waiting)
    assert order == [Urgency.REMINDER, Urgency.ALARM, Urgency.PERSON, Urgency.REMINDER]


async def test_conversations_do_not_wait_for_each_other() -> None:
    budget = CallBudget()
    async with asyncio.timeout(0.2):
        for number in range(50):
            await budget.turn(Call(POST, "T1", f"U{number}"), Urgency.REMINDER)


def test_what_no_longer_counts_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_budget, "LIMITS", {POST: Limit(1, 0.0, kept=0)})
    budget = CallBudget()
    for number in range(3 * call_budget.MANY_LANES):
        budget.count(Call(POST, "T1", f"U{number}"))
    assert len(budget._lanes) <= call_budget.MANY_LANES


def test_an_alarm_does_not_wait_for_a_burst_of_other_messages() -> None:
    with patch.dict(call_budget.LIMITS, LIMITS):
        budget, call = CallBudget(), Call(POST, "T1", "U1")
        assert taken(budget, call, Urgency.PERSON) > 1
        assert not budget.take(call, Urgency.ALARM)


def test_the_time_that_passes_is_that_of_the_clock() -> None:
    now = 0.0
    budget = CallBudget(lambda: now)
    assert taken(budget, HERE, Urgency.TAB) == 8
    assert budget.take(HERE, Urgency.TAB)
    now += 3600  # the demo moves its clock on
    assert taken(budget, HERE, Urgency.TAB) == 8
