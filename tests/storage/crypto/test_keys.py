"""Several master keys at once, another one in the place of a master key while the program runs, and a key service."""

from __future__ import annotations

import base64
import logging
import os
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Answers
from meldcode.domain.plan.model import Plan
from storage.crypto.key_ring import KeyRing, KeysInFile
from storage.crypto.keys import open_vault, outdated, rotate
from storage.crypto.vault import BadKey, KeyWrapper, MasterKey, Wrapped, WrongKey, new_master_key
from storage.db.schema import case_keys, draft_keys, secrets
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, PUPIL, Staff, append

pytestmark = pytest.mark.rule("G3")


class Service(KeyWrapper):
    """A key service as a school could use one: keys never leave it, what it gives back is a ticket."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[bytes, bytes]] = {}

    @property
    def key_id(self) -> str:
        return "service/key/7"

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        ticket = os.urandom(16)
        self._kept[ticket] = (key, context)
        return Wrapped(ticket, self.key_id)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        key, bound_to = self._kept.get(wrapped, (b"", b"other"))
        if bound_to != context:
            raise WrongKey
        return key


def write(file: Path, *keys: str) -> None:
    file.write_text("\n".join(keys) + "\n", encoding="ascii")


DRAFT: Answers = {"what": "Nog niet af"}


def open_cases(store: Store, staff: Staff, count: int) -> list[CaseHeader]:
    with store.transaction() as uow:
        plan = uow.plans.current()
        return [uow.cases.open(staff.school, plan, PUPIL, staff.sanne.id, NOW) for _ in range(count)]


def keep_drafts(store: Store, staff: Staff, count: int) -> None:
    with store.transaction() as uow:
        for number in range(count):
            uow.drafts.save(f"V{number}", staff.sanne.id, DRAFT, NOW)


def can_read(store: Store, case: UUID) -> bool:
    with store.transaction() as uow:
        return uow.cases.contents(case).pupil == PUPIL


def key_ids(engine: Engine) -> set[str]:
    with engine.connect() as db:
        return {found for table in (case_keys, draft_keys, secrets) for found in db.scalars(select(table.c.key_id))}


# several keys at once


@pytest.mark.parametrize("between", ["\n", " ", ",", "\r\n", " , "])
def test_the_newest_key_wraps_and_all_unwrap(between: str) -> None:
    old, new = new_master_key(), new_master_key()
    ring = KeyRing.from_text(f" {new}{between}{old}\n")
    assert ring.key_id == MasterKey.from_text(new).key_id
    assert ring.key_ids == {ring.key_id, MasterKey.from_text(old).key_id}
    assert ring.unwrap(MasterKey.from_text(old).wrap(b"k", b"c").key, b"c") == b"k"
    assert MasterKey.from_text(new).unwrap(ring.wrap(b"k", b"c").key, b"c") == b"k"


@pytest.mark.parametrize("text", ["", "  ", "geheim", "A" * 43 + "= geheim"])
def test_a_text_with_anything_but_keys_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(BadKey) as caught:
        KeyRing.from_text(text)
    assert "geheim" not in str(caught.value)


def test_a_ring_shows_no_key() -> None:
    key = new_master_key()
    assert key.strip("=") not in repr(KeyRing.from_text(key))


def test_keys_of_which_none_fits_are_a_clear_refusal(engine: Engine, store: Store) -> None:
    ring = KeyRing([MasterKey(bytes(32)), MasterKey(bytes([1]) * 32)])
    with pytest.raises(WrongKey, match="none of these 2 master keys opens the database's keys"):
        open_vault(engine, ring)


def test_a_key_that_was_taken_out_too_early_is_a_clear_refusal(
    engine: Engine, store: Store, staff: Staff, master_key: MasterKey
) -> None:
    open_cases(store, staff, 2)
    keep_drafts(store, staff, 1)
    new = MasterKey(bytes(32))
    next(rotate(engine, KeyRing([new, master_key])))
    with pytest.raises(WrongKey, match=r"3 data key\(s\) are wrapped by another master key"):
        open_vault(engine, new)
    open_vault(engine, KeyRing([new, master_key]))


# rotation


def test_after_a_rotation_the_new_key_alone_opens_everything(
    engine: Engine, store: Store, staff: Staff, master_key: MasterKey, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.crypto.keys.KEYS_AT_ONCE", 2)
    opened, new = open_cases(store, staff, 5), MasterKey(bytes(32))
    keep_drafts(store, staff, 3)
    assert list(rotate(engine, KeyRing([new, master_key]))) == [1, 3, 5, 6, 8, 9]
    assert key_ids(engine) == {new.key_id}
    later = Store(engine, open_vault(engine, new), plan)
    assert all(can_read(later, case.id) for case in opened)
    with later.transaction() as uow:
        assert [uow.drafts.find(f"V{number}", staff.sanne.id, NOW) for number in range(3)] == [DRAFT] * 3
    with pytest.raises(WrongKey):
        open_vault(engine, master_key)


def test_a_rotation_that_was_stopped_goes_on(
    engine: Engine, store: Store, staff: Staff, master_key: MasterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.crypto.keys.KEYS_AT_ONCE", 2)
    open_cases(store, staff, 5)
    ring = KeyRing([MasterKey(bytes(32)), master_key])
    steps = rotate(engine, ring)
    assert [next(steps), next(steps)] == [1, 3]
    del steps
    with engine.connect() as db:
        assert outdated(db, ring) == 3
    open_vault(engine, ring)
    assert list(rotate(engine, ring)) == [0, 2, 3]
    assert list(rotate(engine, ring)) == [0]


def test_a_row_that_was_tampered_with_stops_the_rotation_and_stays(
    engine: Engine, store: Store, staff: Staff, case: CaseHeader, master_key: MasterKey
) -> None:
    with engine.begin() as db:
        db.execute(update(case_keys).values(wrapped_key=b"\x01" + bytes(60)))
    with pytest.raises(WrongKey):
        list(rotate(engine, KeyRing([MasterKey(bytes(32)), master_key])))
    with engine.connect() as db:
        assert db.scalar(select(case_keys.c.key_id)) == master_key.key_id


# while the program runs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file with the one key of these tests."""
    file = tmp_path / "master.key"
    write(file, base64.urlsafe_b64encode(bytes(range(32))).decode())
    return file


