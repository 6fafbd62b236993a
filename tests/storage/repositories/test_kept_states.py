"""The state that is kept of a long case: used beside exactly its entries, and beside nothing else (ADR 46)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from meldcode.application.ports.cases import NewEntry
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.long_logbook import Kept, LongLogbook, followed_by, kept_of
from meldcode.domain.case.outline import ROW_END, headings_in
from meldcode.domain.case.state import Entry
from meldcode.domain.plan.model import Plan
from storage.crypto.vault import Vault
from storage.db.schema import case_keys, case_states, cases
from storage.db.snapshot import snapshot
from storage.integrity.verify import Fault, FaultKind, faults
from storage.repositories import kept_states
from storage.repositories.cases import StoredCases
from storage.unit_of_work import Store, StoredUnitOfWork
from tests.storage.conftest import NOW, PUPIL, Staff, entry

pytestmark = pytest.mark.rule("S1.2")
Attack = Callable[[Connection, UUID, UUID], None]
SAID = "Vertelde over thuis"


def go_on(uow: StoredUnitOfWork, case: CaseHeader, staff: Staff, count: int) -> CaseHeader:
    """Append so many signals, and keep the state, as a use case does."""
    plan = uow.plans.get(case.plan, case.plan_version)
    entries = uow.cases.contents(case.id).entries
    state = fold(plan, entries)
    for _ in range(count):
        one = entry(case, staff.sanne, {"what": f"{SAID} {case.version}"}, minutes=case.version)
        state = fold(plan, [one], state)
        entries = followed_by(entries, one)
        case = uow.cases.append(case, NewEntry(one, state, None, f"{case.id} {case.version}"))
        uow.cases.keep_state(case, plan, entries)
    return case


@pytest.fixture
def long_case(store: Store, staff: Staff, case: CaseHeader) -> CaseHeader:
    with store.transaction() as uow:
        return go_on(uow, case, staff, kept_states.LONG + 5)


@pytest.fixture
def other(store: Store, staff: Staff) -> CaseHeader:
    """Another case with as many entries."""
    with store.transaction() as uow:
        opened = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.karin.id, NOW)
        return go_on(uow, opened, staff, kept_states.LONG + 5)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The cases of which the entries are read."""
    read: list[UUID] = []
    original = StoredCases._entries

    def entries_of(
        stored: StoredCases, case: UUID, version: int, seqs: Collection[int] | None = None
    ) -> tuple[Entry, ...]:
        if seqs is None or seqs:
            read.append(case)
        return original(stored, case, version, seqs)

    monkeypatch.setattr(StoredCases, "_entries", entries_of)
    return read


def kept_in(store: Store, case: CaseHeader, plan: Plan) -> Kept:
    with store.transaction() as uow:
        return kept_of(plan, uow.cases.contents(case.id).entries)


def truth_of(store: Store, case: CaseHeader, plan: Plan) -> Kept:
    with store.transaction() as uow:
        return kept_of(plan, tuple(uow.cases.contents(case.id).entries))


def found(engine: Engine, vault: Vault) -> list[Fault]:
    with snapshot(engine) as view:
        return list(faults(view, vault))


def test_the_state_of_a_long_case_is_known_without_its_entries(
    store: Store, long_case: CaseHeader, plan: Plan, reads: list[UUID]
) -> None:
    kept = kept_in(store, long_case, plan)
    assert reads == []
    assert kept == truth_of(store, long_case, plan)
    assert kept.state.standing["signal"].seq == long_case.version
    assert [heading.seq for heading in headings_in(kept.rows)] == [*range(1, long_case.version + 1)]


