"""The staff cache of a process is never older than the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Identity
from storage.crypto.vault import Vault
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store
from tests.storage.conftest import LINDE, NOW, WORKSPACE, Staff

KARIN = Identity("slack", WORKSPACE, "U2")


def _left(store: Store, staff: Staff) -> None:
    with store.transaction(NOW) as uow:
        uow.staff.set_left(staff.karin.id, NOW)


def _stands_in(store: Store, staff: Staff) -> None:
    deputy = Deputy(staff.school, staff.sanne.id, staff.karin.id, NOW.date(), NOW.date())
    with store.transaction(NOW) as uow:
        uow.staff.appoint_deputy(deputy, staff.sanne.id, NOW)


def _other_file(store: Store, staff: Staff) -> None:
    karin = PersonConfig("U2", "Karin Visser", frozenset({Role.SCHOOL_LEADER}))
    apply_schools(store, [SchoolConfig(LINDE.name, LINDE.region, people=(karin,))], WORKSPACE, NOW)


def _roles(store: Store, staff: Staff) -> tuple[frozenset[Role], frozenset[str]]:
    with store.transaction(NOW) as uow:
        person = uow.staff.by_identity(KARIN)
        assert person is not None
        return person.roles_in(staff.school), frozenset(p.name for p in uow.staff.of_school(staff.school))


@pytest.mark.rule("G5")
@pytest.mark.parametrize("change", [_left, _stands_in, _other_file])
def test_what_another_process_changes_is_seen_by_the_next_transaction(
    store: Store, staff: Staff, engine: Engine, vault: Vault, plan: Plan, change: Callable[[Store, Staff], None]
) -> None:
    before = _roles(store, staff)
    change(Store(engine, vault, plan), staff)
    assert _roles(store, staff) != before
    assert _roles(store, staff) == _roles(Store(engine, vault, plan), staff)


def test_what_is_not_committed_is_remembered_by_nobody(store: Store, staff: Staff) -> None:
    before = _roles(store, staff)
    with pytest.raises(RuntimeError), store.transaction(NOW) as uow:
        uow.staff.set_left(staff.karin.id, NOW)
        assert uow.staff.get(staff.karin.id).roles_in(staff.school) == frozenset()
        raise RuntimeError
    assert _roles(store, staff) == before


@pytest.mark.rule("G5")
def test_a_deputy_of_yesterday_is_none_today(store: Store, staff: Staff) -> None:
    _stands_in(store, staff)
    assert Role.TEACHER in _roles(store, staff)[0]
    with store.transaction(NOW + timedelta(days=1)) as uow:
        assert Role.TEACHER not in uow.staff.get(staff.karin.id).roles_in(staff.school)


def test_staff_are_read_once(store: Store, staff: Staff, engine: Engine) -> None:
    _roles(store, staff)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    _roles(store, staff)
    assert len([statement for statement in statements if "cache_epoch" in statement]) == 1
    assert not [statement for statement in statements if "people" in statement]