@pytest.fixture
def running(engine: Engine, file: Path, plan: Plan, plan_file: Path) -> Store:
    """The store of a program that was started with the file, and keeps running."""
    store = Store(engine, open_vault(engine, KeysInFile(file)), plan)
    store.register_plans([(plan, plan_file.read_text())])
    return store


def test_a_running_program_serves_before_during_and_after_a_rotation(
    engine: Engine, store: Store, running: Store, staff: Staff, file: Path
) -> None:
    old, new = file.read_text().strip(), new_master_key()
    [first] = open_cases(running, staff, 1)
    write(file, new, old)
    [second] = open_cases(running, staff, 1)
    for _ in rotate(engine, KeysInFile(file)):
        assert can_read(running, first.id) and can_read(running, second.id)
    write(file, new)
    [third] = open_cases(running, staff, 1)
    with running.transaction() as uow:
        append(uow, first, staff.sanne, {"what": "x"}, key="V1")
    assert all(can_read(running, case.id) for case in (first, second, third))
    assert key_ids(engine) == {MasterKey.from_text(new).key_id}


def test_a_program_that_only_reads_takes_the_new_key_when_it_needs_it(
    engine: Engine, store: Store, running: Store, staff: Staff, file: Path
) -> None:
    [case] = open_cases(running, staff, 1)
    write(file, new_master_key(), file.read_text().strip())
    list(rotate(engine, KeysInFile(file)))
    assert can_read(running, case.id)


def test_a_program_that_sees_the_new_key_wraps_by_it_at_once(
    engine: Engine, store: Store, running: Store, staff: Staff, file: Path
) -> None:
    new = new_master_key()
    write(file, new, file.read_text().strip())
    [case] = open_cases(running, staff, 1)
    with engine.connect() as db:
        wrapped_by = db.scalar(select(case_keys.c.key_id).where(case_keys.c.case == case.id))
    assert wrapped_by == MasterKey.from_text(new).key_id


@pytest.mark.parametrize("content", ["", "geen sleutel", "A" * 43 + "="])
def test_a_file_that_is_wrong_for_a_while_stops_nobody(
    store: Store, running: Store, staff: Staff, file: Path, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        write(file, content)
        [case] = open_cases(running, staff, 1)
    assert can_read(running, case.id)
    assert "the keys from before stay" in caplog.text
    assert not content or content not in caplog.text
    file.unlink()
    assert can_read(running, open_cases(running, staff, 1)[0].id)


# a key service


def test_a_key_service_can_take_the_place_of_the_master_key(
    engine: Engine, store: Store, staff: Staff, file: Path, plan: Plan
) -> None:
    opened, service = open_cases(store, staff, 2), Service()
    list(rotate(engine, KeyRing([service, KeysInFile(file)])))
    later = Store(engine, open_vault(engine, service), plan)
    assert all(can_read(later, case.id) for case in [*opened, *open_cases(later, staff, 1)])
    assert key_ids(engine) == {service.key_id}
    with pytest.raises(WrongKey):
        open_vault(engine, Service())
