"""Checks the database afterwards: a figure that counts work that was not stored is wrong (promise 1)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from bench import traffic
from bench.school import MESSAGES
from bot.settings import Settings
from bot.store import open_store
from storage.db.schema import cases, entries, outbox
from storage.repositories.messages.outbox import SendState


def wrong_in(settings: Settings, acknowledged: Collection[int]) -> list[str]:
    """Return the differences between what was acknowledged and what is stored; empty if there are none."""
    engine, store = open_store(settings)
    try:
        with store.transaction() as uow:
            lost = sum(uow.cases.find_submission(traffic.key(number)) is None for number in acknowledged)
            count, connection = len(acknowledged), uow.session.connection
            found = {
                "acknowledged submissions lost": (lost, 0),
                "entries": (connection.scalar(select(func.count()).select_from(entries)), count),
                "cases": (connection.scalar(select(func.count()).select_from(cases)), count),
                "messages sent": (connection.scalar(_sent), MESSAGES * count),
            }
    finally:
        engine.dispose()
    return [f"{what}: {is_} instead of {wanted}" for what, (is_, wanted) in found.items() if is_ != wanted]


_sent = select(func.count()).select_from(outbox).where(outbox.c.state == SendState.SENT.value)
