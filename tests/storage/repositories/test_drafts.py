from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, insert, select

from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Answers
from meldcode.domain.ids import CaseId
from storage.db.schema import draft_keys, drafts
from storage.repositories.drafts import KEPT_FOR
from storage.unit_of_work import Store, StoredUnitOfWork
from tests.storage.conftest import NOW, Staff

ANSWERS: Answers = {"what": "Nog niet af", "who": ("a", "b")}


def test_a_draft_is_its_authors_alone(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        uow.drafts.save("V1", staff.sanne.id, ANSWERS, NOW)
    with store.transaction() as uow:
        assert uow.drafts.find("V1", staff.sanne.id, NOW) == ANSWERS
        assert uow.drafts.find("V1", staff.karin.id, NOW) is None
        assert uow.drafts.find("V2", staff.sanne.id, NOW) is None


def test_a_draft_takes_the_place_of_an_earlier_one(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        uow.drafts.save("V1", staff.sanne.id, {"what": "eerst"}, NOW)
        uow.drafts.save("V1", staff.sanne.id, ANSWERS, NOW)
        assert uow.drafts.find("V1", staff.sanne.id, NOW) == ANSWERS


def test_a_draft_is_kept_for_a_day(store: Store, staff: Staff, engine: Engine) -> None:
    with store.transaction() as uow:
        uow.drafts.save("V1", staff.sanne.id, ANSWERS, NOW)
        assert uow.drafts.find("V1", staff.sanne.id, NOW + KEPT_FOR - timedelta(seconds=1)) == ANSWERS
        assert uow.drafts.find("V1", staff.sanne.id, NOW + KEPT_FOR) is None
        uow.drafts.save("V2", staff.karin.id, ANSWERS, NOW + KEPT_FOR)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(drafts)) == 1


def test_a_draft_that_is_kept_after_it_was_read_that_none_is_can_be_dropped(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        assert uow.cases.find_submission("V1") is None
        uow.drafts.save("V1", staff.sanne.id, {"what": "Iets"}, NOW)
        uow.drafts.delete("V1", staff.sanne.id)
        assert uow.drafts.find("V1", staff.sanne.id, NOW) is None


def test_a_draft_that_is_dropped_is_gone(store: Store, staff: Staff) -> None:
    with store.transaction() as uow:
        uow.drafts.save("V1", staff.sanne.id, ANSWERS, NOW)
        uow.drafts.delete("V1", staff.sanne.id)
        assert uow.drafts.find("V1", staff.sanne.id, NOW) is None


Going = Callable[[StoredUnitOfWork, Staff, CaseId], object]
WAYS: dict[str, Going] = {
    "it is saved": lambda uow, staff, _case: uow.drafts.delete("V1", staff.sanne.id),
    "its day is over": lambda uow, _staff, _case: uow.drafts.delete_expired(NOW + KEPT_FOR, 10),
    "another takes its place": lambda uow, staff, _case: uow.drafts.save("V1", staff.sanne.id, {}, NOW),
    "its case is destroyed": lambda uow, _staff, case: uow.retention.destroy(case, NOW),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_that_is_gone_cannot_be_had_back_from_an_older_copy(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine, way: str
) -> None:
    with store.transaction() as uow:
        uow.drafts.save("V1", staff.sanne.id, ANSWERS, NOW, case.id)
    with engine.connect() as connection:
        copied = dict(connection.execute(select(drafts)).mappings().one())
        keys = connection.execute(select(draft_keys.c.wrapped_key)).all()
    with store.transaction() as uow:
        WAYS[way](uow, staff, case.id)
    with engine.begin() as connection:
        assert not set(keys) & set(connection.execute(select(draft_keys.c.wrapped_key)))
        connection.execute(drafts.delete())
        connection.execute(insert(drafts).values(copied))
    with store.transaction() as uow:
        assert uow.drafts.find("V1", staff.sanne.id, NOW) is None
