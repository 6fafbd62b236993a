from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, insert, select

from meldcode.case import Answers, CaseId
from meldcode.cases_port import CaseHeader
from storage.drafts import KEPT_FOR
from storage.schema import draft_keys, drafts
from storage.transaction import Store, StoredTransaction
from tests.storage.conftest import NOW, Staff

ANSWERS: Answers = {"what": "Nog niet af", "who": ("a", "b")}


def test_a_draft_is_its_authors_alone(store: Store, staff: Staff) -> None:
    with store.transaction() as tx:
        tx.drafts.keep("V1", staff.sanne.id, ANSWERS, NOW)
    with store.transaction() as tx:
        assert tx.drafts.find("V1", staff.sanne.id, NOW) == ANSWERS
        assert tx.drafts.find("V1", staff.karin.id, NOW) is None
        assert tx.drafts.find("V2", staff.sanne.id, NOW) is None


def test_a_draft_takes_the_place_of_an_earlier_one(store: Store, staff: Staff) -> None:
    with store.transaction() as tx:
        tx.drafts.keep("V1", staff.sanne.id, {"what": "eerst"}, NOW)
        tx.drafts.keep("V1", staff.sanne.id, ANSWERS, NOW)
        assert tx.drafts.find("V1", staff.sanne.id, NOW) == ANSWERS


def test_a_draft_is_kept_for_a_day(store: Store, staff: Staff, engine: Engine) -> None:
    with store.transaction() as tx:
        tx.drafts.keep("V1", staff.sanne.id, ANSWERS, NOW)
        assert tx.drafts.find("V1", staff.sanne.id, NOW + KEPT_FOR - timedelta(seconds=1)) == ANSWERS
        assert tx.drafts.find("V1", staff.sanne.id, NOW + KEPT_FOR) is None
        tx.drafts.keep("V2", staff.karin.id, ANSWERS, NOW + KEPT_FOR)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(drafts)) == 1


def test_a_draft_that_is_dropped_is_gone(store: Store, staff: Staff) -> None:
    with store.transaction() as tx:
        tx.drafts.keep("V1", staff.sanne.id, ANSWERS, NOW)
        tx.drafts.drop("V1")
        assert tx.drafts.find("V1", staff.sanne.id, NOW) is None


Going = Callable[[StoredTransaction, Staff, CaseId], None]
WAYS: dict[str, Going] = {
    "it is saved": lambda tx, _staff, _case: tx.drafts.drop("V1"),
    "its day is over": lambda tx, _staff, _case: tx.drafts.drop_expired(NOW + KEPT_FOR),
    "another takes its place": lambda tx, staff, _case: tx.drafts.keep("V1", staff.sanne.id, {}, NOW),
    "its case is destroyed": lambda tx, _staff, case: tx.endings.destroy(case, NOW),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_that_is_gone_cannot_be_had_back_from_an_older_copy(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine, way: str
) -> None:
    with store.transaction() as tx:
        tx.drafts.keep("V1", staff.sanne.id, ANSWERS, NOW, case.id)
    with engine.connect() as connection:
        copied = dict(connection.execute(select(drafts)).mappings().one())
        keys = connection.execute(select(draft_keys.c.wrapped_key)).all()
    with store.transaction() as tx:
        WAYS[way](tx, staff, case.id)
    with engine.begin() as connection:
        assert not set(keys) & set(connection.execute(select(draft_keys.c.wrapped_key)))
        connection.execute(drafts.delete())
        connection.execute(insert(drafts).values(copied))
    with store.transaction() as tx:
        assert tx.drafts.find("V1", staff.sanne.id, NOW) is None
