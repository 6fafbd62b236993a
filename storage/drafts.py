"""What was typed but not yet saved."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select

from meldcode.case import Answers, PersonId
from meldcode.ports import Drafts
from storage.payload import answers_from_bytes, answers_to_bytes
from storage.schema import drafts
from storage.session import Session

KEPT_FOR = timedelta(days=1)


class StoredDrafts(Drafts):
    """The drafts in the database, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection

    def keep(self, key: str, author: PersonId, answers: Answers, now: datetime) -> None:
        """Keep the answers under the key, in place of an earlier draft; drafts that are too old go."""
        index = self._vault.submission_index(key)
        earlier = (drafts.c.key == index) & (drafts.c.author == author)
        self._connection.execute(delete(drafts).where(or_(earlier, drafts.c.expires_at <= now)))
        row = {
            "key": index,
            "author": author,
            "answers": self._vault.drafts.seal(answers_to_bytes(answers), **_place(index, author)),
            "expires_at": now + KEPT_FOR,
        }
        self._connection.execute(insert(drafts).values(row))

    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        """Return the author's own draft, unless it is too old."""
        index = self._vault.submission_index(key)
        own = (drafts.c.key == index, drafts.c.author == author, drafts.c.expires_at > now)
        sealed = self._connection.scalar(select(drafts.c.answers).where(*own))
        return answers_from_bytes(self._vault.drafts.open(sealed, **_place(index, author))) if sealed else None

    def drop(self, key: str) -> None:
        """Forget the draft."""
        self._connection.execute(delete(drafts).where(drafts.c.key == self._vault.submission_index(key)))

    def drop_expired(self, now: datetime) -> None:
        """Forget the drafts that are too old."""
        self._connection.execute(delete(drafts).where(drafts.c.expires_at <= now))


def _place(index: bytes, author: PersonId) -> dict[str, str]:
    return {"table": "drafts", "column": "answers", "row": f"{index.hex()}/{author}"}
