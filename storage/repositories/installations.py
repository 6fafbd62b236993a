"""Where the program is installed: the token of each workspace, encrypted, and the states of installs that were begun.

A state is not stored when it is given out, since anybody may ask for one: it proves by itself that it was made here and
when. That it was used is kept, like every request that was taken in hand.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, delete, insert, select

from meldcode.application.ports.unit_of_work import Installation, Installations, ProcessedRequests
from storage.crypto.payload import texts_from_bytes, texts_to_bytes
from storage.crypto.vault import Vault
from storage.db.schema import installations
from storage.session import Session

STATE_LIFE = timedelta(minutes=10)


class StoredInstallations(Installations):
    """The installations in the database, seen by one transaction."""

    def __init__(self, session: Session, handled: ProcessedRequests) -> None:
        self._vault = session.vault
        self._connection = session.connection
        self._handled = handled

    def keep(self, installation: Installation) -> None:
        """Keep the installation, in place of an earlier one in the same workspace."""
        self._connection.execute(delete(installations).where(installations.c.workspace == installation.workspace))
        texts = (installation.name, installation.bot, installation.bot_user, installation.token)
        place = {"table": "installations", "column": "content", "row": installation.workspace}
        sealed = self._vault.installations.seal(texts_to_bytes(texts), **place)
        row = {"workspace": installation.workspace, "content": sealed, "at": installation.at}
        self._connection.execute(insert(installations).values(row))

    def all(self) -> list[Installation]:
        """Return every installation, by workspace. Raises Tampered."""
        rows = self._connection.execute(select(installations).order_by(installations.c.workspace))
        return [_opened(self._vault, row) for row in rows]

    def remove(self, workspace: str, until: datetime) -> None:
        """Forget the installation of this workspace, unless it was made after this moment."""
        this = (installations.c.workspace == workspace, installations.c.at <= until)
        self._connection.execute(delete(installations).where(*this))

    def new_state(self, now: datetime) -> str:
        """Return what shows later that an installation was begun here."""
        content = f"{int(now.timestamp())}-{secrets.token_hex(16)}"
        return f"{content}-{self._vault.state_proof(content)}"

    def take_state(self, state: str, now: datetime) -> bool:
        """Tell whether an installation was begun with this state, not long ago; each serves once (promise 9)."""
        content, _, proof = state.rpartition("-")
        if not hmac.compare_digest(proof.encode(), self._vault.state_proof(content).encode()):
            return False
        begun = datetime.fromtimestamp(int(content.partition("-")[0]), UTC)
        return now - begun < STATE_LIFE and self._handled.take(f"install/{content}", now)


def _opened(vault: Vault, row: Row[tuple[str, bytes, datetime]]) -> Installation:
    place = {"table": "installations", "column": "content", "row": row.workspace}
    name, bot, bot_user, token = texts_from_bytes(vault.installations.open(row.content, **place))
    return Installation(row.workspace, name, bot, bot_user, token, row.at)
