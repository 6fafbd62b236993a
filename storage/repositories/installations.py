"""The encrypted token of each workspace, and the OAuth states of installations that were begun.

A new state is not stored, because anybody can ask for one: its proof shows that it was issued here, and when. A used
state is stored among the processed requests.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, delete, insert, select
from typing_extensions import override

from meldcode.application.ports.installations import Installation, Installations
from meldcode.application.ports.processed_requests import ProcessedRequests
from storage.crypto.payload import texts_from_bytes, texts_to_bytes
from storage.crypto.vault import Vault
from storage.db.schema import installations
from storage.session import Session

STATE_LIFE = timedelta(minutes=10)


class StoredInstallations(Installations):
    """Installations in the database, within one transaction."""

    def __init__(self, session: Session, processed: ProcessedRequests) -> None:
        self._vault = session.vault
        self._connection = session.connection
        self._processed = processed

    @override
    def save(self, installation: Installation) -> None:
        self._connection.execute(delete(installations).where(installations.c.workspace == installation.workspace))
        texts = (installation.name, installation.bot, installation.bot_user, installation.token)
        place = {"table": "installations", "column": "content", "row": installation.workspace}
        sealed = self._vault.installations.seal(texts_to_bytes(texts), **place)
        row = {"workspace": installation.workspace, "content": sealed, "at": installation.at}
        self._connection.execute(insert(installations).values(row))

    @override
    def all(self) -> list[Installation]:
        """Raises Tampered."""
        rows = self._connection.execute(select(installations).order_by(installations.c.workspace))
        return [_opened(self._vault, row) for row in rows]

    @override
    def remove(self, workspace: str, until: datetime) -> None:
        this = (installations.c.workspace == workspace, installations.c.at <= until)
        self._connection.execute(delete(installations).where(*this))

    @override
    def new_state(self, now: datetime) -> str:
        content = f"{int(now.timestamp())}-{secrets.token_hex(16)}"
        return f"{content}-{self._vault.state_proof(content)}"

    @override
    def use_state(self, state: str, now: datetime) -> bool:
        content, _, proof = state.rpartition("-")
        if not hmac.compare_digest(proof.encode(), self._vault.state_proof(content).encode()):
            return False
        begun = datetime.fromtimestamp(int(content.partition("-")[0]), UTC)
        return now - begun < STATE_LIFE and self._processed.claim(f"install/{content}", now)


def _opened(vault: Vault, row: Row[tuple[str, bytes, datetime]]) -> Installation:
    place = {"table": "installations", "column": "content", "row": row.workspace}
    name, bot, bot_user, token = texts_from_bytes(vault.installations.open(row.content, **place))
    return Installation(row.workspace, name, bot, bot_user, token, row.at)
