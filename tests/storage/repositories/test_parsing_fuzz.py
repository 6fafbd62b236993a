"""Master keys and stored content: whatever they are, they are read or refused in one defined way, quoting nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.crypto import payload
from storage.crypto.key_ring import KeyRing
from storage.crypto.payload import Payload, Unreadable
from storage.crypto.vault import BadKey, MasterKey, new_master_key
from tests.fuzz import any_json, any_text, fuzzed

KEY = new_master_key()
changed_keys = st.tuples(st.integers(0, 44), any_text).map(lambda cut: KEY[: cut[0]] + cut[1] + KEY[cut[0] :])


@fuzzed
@given(any_text | changed_keys | st.binary(max_size=50).map(lambda raw: raw.decode("latin-1")))
@example("é" * 43)
@example("\x00")
@example("\ud800")
@example("=" * 44)
def test_any_text_is_a_master_key_or_is_refused_without_being_quoted(text: str) -> None:
    for read in (MasterKey.from_text, KeyRing.from_text):
        try:
            assert read(text).key_id
        except BadKey as refused:
            assert not text.strip() or len(text.strip()) < 4 or text.strip() not in str(refused)


@fuzzed
@given(st.lists(st.sampled_from([KEY, ",", "\n", " ", "\ufeff"]) | any_text, max_size=5).map("".join))
@example(f"{KEY},,{KEY}")
@example(f",{KEY}")
@example("")
def test_any_list_of_keys_is_a_ring_or_is_refused(text: str) -> None:
    try:
        assert KeyRing.from_text(text).key_ids
    except BadKey as refused:
        assert KEY not in str(refused)


READERS: list[Callable[[bytes], object]] = [
    Payload.from_bytes,
    payload.answers_from_bytes,
    payload.pupil_from_bytes,
    payload.texts_from_bytes,
]
GOOD = json.dumps(["signal", "teacher", {"what": "x", "present": ["a", "b"]}, 0, "d"]).encode()
somewhat_json = any_json("signal", "teacher", "what").map(
    lambda tree: json.dumps(tree).encode("utf-8", "surrogatepass")
)
like_a_payload = st.lists(any_json("signal", "teacher"), min_size=5, max_size=5).map(lambda t: json.dumps(t).encode())


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__qualname__)
@fuzzed
@given(content=st.binary(max_size=40) | somewhat_json | like_a_payload)
@example(content=b"[" * 100_000)
@example(content=b"\xff")
@example(content=b"9" * 5000)
@example(content=b"NaN")
@example(content=GOOD[:-3])
def test_any_content_is_read_or_is_unreadable_and_nothing_else(read: Callable[[bytes], object], content: bytes) -> None:
    try:
        found = read(content)
    except Unreadable as error:
        assert not error.args, "what stands there is personal"
        assert error.__cause__ is None
    else:
        assert found is not None


def test_what_is_good_is_read() -> None:
    found = Payload.from_bytes(GOOD)
    assert (found.record, found.answers["present"], found.refers_to) == ("signal", ("a", "b"), 0)
