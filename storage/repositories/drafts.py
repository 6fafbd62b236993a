"""Drafts, each encrypted with a key of its own that is deleted with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, insert, select, tuple_
from typing_extensions import override

from meldcode.application.ports.drafts import Draft, DraftForm, Drafts
from meldcode.domain.case.state import Answers
from meldcode.domain.ids import CaseId, PersonId
from storage.crypto.payload import answers_from_bytes, answers_to_bytes, draft_form_from_bytes, draft_form_to_bytes
from storage.db.schema import draft_keys, drafts
from storage.session import Session

KEPT_FOR = timedelta(days=1)
FEW = 10
"""Expired drafts that are deleted while somebody waits for theirs to be kept. The others are deleted each hour."""
_IDS = (drafts.c.key, drafts.c.author)
_WITH_KEY = select(drafts, draft_keys.c.wrapped_key).join_from(
    drafts, draft_keys, and_(draft_keys.c.key == drafts.c.key, draft_keys.c.author == drafts.c.author)
)
_OPEN = (drafts.c.expires_at > bindparam("now"), drafts.c.author == bindparam("of"))
_ONE = _WITH_KEY.where(drafts.c.key == bindparam("index"), *_OPEN)
_OF = _WITH_KEY.where(*_OPEN, drafts.c.form.is_not(None)).order_by(drafts.c.expires_at.desc())
_AUTHORS = select(drafts.c.author).where(drafts.c.expires_at > bindparam("now"), drafts.c.form.is_not(None))
_DELETE = delete(drafts).where(drafts.c.key == bindparam("key"), drafts.c.author == bindparam("author"))


class StoredDrafts(Drafts):
    """Drafts in the database, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._vault = session.vault
        self._connection = session.connection
        self._without_draft = session.without_draft

    @override
    def save(
        self,
        key: str,
        author: PersonId,
        answers: Answers,
        now: datetime,
        case: CaseId | None = None,
        form: DraftForm | None = None,
    ) -> None:
        """Also deletes a few expired drafts. One that is replaced expires when the first one would have."""
        earlier = self._row(key, author, now)
        if earlier and (earlier.case, self._answers(earlier), self._form(earlier)) == (case, answers, form):
            return
        index = self._vault.submission_index(key)
        own = (drafts.c.key == index) & (drafts.c.author == author)
        self._connection.execute(delete(drafts).where(own))
        self.delete_expired(now, FEW)
        self._without_draft.discard(index)
        draft_key, wrapped = self._vault.new_draft_key(index, author)
        sealed = {
            "answers": draft_key.seal(answers_to_bytes(answers), **_place("answers", index, author)),
            "form": form and draft_key.seal(draft_form_to_bytes(key, form), **_place("form", index, author)),
        }
        which = {"key": index, "author": author}
        until = earlier.expires_at if earlier else now + KEPT_FOR
        self._connection.execute(insert(drafts).values({**which, **sealed, "case": case, "expires_at": until}))
        kept = {**which, "wrapped_key": wrapped.key, "key_id": wrapped.key_id}
        self._connection.execute(insert(draft_keys).values(kept))

    @override
    def find(self, key: str, author: PersonId, now: datetime) -> Answers | None:
        row = self._row(key, author, now)
        return self._answers(row) if row else None

    @override
    def of(self, author: PersonId, now: datetime) -> Sequence[Draft]:
        return [self._draft(row) for row in self._connection.execute(_OF, {"of": author, "now": now})]

    @override
    def authors(self, now: datetime) -> Collection[PersonId]:
        return set(self._connection.scalars(_AUTHORS, {"now": now}))

    def _row(self, key: str, author: PersonId, now: datetime) -> Row[Any] | None:
        index = self._vault.submission_index(key)
        own = {"index": index, "of": author, "now": now}
        return self._connection.execute(_ONE, own).one_or_none()

    def _draft(self, row: Row[Any]) -> Draft:
        key, form = draft_form_from_bytes(self._opened(row, "form"))
        return Draft(key, form, self._answers(row), row.expires_at)

    def _answers(self, row: Row[Any]) -> Answers:
        return answers_from_bytes(self._opened(row, "answers"))

    def _form(self, row: Row[Any]) -> DraftForm | None:
        return draft_form_from_bytes(self._opened(row, "form"))[1] if row.form else None

    def _opened(self, row: Row[Any], column: str) -> bytes:
        own = self._vault.draft_key(row.key, row.author, row.wrapped_key)
        return own.open(getattr(row, column), **_place(column, row.key, row.author))

    @override
    def delete(self, key: str, author: PersonId) -> None:
        index = self._vault.submission_index(key)
        if index not in self._without_draft:
            self._connection.execute(_DELETE, {"key": index, "author": author})

    @override
    def delete_expired(self, now: datetime, most: int) -> int:
        expired = select(*_IDS).where(drafts.c.expires_at <= now).limit(most)
        return self._connection.execute(delete(drafts).where(tuple_(*_IDS).in_(expired))).rowcount


def _place(column: str, index: bytes, author: PersonId) -> dict[str, str]:
    return {"table": "drafts", "column": column, "row": f"{index.hex()}/{author}"}