def test_a_short_case_keeps_no_state(engine: Engine, store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        go_on(uow, case, staff, kept_states.LONG - 1)
    with engine.connect() as db:
        assert db.execute(select(case_states)).all() == []


def test_entries_that_are_read_later_are_those_of_then(
    store: Store, staff: Staff, long_case: CaseHeader, plan: Plan
) -> None:
    with store.transaction() as uow:
        before = uow.cases.contents(long_case.id).entries
        go_on(uow, long_case, staff, 1)
        assert isinstance(before, LongLogbook)
        assert len(before) == long_case.version


def copied_from_another_case(db: Connection, case: UUID, other: UUID) -> None:
    row = db.execute(select(case_states.c.state, case_states.c.made_by).where(case_states.c.case == other)).one()
    db.execute(update(case_states).where(case_states.c.case == case).values(row._mapping))


def changed(db: Connection, case: UUID, _: UUID) -> None:
    state = db.scalar(select(case_states.c.state).where(case_states.c.case == case)) or b""
    db.execute(update(case_states).where(case_states.c.case == case).values(state=state[:-1] + bytes([state[-1] ^ 1])))


def removed(db: Connection, case: UUID, _: UUID) -> None:
    db.execute(delete(case_states).where(case_states.c.case == case))


def beside_another_chain(db: Connection, case: UUID, _: UUID) -> None:
    db.execute(update(cases).where(cases.c.id == case).values(head=bytes(32)))


@pytest.mark.parametrize("attack", [copied_from_another_case, changed, removed, beside_another_chain])
def test_a_state_that_is_not_the_cases_own_is_refused(
    engine: Engine,
    store: Store,
    long_case: CaseHeader,
    other: CaseHeader,
    plan: Plan,
    attack: Attack,
    reads: list[UUID],
) -> None:
    truth = truth_of(store, long_case, plan)
    reads.clear()
    with engine.begin() as db:
        attack(db, long_case.id, other.id)
    assert kept_in(store, long_case, plan) == truth
    assert reads == [long_case.id]


def test_an_older_state_is_refused(
    engine: Engine, vault: Vault, store: Store, staff: Staff, long_case: CaseHeader, plan: Plan, reads: list[UUID]
) -> None:
    own = case_states.c.case == long_case.id
    with engine.connect() as db:
        older: Any = db.execute(select(case_states).where(own)).one()._mapping
    with store.transaction() as uow:
        now = go_on(uow, long_case, staff, 1)
    with engine.begin() as db:
        db.execute(update(case_states).where(own).values(older))
    assert kept_in(store, now, plan).state.standing["signal"].seq == now.version
    assert reads == [long_case.id]
    assert found(engine, vault) == [Fault(long_case.code, FaultKind.FALSE_STATE)]


def test_a_state_by_other_rules_is_refused_and_no_fault(
    engine: Engine,
    vault: Vault,
    store: Store,
    long_case: CaseHeader,
    plan: Plan,
    reads: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_states, "program", lambda: b"the next version of the program")
    assert kept_in(store, long_case, plan) == truth_of(store, long_case, plan)
    assert reads[:1] == [long_case.id]
    assert found(engine, vault) == []


def test_a_state_under_another_plan_is_refused(
    store: Store, long_case: CaseHeader, plan: Plan, reads: list[UUID]
) -> None:
    kept_in(store, long_case, plan.model_copy(update={"title": "Een ander plan"}))
    assert reads == [long_case.id]


def with_another_state(kept: Kept) -> Kept:
    return replace(kept, state=replace(kept.state, held_until="2030-01-01"))


def with_a_day_changed(kept: Kept) -> Kept:
    return replace(kept, rows=kept.rows.replace(f"{NOW:%Y-%m-%d}".encode(), b"1999-01-01", 1))


def with_a_line_left_out(kept: Kept) -> Kept:
    return replace(kept, rows=ROW_END.join(kept.rows.split(ROW_END + b"[")[:1]))


@pytest.mark.parametrize("lie", [with_another_state, with_a_day_changed, with_a_line_left_out])
def test_verify_finds_what_the_entries_do_not_lead_to(
    engine: Engine,
    vault: Vault,
    store: Store,
    long_case: CaseHeader,
    other: CaseHeader,
    plan: Plan,
    lie: Callable[[Kept], Kept],
) -> None:
    assert found(engine, vault) == []
    false = lie(truth_of(store, other, plan))
    assert false != truth_of(store, other, plan)
    with store.transaction() as uow:
        uow.cases.keep_state(uow.cases.get(other.id), plan, LongLogbook(other.version, lambda _: (), lambda _: false))
    assert found(engine, vault) == [Fault(other.code, FaultKind.FALSE_STATE)]


def test_what_is_moved_to_another_case_is_in_no_kept_state(engine: Engine, store: Store, long_case: CaseHeader) -> None:
    with store.transaction() as uow:
        uow.cases.take_out(long_case.id, [long_case.version])
    with engine.connect() as db:
        assert db.execute(select(case_states)).all() == []


@pytest.mark.rule("G9")
def test_a_kept_state_is_gone_with_its_case(
    engine: Engine, vault: Vault, store: Store, long_case: CaseHeader, plan: Plan
) -> None:
    with engine.connect() as db:
        row = db.execute(select(case_states)).one()
        version, head = db.execute(select(cases.c.version, cases.c.head)).one()
        wrapped = db.scalar(select(case_keys.c.wrapped_key))
    assert SAID.encode() not in row.state
    assert wrapped
    key, by = vault.case_key(long_case.id, wrapped), kept_states.made_by(plan)
    assert kept_states.open_kept(key, row.state, long_case.id, version, head, by)
    another, _ = vault.new_case_key(long_case.id)
    assert kept_states.open_kept(another, row.state, long_case.id, version, head, by) is None
    with store.transaction() as uow:
        uow.retention.destroy(long_case.id, NOW)
    with engine.connect() as db:
        assert db.execute(select(case_states)).all() == []
