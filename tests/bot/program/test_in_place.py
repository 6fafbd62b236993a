"""A message that replaces an earlier one is shown in its place; where Slack does not allow that, it is a new one."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from handlers.platform.call_budget import LIMITS, UPDATE, Limit
from meldcode.application.messages.base import Payload
from meldcode.application.messages.staff import DeputyArranged, RolesChanged
from meldcode.application.ports.outbox import OutboxMessage, Placing
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.staff import Identity
from tests.running import KARIN, Running, running

FIRST, SECOND = RolesChanged(uuid4()), DeputyArranged()


async def told(school: Running, payload: Payload, placing: Placing = Placing.IN_PLACE, moment: str = "") -> list[str]:
    """Send Karin a message under one key, and return what she has then."""
    who = Identity("slack", school.workspace.app.team_id, KARIN)

    def put(uow: UnitOfWork, now: datetime) -> None:
        karin = uow.staff.by_identity(who)
        assert karin
        uow.outbox.put(OutboxMessage(karin.id, None, moment or payload.kind, payload, "one", placing), now)

    await school.program.executor.execute(put)
    await school.program.outbox_relay.drain()
    return [message.text for message in school.messages(KARIN)]


async def test_it_is_shown_in_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        [first] = await told(school, FIRST)
        school.workspace.mark_read(KARIN)
        [second] = await told(school, SECOND)
        assert first != second
        assert school.workspace.unread_of(KARIN) == 0, "a change notifies nobody"


async def test_a_message_that_is_gone_is_sent_anew(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("message_not_found")
        await told(school, FIRST)
        school.workspace.delete(school.messages(KARIN)[0])
        assert len(await told(school, SECOND)) == 1


async def test_what_slack_cannot_do_now_is_tried_again(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("server_error")
        before = await told(school, FIRST)
        school.workspace.faults.server_error = 1
        assert await told(school, SECOND) == before
        school.clock.forward(seconds=60)
        await school.program.outbox_relay.drain()
        assert len(school.messages(KARIN)) == 1
        assert school.messages(KARIN)[0].text != before[0]


async def test_more_places_than_slack_takes_in_a_minute_are_done_in_several_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that waited for weeks has more reminders than that."""
    monkeypatch.setitem(LIMITS, UPDATE, Limit(1, 0.3, kept=0))
    monkeypatch.setattr("bot.outbox.turns.LONGEST_TURN", 0.01)
    async with running(tmp_path, worker=False) as school:
        for moment in ("1", "2", "3"):
            before = await told(school, FIRST, Placing.NEW, moment)
        await told(school, SECOND, Placing.ONLY_IN_PLACE)
        for attempt in range(1, 6):
            school.clock.forward(seconds=2**attempt + 1)
            await asyncio.sleep(0.35)
            await school.program.outbox_relay.drain()
        assert len(before) == 3
        assert not {*before} & {message.text for message in school.messages(KARIN)}
