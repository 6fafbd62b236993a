"""Home tabs are published several at once, in the order of who needs it, and as fast as Slack allows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.home_tabs import publisher
from bot.home_tabs.queue import SEEN_SECONDS, Place, TabQueue
from handlers.platform import call_budget
from handlers.platform.call_budget import PUBLISH, Call, Limit
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.events import StaffChanged
from meldcode.domain.staff import Identity
from tests.bot.staff.test_home import before_the_talk
from tests.clock import until
from tests.running import FATIMA, JORIS, KARIN, LINDE, SANNE, Running, linde_with, person, running, signal

TEACHERS = [f"U0TEACHER{number:02}" for number in range(20)]
LARGE = linde_with(*LINDE["people"], *(person(one, f"Leraar {one[-2:]}", "teacher") for one in TEACHERS))


def published(school: Running) -> list[str]:
    """Whose tabs Slack took, in that order."""
    return [
        line.request["user_id"] for line in school.workspace.traffic if line.what == PUBLISH and line.answer.get("ok")
    ]


def identities(school: Running, users: Iterable[str]) -> list[Identity]:
    return [Identity("slack", school.workspace.app.team_id, user) for user in users]


async def quiet(school: Running) -> None:
    """Wait until no tab is published any more, and forget which were."""
    home_tabs = school.program.home_tabs
    await until(lambda: not home_tabs._underway and home_tabs._queue.next_due() is None and not home_tabs._worklists)
    school.workspace.traffic.clear()


def wait_for_all(school: Running) -> None:
    """Let no tab go before all that are due are in the queue."""
    call = Call(PUBLISH, school.workspace.app.team_id)
    school.program.home_tabs._budget.refused(call, timedelta(seconds=2))


async def test_ten_tabs_are_published_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[LARGE]) as school:
        await quiet(school)
        school.expect("slow")
        school.workspace.faults.slow_seconds = 0.4
        began = time.monotonic()
        for who in identities(school, TEACHERS):
            school.program.home_tabs.update_soon(who)
        await until(lambda: len(published(school)) == len(TEACHERS), 6)
        assert time.monotonic() - began < 0.4 * len(TEACHERS) / 2
        assert len(set(published(school))) == len(TEACHERS)


async def test_who_lost_a_role_goes_first_and_then_who_uses_slack_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "AT_ONCE", 1)
    async with running(tmp_path, schools=[LARGE]) as school:
        await quiet(school)

        def takes_all_roles(uow: UnitOfWork, _now: datetime) -> None:
            found = uow.staff.by_identity(identities(school, [TEACHERS[19]])[0])
            assert found
            [place] = found.memberships
            uow.staff.set_roles(found.id, place, (), (), None)
            uow.emit(StaffChanged(place, frozenset({found.id})))

        await school.actor(TEACHERS[18]).command("/meldcode", "help")
        wait_for_all(school)
        await school.program.executor.execute(takes_all_roles)
        for who in identities(school, TEACHERS[:19]):
            school.program.home_tabs.update_soon(who)
        await until(lambda: set(TEACHERS) <= set(published(school)))
        assert published(school)[:2] == [TEACHERS[19], TEACHERS[18]]


async def test_who_may_not_read_a_case_any_more_goes_before_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "AT_ONCE", 1)
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        await quiet(school)
        school.program.home_tabs._queue._seen.clear()
        wait_for_all(school)
        await before_the_talk(school, code)
        await until(lambda: {JORIS, FATIMA, KARIN} <= set(published(school)))
        assert published(school).index(JORIS) < published(school).index(FATIMA)


async def test_a_refused_tab_delays_no_other_workspace_and_is_published_when_slack_says(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[LARGE]) as school:
        await quiet(school)
        school.expect("rate_limited")
        school.workspace.faults.rate_limited = 1
        began = time.monotonic()
        for who in identities(school, TEACHERS):
            school.program.home_tabs.update_soon(who)
        await until(lambda: len(set(published(school))) == len(TEACHERS))
        refused = [line for line in school.workspace.traffic if line.fault]
        assert len(refused) == 1
        assert time.monotonic() - began < publisher.TRY_AGAIN / 3


async def test_many_changes_exceed_no_limit_and_who_opens_their_tab_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(call_budget.LIMITS, PUBLISH, Limit(10, 2.0, kept=2))
    async with running(tmp_path, schools=[LARGE]) as school:
        await quiet(school)
        for who in identities(school, TEACHERS):
            school.program.home_tabs.update_soon(who, Place.OTHER)
        await until(lambda: len(published(school)) >= 8)
        began = time.monotonic()
        await school.open_home(FATIMA)
        await until(lambda: FATIMA in published(school))
        assert time.monotonic() - began < 1.9
        await until(lambda: set(TEACHERS) <= set(published(school)))
        times = [line.at for line in school.workspace.traffic if line.what == PUBLISH]
        # Half the span of the limit: on a busy machine they arrive late.
        within = [sum(0 <= (other - one).total_seconds() < 1.0 for other in times) for one in times]
        assert max(within) <= 10


def test_who_acted_is_remembered_from_the_last_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("bot.home_tabs.queue.time.monotonic", lambda: now[0])
    karin, fatima = Identity("slack", "T1", KARIN), Identity("slack", "T1", FATIMA)
    tabs = TabQueue()
    for now[0], who in ((0, karin), (1, fatima), (2, karin)):
        tabs.seen(who)
    now[0] = SEEN_SECONDS + 1
    tabs.workspaces()
    tabs.add(fatima, wait=0)
    tabs.add(karin, wait=0)
    tabs.workspaces()
    assert (tabs.first("T1"), tabs.take("T1")) == (Place.ACTIVE, karin)
    assert (tabs.first("T1"), tabs.take("T1")) == (Place.OTHER, fatima)
