"""The keyed hash chain over a case's entries (promise 7); its head stands in the case's own row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from meldcode.case import CaseId, PersonId
from storage.vault import Vault

START = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def link(
    vault: Vault, previous: bytes, case: CaseId, seq: int, author: PersonId, written_at: datetime, payload: bytes
) -> bytes:
    """Return the entry's link. All parts but the last have a fixed length, so that no two entries read alike."""
    moment = (written_at - _EPOCH) // timedelta(microseconds=1)
    numbers = seq.to_bytes(8) + moment.to_bytes(8, signed=True)
    return vault.link(previous + case.bytes + author.bytes + numbers + payload)
