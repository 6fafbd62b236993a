"""Slack is away for an hour: every message arrives once and in order."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from storage.db.schema import identities, outbox
from tests.names import NAMES
from tests.running import JORIS, KARIN, SANNE, Running, running, signal

FOR_GOOD = 10**6


def put_for(school: Running, user: str) -> list[str]:
    """The codes of the cases in messages to somebody, in the order of events."""
    query = select(outbox.c.payload).join(identities, identities.c.person == outbox.c.recipient)
    with school.program.engine.connect() as connection:
        rows = connection.scalars(query.where(identities.c.user == user).order_by(outbox.c.id)).all()
    return [str(payload["code"]) for payload in rows]


def received_by(school: Running, user: str) -> list[str]:
    return [message.text.split()[1].rstrip(":") for message in school.messages(user)]


async def test_slack_is_away_for_an_hour(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url, worker=False) as school:
        school.expect("server_error")
        for minute in range(60):
            if minute % 20 == 0:
                school.workspace.faults.server_error = 0  # a form can be opened, and sent in; then it is away again
                await school.report(SANNE, signal(Voornaam=NAMES[minute // 20]))
                school.workspace.faults.server_error = FOR_GOOD
            await school.program.outbox_relay.drain()
            school.clock.forward(minutes=1)
        assert school.messages(KARIN) == school.messages(JORIS) == []
        school.workspace.faults.server_error = 0
        for _ in range(6):
            school.clock.forward(minutes=10)
            while await school.program.outbox_relay.drain():
                pass
        for user in (KARIN, JORIS):
            assert len(set(put_for(school, user))) == 3
            assert received_by(school, user) == put_for(school, user)
