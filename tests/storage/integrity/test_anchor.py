"""An older copy put back shows against an anchor outside the database (promise 7)."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from meldcode.domain.case.header import CaseHeader
from storage.crypto.vault import MasterKey, Vault
from storage.db.schema import case_keys, case_teachers, cases, entries, name_keys
from storage.db.snapshot import snapshot
from storage.integrity.anchor import BadAnchor, anchor_faults, update_anchor
from storage.integrity.verify import Fault, FaultKind, faults
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, PUPIL, Staff, append
from tests.storage.integrity.test_verify import destroy

pytestmark = pytest.mark.rule("S1.2")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def written(store: Store, staff: Staff, case: CaseHeader) -> CaseHeader:
    """The case with four entries, and one without any."""
    with store.transaction() as uow:
        for i in range(4):
            case = append(uow, case, staff.sanne, {"what": str(i)}, key=f"V{i}")
        uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.karin.id, NOW)
    return case


@pytest.fixture
def anchor(engine: Engine, vault: Vault, written: CaseHeader, tmp_path: Path) -> Path:
    file = tmp_path / "anchor"
    assert update_anchor(engine, vault, file, NOW) == []
    return file


def rewind(engine: Engine, case: CaseHeader, version: int) -> None:
    """Put the case back as it was; the database alone does not show it."""
    with engine.begin() as db:
        head = db.scalar(select(entries.c.chain).where(entries.c.case == case.id, entries.c.seq == version))
        db.execute(delete(entries).where(entries.c.case == case.id, entries.c.seq > version))
        db.execute(update(cases).where(cases.c.id == case.id).values(version=version, head=head or bytes(32)))


def found(engine: Engine, vault: Vault, anchor: Path) -> tuple[list[Fault], list[Fault]]:
    """What the database alone shows, and what the anchor shows."""
    with snapshot(engine) as view:
        return list(faults(view, vault)), list(anchor_faults(view, vault, anchor))


def test_the_anchor_is_for_its_owner_alone(anchor: Path) -> None:
    assert stat.S_IMODE(anchor.stat().st_mode) == 0o600
    assert [path.name for path in anchor.parent.iterdir() if path.name.startswith("anchor")] == ["anchor"]


def test_a_database_that_went_on_is_in_order(
    engine: Engine, vault: Vault, store: Store, staff: Staff, written: CaseHeader, anchor: Path
) -> None:
    assert found(engine, vault, anchor) == ([], [])
    with store.transaction() as uow:
        append(uow, written, staff.sanne, {"what": "x"}, key="V9")
        uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.karin.id, NOW)
    assert found(engine, vault, anchor) == ([], [])
    before = anchor.read_text()
    assert update_anchor(engine, vault, anchor, LATER) == []
    assert anchor.read_text() != before
    assert found(engine, vault, anchor) == ([], [])


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_case_that_was_put_back_shows(
    engine: Engine, vault: Vault, written: CaseHeader, anchor: Path, version: int
) -> None:
    rewind(engine, written, version)
    assert found(engine, vault, anchor) == ([], [Fault(written.code, FaultKind.CUT_OFF, version + 1)])


@pytest.mark.parametrize("more", [1, 3])
def test_a_case_that_was_put_back_and_written_on_shows(
    engine: Engine, vault: Vault, store: Store, staff: Staff, written: CaseHeader, anchor: Path, more: int
) -> None:
    rewind(engine, written, 3)
    with store.transaction() as uow:
        case = uow.cases.get(written.id)
        for i in range(more):
            case = append(uow, case, staff.sanne, {"what": "anders"}, key=f"X{i}")
    assert found(engine, vault, anchor) == ([], [Fault(written.code, FaultKind.CHANGED, 4)])


def test_a_case_that_was_removed_as_a_whole_shows(
    engine: Engine, vault: Vault, written: CaseHeader, anchor: Path
) -> None:
    with engine.begin() as db:
        for table in (entries, case_keys, case_teachers, name_keys):
            db.execute(delete(table).where(table.c.case == written.id))
        db.execute(delete(cases).where(cases.c.id == written.id))
    assert found(engine, vault, anchor) == ([], [Fault(written.code, FaultKind.CASE_REMOVED)])


def test_a_true_destruction_is_no_fault_and_its_undoing_is(
    engine: Engine, vault: Vault, written: CaseHeader, anchor: Path
) -> None:
    with engine.begin() as db:
        row = db.execute(select(cases).where(cases.c.id == written.id)).one()
        key = db.execute(select(case_keys).where(case_keys.c.case == written.id)).one()
        logbook = db.execute(select(entries).where(entries.c.case == written.id)).all()
        destroy(db, vault, written)
    assert found(engine, vault, anchor) == ([], [])
    assert update_anchor(engine, vault, anchor, LATER) == []
    with engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == written.id).values(dict(row._mapping)))
        db.execute(insert(case_keys).values(dict(key._mapping)))
        db.execute(insert(entries), [dict(entry._mapping) for entry in logbook])
    assert found(engine, vault, anchor) == ([], [Fault(written.code, FaultKind.PUT_BACK)])


def test_an_anchor_is_not_written_over_what_was_lost(
    engine: Engine, vault: Vault, written: CaseHeader, anchor: Path
) -> None:
    rewind(engine, written, 2)
    before = anchor.read_text()
    assert update_anchor(engine, vault, anchor, LATER) == [Fault(written.code, FaultKind.CUT_OFF, 3)]
    assert anchor.read_text() == before
    anchor.unlink()
    assert update_anchor(engine, vault, anchor, LATER) == []


def test_a_changed_or_foreign_anchor_is_refused(engine: Engine, vault: Vault, anchor: Path) -> None:
    whole = anchor.read_text()
    foreign = Vault(MasterKey(bytes(32)), bytes(32))
    with pytest.raises(BadAnchor, match="another installation"):
        found(engine, foreign, anchor)
    for changed in (whole.replace(" 4 ", " 3 "), whole.split("proof ")[0], "", "proof \n", whole[:-9]):
        anchor.write_text(changed)
        with pytest.raises(BadAnchor, match="was changed"):
            update_anchor(engine, vault, anchor, LATER)
        assert anchor.read_text() == changed
    anchor.write_bytes(b"\xff")
    with pytest.raises(BadAnchor, match="cannot be read"):
        found(engine, vault, anchor)
