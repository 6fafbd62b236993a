"""Every kind of tampering, done with plain SQL by somebody who can write to the database, is found and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update

from meldcode.domain.case.header import CaseHeader
from storage.crypto import chain
from storage.crypto.vault import MasterKey, Vault
from storage.db.schema import case_keys, case_teachers, cases, entries
from storage.db.snapshot import snapshot
from storage.integrity.verify import Fault, FaultKind, faults
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, PUPIL, Staff, append

pytestmark = pytest.mark.rule("S1.2")
Tampering = Callable[[Connection, UUID], None]


@pytest.fixture
def written(store: Store, staff: Staff, case: CaseHeader) -> CaseHeader:
    """The case with four entries, among others."""
    with store.transaction() as uow:
        for i in range(4):
            case = append(uow, case, staff.sanne, {"what": str(i)}, key=f"V{i}")
        other = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.karin.id, NOW)
        append(uow, other, staff.karin, {"what": "ander"}, key="W0")
        uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.karin.id, NOW)
    return case


def found(engine: Engine, vault: Vault) -> list[Fault]:
    with snapshot(engine) as view:
        return list(faults(view, vault))


def renumber(db: Connection, case: UUID, moves: dict[int, int]) -> None:
    """Renumber entries, by way of high numbers, because two may not have the same."""
    for by in (dict.fromkeys(moves, 1000), {old + 1000: moves[old] - old - 1000 for old in moves}):
        for old, shift in by.items():
            own = (entries.c.case == case, entries.c.seq == old)
            db.execute(update(entries).where(*own).values(seq=entries.c.seq + shift))


def change(**values: object) -> Tampering:
    def tamper(db: Connection, case: UUID) -> None:
        db.execute(update(entries).where(entries.c.case == case, entries.c.seq == 2).values(values))

    return tamper


def change_payload(db: Connection, case: UUID) -> None:
    [other] = db.scalars(select(entries.c.payload).where(entries.c.case == case, entries.c.seq == 3))
    change(payload=other)(db, case)


def change_author(db: Connection, case: UUID) -> None:
    other = select(entries.c.author).where(entries.c.case != case).scalar_subquery()
    change(author=other)(db, case)


def remove(*numbers: int) -> Tampering:
    def tamper(db: Connection, case: UUID) -> None:
        db.execute(delete(entries).where(entries.c.case == case, entries.c.seq.in_(numbers)))

    return tamper


def remove_and_close_the_gap(db: Connection, case: UUID) -> None:
    remove(2)(db, case)
    renumber(db, case, {3: 2, 4: 3})
    db.execute(update(cases).where(cases.c.id == case).values(version=3))


def insert_copy(at: int, db: Connection, case: UUID) -> None:
    row = db.execute(select(entries).where(entries.c.case == case, entries.c.seq == 1)).one()
    db.execute(insert(entries).values({**row._mapping, "seq": at, "idempotency_key": uuid4().bytes}))


def insert_amid(db: Connection, case: UUID) -> None:
    renumber(db, case, {2: 3, 3: 4, 4: 5})
    insert_copy(2, db, case)
    db.execute(update(cases).where(cases.c.id == case).values(version=5))


def insert_at_the_end(db: Connection, case: UUID) -> None:
    insert_copy(5, db, case)


def insert_another_cases(db: Connection, case: UUID) -> None:
    renumber(db, case, {3: 4, 4: 5})
    row = db.execute(select(entries).where(entries.c.case != case)).first()
    assert row
    db.execute(insert(entries).values({**row._mapping, "case": case, "seq": 3, "idempotency_key": uuid4().bytes}))


def swap(db: Connection, case: UUID) -> None:
    renumber(db, case, {2: 3, 3: 2})


def rotate(db: Connection, case: UUID) -> None:
    renumber(db, case, {2: 4, 3: 2, 4: 3})


def change_row(**values: object) -> Tampering:
    def tamper(db: Connection, case: UUID) -> None:
        db.execute(update(cases).where(cases.c.id == case).values(values))

    return tamper


def cut_off_with_the_version(db: Connection, case: UUID) -> None:
    remove(4)(db, case)
    change_row(version=3)(db, case)


def remove_all_but_entries(db: Connection, case: UUID) -> None:
    """Only where the database lets one: with its foreign keys switched off."""
    if db.dialect.name == "postgresql":
        db.execute(text("SET LOCAL session_replication_role = replica"))
    for table in (case_keys, case_teachers):
        db.execute(delete(table).where(table.c.case == case))
    db.execute(delete(cases).where(cases.c.id == case))


def drop_key(db: Connection, case: UUID) -> None:
    db.execute(delete(case_keys).where(case_keys.c.case == case))


def another_cases_key(db: Connection, case: UUID) -> None:
    other = select(case_keys.c.wrapped_key).where(case_keys.c.case != case).limit(1).scalar_subquery()
    db.execute(update(case_keys).where(case_keys.c.case == case).values(wrapped_key=other))


def another_cases_pupil(db: Connection, case: UUID) -> None:
    other = select(cases.c.pupil).where(cases.c.id != case).limit(1).scalar_subquery()
    db.execute(update(cases).where(cases.c.id == case).values(pupil=other))


TAMPERINGS: dict[str, tuple[Tampering, FaultKind, int | None]] = {
    "payload": (change_payload, FaultKind.CHANGED, 2),
    "garbage": (change(payload=b""), FaultKind.CHANGED, 2),
    "author": (change_author, FaultKind.CHANGED, 2),
    "moment": (change(written_at=NOW + timedelta(seconds=1)), FaultKind.CHANGED, 2),
    "link": (change(chain=bytes(32)), FaultKind.CHANGED, 2),
    "first removed": (remove(1), FaultKind.REMOVED, 1),
    "one removed": (remove(2), FaultKind.REMOVED, 2),
    "two removed": (remove(2, 3), FaultKind.REMOVED, 2),
    "removed without a gap": (remove_and_close_the_gap, FaultKind.CHANGED, 2),
    "last removed": (remove(4), FaultKind.CUT_OFF, 4),
    "last removed, and counted so": (cut_off_with_the_version, FaultKind.HEAD, 3),
    "half removed": (remove(3, 4), FaultKind.CUT_OFF, 3),
    "all removed": (remove(1, 2, 3, 4), FaultKind.CUT_OFF, 1),
    "inserted amid": (insert_amid, FaultKind.INSERTED, 2),
    "inserted from another case": (insert_another_cases, FaultKind.INSERTED, 3),
    "inserted at the end": (insert_at_the_end, FaultKind.CHANGED, 5),
    "swapped": (swap, FaultKind.REORDERED, 2),
    "rotated": (rotate, FaultKind.REORDERED, 2),
    "head": (change_row(head=bytes(32)), FaultKind.HEAD, 4),
    "counted too few": (change_row(version=3), FaultKind.INSERTED, 4),
    "counted too many": (change_row(version=9), FaultKind.CUT_OFF, 5),
    "key dropped": (drop_key, FaultKind.KEY_GONE, None),
    "key of another": (another_cases_key, FaultKind.UNREADABLE, None),
    "pupil of another": (another_cases_pupil, FaultKind.UNREADABLE, None),
    "destruction pretended": (change_row(destroyed_at=NOW, tombstone=bytes(32)), FaultKind.FORGED_DESTRUCTION, None),
    "destruction half pretended": (change_row(destroyed_at=NOW), FaultKind.FORGED_DESTRUCTION, None),
}


@pytest.mark.usefixtures("written")
def test_what_nobody_touched_is_whole(engine: Engine, vault: Vault) -> None:
    assert found(engine, vault) == []


@pytest.mark.rule("G10")
@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_case_of_which_a_signal_was_moved_is_whole_and_goes_on(
    engine: Engine, vault: Vault, store: Store, staff: Staff, written: CaseHeader, seq: int
) -> None:
    with store.transaction() as uow:
        uow.cases.take_out(written.id, [seq])
        append(uow, written, staff.sanne, {"what": "later"}, key="V9")
    assert found(engine, vault) == []
    with store.transaction() as uow:
        left = uow.cases.contents(written.id)
    assert [entry.seq for entry in left.entries] == [one for one in range(1, 6) if one != seq]
    with engine.begin() as db:
        db.execute(update(entries).where(entries.c.case == written.id, entries.c.seq == seq).values(payload=b"\x00"))
    assert [fault.entry for fault in found(engine, vault)] == [seq]


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_with_its_case_and_entry(
    engine: Engine, vault: Vault, written: CaseHeader, name: str
) -> None:
    tamper, kind, entry = TAMPERINGS[name]
    with engine.begin() as db:
        tamper(db, written.id)
    first, *rest = found(engine, vault)
    assert first == Fault(written.code, kind, entry)
    assert [fault.code for fault in rest] in ([], [written.code])


def test_entries_whose_case_was_removed_are_found(engine: Engine, vault: Vault, written: CaseHeader) -> None:
    with engine.connect() as db:
        if db.dialect.name == "sqlite":
            db.exec_driver_sql("COMMIT")
            db.exec_driver_sql("PRAGMA foreign_keys = OFF")
            db.exec_driver_sql("BEGIN")
        remove_all_but_entries(db, written.id)
        db.commit()
    [fault] = found(engine, vault)
    assert (UUID(fault.code), fault.kind, fault.entry) == (written.id, FaultKind.CASE_REMOVED, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE entries SET payload = 'x' WHERE seq = 2", FaultKind.CHANGED),
        ("UPDATE entries SET written_at = 'x' WHERE seq = 2", FaultKind.CHANGED),
        ("UPDATE entries SET chain = 7 WHERE seq = 2", FaultKind.CHANGED),
        ("UPDATE cases SET version = 'x' WHERE version = 4", FaultKind.HEAD),
        ("UPDATE cases SET pupil = 'x' WHERE version = 4", FaultKind.UNREADABLE),
        ("UPDATE cases SET destroyed_at = 'x' WHERE version = 4", FaultKind.FORGED_DESTRUCTION),
        ("UPDATE cases SET tombstone = 'x' WHERE version = 4", FaultKind.FORGED_DESTRUCTION),
        ("UPDATE case_keys SET wrapped_key = 'x'", FaultKind.UNREADABLE),
    ],
)
def test_values_of_another_type_are_found_too(
    engine: Engine, vault: Vault, written: CaseHeader, statement: str, kind: FaultKind
) -> None:
    with engine.begin() as db:
        db.execute(text(statement))
    assert kind in {fault.kind for fault in found(engine, vault) if fault.code == written.code}


def test_a_fault_says_no_content(written: CaseHeader) -> None:
    assert (
        str(Fault(written.code, FaultKind.CHANGED, 2))
        == f"{written.code}, entry 2: changed, or put in the place of another"
    )
    assert str(Fault(written.code, FaultKind.KEY_GONE)).startswith(f"{written.code}: the case's key is gone")


def destroy(db: Connection, vault: Vault, case: CaseHeader, *, version: int | None = None) -> None:
    """What the end of a case does: its key and entries go, the row stays with the proof."""
    drop_key(db, case.id)
    remove(1, 2, 3, 4)(db, case.id)
    stone = chain.tombstone(vault, case.id, case.version if version is None else version, NOW)
    change_row(destroyed_at=NOW, tombstone=stone)(db, case.id)


def test_a_true_destruction_is_accepted(engine: Engine, vault: Vault, written: CaseHeader) -> None:
    with engine.begin() as db:
        destroy(db, vault, written)
    assert found(engine, vault) == []


@pytest.mark.parametrize(
    "changed", [{"version": 3}, {"destroyed_at": NOW + timedelta(microseconds=1)}, {"tombstone": None}]
)
def test_a_changed_destruction_is_refused(
    engine: Engine, vault: Vault, written: CaseHeader, changed: dict[str, object]
) -> None:
    with engine.begin() as db:
        destroy(db, vault, written)
        change_row(**changed)(db, written.id)
    assert Fault(written.code, FaultKind.FORGED_DESTRUCTION) in found(engine, vault)


def test_the_proof_of_one_destruction_serves_no_other_case(engine: Engine, vault: Vault, written: CaseHeader) -> None:
    with engine.begin() as db:
        [other] = db.execute(select(cases).where(cases.c.version == 1)).all()
        stone = chain.tombstone(vault, other.id, written.version, NOW)
        destroy(db, vault, written)
        change_row(tombstone=stone)(db, written.id)
    assert found(engine, vault) == [Fault(written.code, FaultKind.FORGED_DESTRUCTION)]


def test_without_the_key_no_proof_can_be_made(engine: Engine, vault: Vault, written: CaseHeader) -> None:
    with engine.begin() as db:
        destroy(db, Vault(MasterKey(bytes(32)), bytes(32)), written)
    assert found(engine, vault) == [Fault(written.code, FaultKind.FORGED_DESTRUCTION)]


@pytest.mark.parametrize("put_back", ["key", "entry"])
def test_what_is_put_back_of_a_destroyed_case_is_found(
    engine: Engine, vault: Vault, written: CaseHeader, put_back: str
) -> None:
    with engine.begin() as db:
        table = case_keys if put_back == "key" else entries
        row = db.execute(select(table).where(table.c.case == written.id)).first()
        assert row
        destroy(db, vault, written)
        db.execute(insert(table).values(dict(row._mapping)))
    assert found(engine, vault) == [Fault(written.code, FaultKind.NOT_ALL_DESTROYED)]


def test_many_cases_are_walked_in_parts(
    store: Store, staff: Staff, engine: Engine, vault: Vault, written: CaseHeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.integrity.verify.CASES_AT_ONCE", 2)
    with engine.begin() as db:
        db.execute(update(entries).values(chain=bytes(32)).where(entries.c.seq == 1))
        broken = set(db.scalars(select(cases.c.code).where(cases.c.version > 0)))
        assert db.scalar(select(func.count()).select_from(cases)) == 3
    assert [fault.entry for fault in found(engine, vault)] == [1, 1]
    assert {fault.code for fault in found(engine, vault)} == broken


def test_a_walk_holds_up_nobody_and_sees_one_moment(
    store: Store, staff: Staff, engine: Engine, vault: Vault, written: CaseHeader
) -> None:
    with snapshot(engine) as view:
        assert view.scalar(select(func.count()).select_from(entries)) == 5
        with store.transaction() as uow:
            append(uow, written, staff.sanne, {"what": "later"}, key="V9")
        assert view.scalar(select(func.count()).select_from(entries)) == 5
        assert list(faults(view, vault)) == []
    assert found(engine, vault) == []


def test_nothing_is_written_through_a_view(engine: Engine, written: CaseHeader) -> None:
    with snapshot(engine) as view, pytest.raises(Exception, match=r"(?i)read.?only"):
        change_row(version=9)(view, written.id)
