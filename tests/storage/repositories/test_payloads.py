"""Message payloads survive the database, and messages stored by an older version are still sent."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, select, text, update

from meldcode.application.messages.alarms import AlarmStatus, AlarmUnanswered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import CaseWithoutResponsible, TakenOver
from meldcode.application.messages.registry import PAYLOADS
from meldcode.application.messages.reminders import UrgentReminder
from meldcode.application.messages.staff import DeputyArranged, DeputyPeriod, NewPlan, RoleVacant
from meldcode.application.ports.outbox import OutboxMessage
from storage.db.schema import outbox
from storage.repositories.messages.payloads import decode, encode
from storage.unit_of_work import Store
from tests.payloads import EXAMPLES, SINCE_0023
from tests.storage.conftest import NOW, Staff
from tests.storage.repositories.test_outbox import LEASE

WHO, SCHOOL = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
WHEN = "2026-11-26T08:30:00.250000+00:00"
PLACE = {"code": "mus-12", "plan": "heutink", "version": "6", "step": "consult", "who": "care_coordinator confidant"}
RECORDED = PLACE | {"record": "signal", "status": "open", "outcome": ""}
REMINDER = PLACE | {"record": "talk", "since": WHEN}
WAITING = "consult 2026-11-26 08:30:00.250000+00:00 1"
OLD: list[dict[str, str]] = [
    RECORDED | {"tell": "0", "gap": "school_leader", "may_open": "yes"},
    RECORDED | {"tell": "", "gap": "", "raised_by": WHO, "raised_at": WHEN},
    {"raised_by": WHO, "raised_at": WHEN},
    {},
    REMINDER | {"kind": "rung", "waiting": WAITING, "day": "", "instead": "", "may_hand_over": "yes"},
    REMINDER | {"kind": "rung", "waiting": "consult None 0", "day": "", "instead": "", "may_hand_over": ""},
    REMINDER | {"kind": "vacation", "waiting": WAITING, "day": "2026-12-19", "instead": "", "may_hand_over": ""},
    REMINDER | {"kind": "follow_up", "waiting": WAITING, "day": "2026-12-01", "instead": "yes", "may_hand_over": "yes"},
    {"heutink 6 signals": "3 1", "heutink 6 consult": "2 0", "school": "De Linde"},
    {"unusual": "2", "of": SCHOOL, "week": "2026-11-16", "school": "De Linde"},
    {"code": "mus-12", "day": "2026-12-26", "plan": "heutink", "version": "6", "record": "kept_longer"},
    {"code": "mus-12", "day": "2026-12-26", "plan": "heutink", "version": "6", "record": ""},
    {"code": "mus-12", "gap": "care_coordinator confidant"},
    {"code": "mus-12", "moment": "message 7"},
    {"school": SCHOOL},
    {},
]
"""The `words` of the same messages as the version before wrote them."""
SINCE_THEN = (
    AlarmStatus
    | AlarmUnanswered
    | CaseWithoutResponsible
    | DeputyPeriod
    | NewPlan
    | RoleVacant
    | TakenOver
    | UrgentReminder
)
BEFORE = [one for one in EXAMPLES if not isinstance(one, SINCE_THEN) and one not in SINCE_0023]
"""Of these kinds it had messages."""


def test_there_is_an_example_of_every_kind() -> None:
    assert {type(example) for example in EXAMPLES} == set(PAYLOADS)


@pytest.mark.parametrize("payload", EXAMPLES)
def test_a_payload_is_read_as_it_was_written(payload: Payload) -> None:
    stored = json.loads(json.dumps(encode(payload)))
    assert decode(payload.kind, stored) == payload
    assert type(decode(payload.kind, stored)) is type(payload)


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("undelivered", {"code": "mus-12"}),
        ("undelivered", {"code": "mus-12", "moment": "1", "name": "Noor"}),
        ("undelivered", {"code": 12, "moment": "1"}),
        ("week", {"school_name": "De Linde", "steps": [{"plan": "heutink", "plan_version": "6"}]}),
        ("without_holder", {"code": "mus-12", "missing_roles": ["nobody"]}),
        ("reminder", {"code": "mus-12", "may_hand_over": True}),
        ("told", {}),
    ],
)
def test_anything_else_is_not_read(kind: str, stored: Any) -> None:
    with pytest.raises(ValueError, match=r"validation error|unknown kind"):
        decode(kind, stored)


@pytest.mark.parametrize(("payload", "words"), [*zip(BEFORE, OLD, strict=True)])
def test_a_message_of_the_version_before_is_still_sent(
    store: Store, staff: Staff, engine: Engine, payload: Payload, words: dict[str, str]
) -> None:
    put_by_the_version_before(store, staff, engine, payload.kind, words)
    with store.transaction() as uow:
        [claimed] = uow.queue.claim(NOW, 1, LEASE)
    assert claimed.payload() == payload


def test_what_no_version_wrote_stops_no_upgrade(store: Store, staff: Staff, engine: Engine) -> None:
    put_by_the_version_before(store, staff, engine, "reminder", {"kind": "riddle"})
    with store.transaction() as uow:
        [claimed] = uow.queue.claim(NOW, 1, LEASE)
    with pytest.raises(ValueError, match=r"validation error|unknown kind"):
        claimed.payload()


def put_by_the_version_before(store: Store, staff: Staff, engine: Engine, kind: str, words: dict[str, str]) -> None:
    """Put such a message in the tables of before, and bring these up to date."""
    with store.transaction() as uow:
        uow.outbox.put(OutboxMessage(staff.karin.id, None, "1", DeputyArranged()), NOW)
    with engine.begin() as connection:
        connection.execute(update(outbox).values(kind=kind, payload=words))
        connection.execute(text("ALTER TABLE outbox RENAME COLUMN payload TO words"))
        with Operations.context(MigrationContext.configure(connection)):
            import_module("storage.db.migrations.versions.r0017_payloads").upgrade()
        assert connection.scalar(select(outbox.c.kind)) == kind
