from __future__ import annotations

import base64
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from meldcode.domain.case.state import Pupil
from storage.crypto.keys import open_vault
from storage.crypto.vault import BadKey, DataKey, MasterKey, Tampered, Vault, WrongKey, new_master_key
from storage.db.schema import secrets

pytestmark = pytest.mark.rule("G3")
KEY = bytes(range(32))
PLACE = {"table": "entries", "column": "payload", "row": "1"}


@pytest.mark.parametrize("length", [0, 1, 62, 63, 64, 127, 3000])
def test_what_is_sealed_opens_at_its_place(length: int) -> None:
    plaintext = b"x" * (length - 1) + b"\0" if length else b""
    key = DataKey(KEY)
    assert key.open(key.seal(plaintext, **PLACE), **PLACE) == plaintext


@pytest.mark.parametrize("moved", [{"table": "cases"}, {"column": "pupil"}, {"row": "2"}])
def test_what_was_moved_does_not_open(moved: dict[str, str]) -> None:
    key = DataKey(KEY)
    with pytest.raises(Tampered):
        key.open(key.seal(b"x", **PLACE), **{**PLACE, **moved})


@pytest.mark.parametrize("at", [0, 1, 12, 13, -1])
def test_what_was_changed_does_not_open(at: int) -> None:
    sealed = bytearray(DataKey(KEY).seal(b"x", **PLACE))
    sealed[at] ^= 1
    with pytest.raises(Tampered):
        DataKey(KEY).open(bytes(sealed), **PLACE)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 13])
def test_what_is_too_short_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Tampered):
        DataKey(KEY).open(sealed, **PLACE)


def test_the_same_text_never_looks_the_same_and_its_length_is_blurred() -> None:
    key = DataKey(KEY)
    sealed = [key.seal(b"x" * length, **PLACE) for length in (1, 1, 30, 63)]
    assert len(set(sealed)) == 4
    assert len({len(one) for one in sealed}) == 1


def test_no_key_is_shown() -> None:
    master, data = MasterKey(KEY), DataKey(KEY)
    shown = f"{master!r} {data!r} {Vault(master, KEY)!r} {master.key_id}"
    assert not any(form in shown for form in (repr(KEY), KEY.hex(), base64.urlsafe_b64encode(KEY).decode()))


def test_a_new_master_key_can_be_read() -> None:
    text = new_master_key()
    assert MasterKey.from_text(f" {text}\n").key_id == MasterKey.from_text(text.rstrip("=")).key_id
    assert MasterKey.from_text(new_master_key()).key_id != MasterKey.from_text(text).key_id


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "32 bytes"),
        (base64.urlsafe_b64encode(KEY[:31]).decode(), "32 bytes"),
        (base64.urlsafe_b64encode(KEY + b"x").decode(), "32 bytes"),
        ("geheim, dit is geen sleutel", "not base64url"),
        ("x", "not base64url"),
    ],
)
def test_a_text_that_is_no_key_is_refused_without_quoting_it(text: str, reason: str) -> None:
    with pytest.raises(BadKey, match=reason) as caught:
        MasterKey.from_text(text)
    assert "geheim" not in str(caught.value)


def test_a_wrong_master_key_is_refused_at_start(engine: Engine, vault: Vault) -> None:
    with pytest.raises(WrongKey):
        open_vault(engine, MasterKey(bytes(32)))


def test_the_right_master_key_gives_the_same_indexes_again(engine: Engine, vault: Vault, master_key: MasterKey) -> None:
    assert open_vault(engine, master_key).submission_index("V1") == vault.submission_index("V1")
    with engine.connect() as connection:
        assert len(connection.execute(select(secrets)).all()) == 1


def test_a_case_key_opens_only_for_its_case() -> None:
    vault, case = Vault(MasterKey(KEY), KEY), uuid4()
    key, wrapped = vault.new_case_key(case)
    sealed = key.seal(b"x", **PLACE)
    assert vault.case_key(case, wrapped.key).open(sealed, **PLACE) == b"x"
    with pytest.raises(WrongKey):
        vault.case_key(uuid4(), wrapped.key)


def test_the_name_index_keeps_schools_pupils_and_installations_apart() -> None:
    vault, school = Vault(MasterKey(KEY), KEY), uuid4()
    keys = vault.name_keys(school, Pupil("Noor", "Jansen", "5"))
    assert keys == vault.name_keys(school, Pupil("NOOR", "jansen", "6"))
    others = [
        vault.name_keys(uuid4(), Pupil("Noor", "Jansen", "5")),
        vault.name_keys(school, Pupil("Sem", "Bakker", "5")),
        Vault(MasterKey(KEY), bytes(32)).name_keys(school, Pupil("Noor", "Jansen", "5")),
    ]
    assert set(keys).isdisjoint(key for other in others for key in other)


def test_every_name_has_as_many_keys_as_any_other_so_that_their_number_says_nothing() -> None:
    vault, school = Vault(MasterKey(KEY), KEY), uuid4()
    for first, last in (("Bo", "Li"), ("Alexander-Johannes", "van der Meer-Mohr"), ("Noor", "Jansen")):
        assert len(set(vault.name_keys(school, Pupil(first, last, "5")))) == 5
    assert vault.name_keys(school, Pupil("Onbekend", "Onbekend", "5")) == []
