"""The keyed hash chain over a case's entries (promise 7); its head stands in the case's own row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from meldcode.domain.ids import CaseId, PersonId
from storage.crypto.vault import Vault

START = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def link(
    vault: Vault, previous: bytes, case: CaseId, seq: int, author: PersonId, written_at: datetime, payload: bytes
) -> bytes:
    """Return the entry's link. All parts but the last have a fixed length, so that no two entries read alike."""
    return vault.link(previous + case.bytes + author.bytes + seq.to_bytes(8) + _moment(written_at) + payload)


def tombstone(vault: Vault, case: CaseId, version: int, destroyed_at: datetime) -> bytes:
    """Return what stays of a destroyed case's chain: it shows that we destroyed it, when, and after how many entries.

    Whoever deletes a case by hand cannot make one (promises 7 and 8).
    """
    return vault.tombstone(case.bytes + version.to_bytes(8) + _moment(destroyed_at))


def _moment(moment: datetime) -> bytes:
    return ((moment - _EPOCH) // timedelta(microseconds=1)).to_bytes(8, signed=True)
