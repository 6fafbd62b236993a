"""Drafts, each encrypted with a key of its own that is deleted with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, insert, or_, select
from typing_extensions import override

from meldcode.application.ports.drafts import Drafts
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
    """Drafts in the database, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection

    @override
    def save(self, key: str, author: PersonId, answers: Answers, now: datetime, case: CaseId | None = None) -> None:
        """Also deletes all expired drafts."""
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

    @override
    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        index = self._vault.submission_index(key)
        own = (drafts.c.key == index, drafts.c.author == author, drafts.c.expires_at > now)
        row = self._connection.execute(_WITH_KEY.where(*own)).one_or_none()
        if row is None:
            return None
        opened = self._vault.draft_key(index, author, row.wrapped_key).open(row.answers, **_place(index, author))
        return answers_from_bytes(opened)

    @override
    def delete(self, key: str) -> None:
        self._connection.execute(delete(drafts).where(drafts.c.key == self._vault.submission_index(key)))

    @override
    def delete_expired(self, now: datetime) -> None:
        self._connection.execute(delete(drafts).where(drafts.c.expires_at <= now))


def _place(index: bytes, author: PersonId) -> dict[str, str]:
    return {"table": "drafts", "column": "answers", "row": f"{index.hex()}/{author}"}
