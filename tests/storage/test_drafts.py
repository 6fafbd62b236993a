from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, func, select

from meldcode.case import Answers
from storage.drafts import KEPT_FOR
from storage.schema import drafts
from storage.transaction import Store
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
