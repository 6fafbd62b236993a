"""What the parts of one transaction share: the connection, the vault, and the case keys opened so far."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from meldcode.case import CaseId
from storage.schema import case_keys
from storage.vault import DataKey, Vault, Wrapped


class Session:
    """One transaction's view of the database, at one moment. Opened case keys are forgotten with it."""

    def __init__(self, connection: Connection, vault: Vault, now: datetime) -> None:
        self.connection = connection
        self.vault = vault
        self.now = now
        self._case_keys: dict[CaseId, DataKey] = {}

    def new_case_key(self, case: CaseId) -> tuple[DataKey, Wrapped]:
        """Make the data key of a new case; `keep_case_key` stores it once the case's row is there."""
        key, wrapped = self.vault.new_case_key(case)
        self._case_keys[case] = key
        return key, wrapped

    def keep_case_key(self, case: CaseId, wrapped: Wrapped) -> None:
        """Store the wrapped key, apart from the case."""
        row = {"case": case, "wrapped_key": wrapped.key, "key_id": wrapped.key_id}
        self.connection.execute(insert(case_keys).values(row))

    def case_key(self, case: CaseId) -> DataKey:
        """Return the case's data key. Raises KeyError when it has none (any more)."""
        if case not in self._case_keys:
            wrapped = self.connection.scalar(select(case_keys.c.wrapped_key).where(case_keys.c.case == case))
            if wrapped is None:
                raise KeyError(case)
            self._case_keys[case] = self.vault.case_key(case, wrapped)
        return self._case_keys[case]
