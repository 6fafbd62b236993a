"""What was typed but not yet saved: each draft under a key of its own, which goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, insert, or_, select

from meldcode.application.ports.unit_of_work import Drafts
from meldcode.domain.case.state import Answers
from meldcode.domain.ids import CaseId, PersonId
from storage.crypto.payload import answers_from_bytes, answers_to_bytes
from storage.db.schema import draft_keys, drafts
from storage.session import Session

KEPT_FOR = timedelta(days=1)
_WITH_KEY = select(drafts.c.answers, draft_keys.c.wrapped_key).join_from(
    drafts, draft_keys, and_(draft_keys.c.key == drafts.c.key, draft_keys.c.author == drafts.c.author)
)


class StoredDrafts(Drafts):
    """The drafts in the database, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection

    def keep(self, key: str, author: PersonId, answers: Answers, now: datetime, case: CaseId | None = None) -> None:
        """Keep the answers under the key, in place of an earlier draft; drafts that are too old go."""
        index = self._vault.submission_index(key)
        earlier = (drafts.c.key == index) & (drafts.c.author == author)
        self._connection.execute(delete(drafts).where(or_(earlier, drafts.c.expires_at <= now)))
        own, wrapped = self._vault.new_draft_key(index, author)
        sealed = own.seal(answers_to_bytes(answers), **_place(index, author))
        which = {"key": index, "author": author}
        row = {**which, "case": case, "answers": sealed, "expires_at": now + KEPT_FOR}
        self._connection.execute(insert(drafts).values(row))
        kept = {**which, "wrapped_key": wrapped.key, "key_id": wrapped.key_id}
        self._connection.execute(insert(draft_keys).values(kept))

    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        """Return the author's own draft, unless it is too old."""
        index = self._vault.submission_index(key)
        own = (drafts.c.key == index, drafts.c.author == author, drafts.c.expires_at > now)
        row = self._connection.execute(_WITH_KEY.where(*own)).one_or_none()
        if row is None:
            return None
        opened = self._vault.draft_key(index, author, row.wrapped_key).open(row.answers, **_place(index, author))
        return answers_from_bytes(opened)

    def drop(self, key: str) -> None:
        """Forget the draft."""
        self._connection.execute(delete(drafts).where(drafts.c.key == self._vault.submission_index(key)))

    def drop_expired(self, now: datetime) -> None:
        """Forget the drafts that are too old."""
        self._connection.execute(delete(drafts).where(drafts.c.expires_at <= now))


def _place(index: bytes, author: PersonId) -> dict[str, str]:
    return {"table": "drafts", "column": "answers", "row": f"{index.hex()}/{author}"}
