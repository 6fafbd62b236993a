"""The keyed hash chain over the entries of a case (promise 7). The case's row holds its head."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from meldcode.domain.ids import CaseId, PersonId
from storage.crypto.vault import Vault

START = bytes(32)
TAKEN_OUT = b"\x00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def link(
    vault: Vault, previous: bytes, case: CaseId, seq: int, author: PersonId, written_at: datetime, payload: bytes
) -> bytes:
    """The entry's link. All parts but the last have a fixed length, so two entries never hash the same content."""
    return vault.link(previous + case.bytes + author.bytes + seq.to_bytes(8) + _moment(written_at) + payload)


def tombstone(vault: Vault, case: CaseId, version: int, destroyed_at: datetime) -> bytes:
    """Proof that this program destroyed the case, when, and after how many entries (promises 7 and 8).

    Somebody who deletes a case by hand cannot make one.
    """
    return vault.tombstone(case.bytes + version.to_bytes(8) + _moment(destroyed_at))


def taken_out(vault: Vault, case: CaseId, seq: int, link: bytes) -> bytes:
    """What stands in the place of an entry that was moved to another case: proof that this program took it out.

    It is bound to the entry's link, which later links build on. No encrypted payload begins with its first byte.
    """
    return TAKEN_OUT + vault.tombstone(case.bytes + seq.to_bytes(8) + link)


def _moment(moment: datetime) -> bytes:
    return ((moment - _EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True)
