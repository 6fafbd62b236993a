"""What the repositories of one transaction share: the connection, the vault, and the case keys opened so far."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select

from meldcode.domain.case.state import Pupil
from meldcode.domain.ids import CaseId, SchoolId
from storage.crypto.vault import DataKey, Vault, Wrapped
from storage.db.schema import cache_epoch, case_keys

STAFF = "staff"
CURRENT_EPOCH = select(cache_epoch.c.value).where(cache_epoch.c.name == STAFF)
_INSERT_KEY = insert(case_keys)
_WRAPPED_KEY = select(case_keys.c.wrapped_key).where(case_keys.c.case == bindparam("id"))


class Epoch:
    """The staff's cache epoch, as seen by transactions that share a commit: read once, unless one of them replaced it.

    A transaction that replaced it may still be rolled back by itself, so the next one reads it again.
    """

    def __init__(self, value: UUID | None = None, *, is_known: bool = False) -> None:
        self._value = value
        self._is_known = is_known

    def current(self, connection: Connection) -> UUID | None:
        """Return the epoch."""
        if not self._is_known:
            self._value, self._is_known = connection.scalar(CURRENT_EPOCH), True
        return self._value

    def forget(self) -> None:
        """Read it again next time."""
        self._is_known = False


class Session:
    """One transaction at one moment. Opened case keys do not outlive it."""

    def __init__(self, connection: Connection, vault: Vault, now: datetime, epoch: Epoch | None = None) -> None:
        self.epoch = epoch or Epoch()
        self.connection = connection
        self.vault = vault
        self.now = now
        self._case_keys: dict[CaseId, DataKey] = {}
        self._wrapped_keys: dict[CaseId, bytes] = {}
        self._name_keys: dict[tuple[SchoolId, Pupil], list[bytes]] = {}
        self.without_draft: set[bytes] = set()
        """Submissions of which it was read that no draft is kept."""

    def new_case_key(self, case: CaseId) -> tuple[DataKey, Wrapped]:
        """Create the data key of a new case. `store_case_key` stores it, once the case has a row."""
        key, wrapped = self.vault.new_case_key(case)
        self._case_keys[case] = key
        return key, wrapped

    def store_case_key(self, case: CaseId, wrapped: Wrapped) -> None:
        """Store the wrapped key in its own table."""
        self.connection.execute(_INSERT_KEY, {"case": case, "wrapped_key": wrapped.key, "key_id": wrapped.key_id})

    def remember_wrapped_key(self, case: CaseId, wrapped: bytes) -> None:
        """Remember the wrapped key that was read along with the case; `case_key` unwraps it when needed."""
        self._wrapped_keys[case] = wrapped

    def name_keys(self, school: SchoolId, pupil: Pupil) -> list[bytes]:
        """The keys of this name, which a first signal needs twice: to look for a case, and to store its own."""
        if (school, pupil) not in self._name_keys:
            self._name_keys[school, pupil] = self.vault.name_keys(school, pupil)
        return self._name_keys[school, pupil]

    def case_key(self, case: CaseId) -> DataKey:
        """The case's data key. Raises KeyError when it was destroyed."""
        if case not in self._case_keys:
            wrapped = self._wrapped_keys.get(case) or self.connection.scalar(_WRAPPED_KEY, {"id": case})
            if wrapped is None:
                raise KeyError(case)
            self._case_keys[case] = self.vault.case_key(case, wrapped)
        return self._case_keys[case]
