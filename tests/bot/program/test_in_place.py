"""A message that replaces an earlier one is shown in its place; where Slack does not allow that, it is a new one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

from meldcode.application.messages.base import Payload
from meldcode.application.messages.staff import DeputyArranged, RolesChanged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.staff import Identity
from tests.running import KARIN, Running, running

FIRST, SECOND = RolesChanged(uuid4()), DeputyArranged()


async def told(school: Running, payload: Payload) -> list[str]:
    """Send Karin a message under one key, and return what she has then."""
    who = Identity("slack", school.workspace.app.team_id, KARIN)

    def put(uow: UnitOfWork, now: datetime) -> None:
        karin = uow.staff.by_identity(who)
        assert karin
        uow.outbox.put(OutboxMessage(karin.id, None, payload.kind, payload, replaces="one"), now)

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
