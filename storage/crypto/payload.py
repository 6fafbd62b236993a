"""Converts what is encrypted to bytes and back: pupils, entries, answers, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from meldcode.application.ports.drafts import DraftForm
from meldcode.domain.alarm import AlarmId
from meldcode.domain.case.state import Answer, Answers, Entry, Pupil
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role

NOT_AS_STORED = (ValueError, TypeError, AttributeError, RecursionError)


class Unreadable(ValueError):
    """The decrypted content has another form than was stored. The message does not quote it (promise 4)."""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except NOT_AS_STORED:
        raise Unreadable from None


@dataclass(frozen=True)
class Payload:
    """The encrypted part of an entry. `digest` is a digest of what was typed."""

    record: str
    role: Role
    answers: Answers
    refers_to: int
    digest: str

    @classmethod
    def of(cls, entry: Entry, digest: str) -> Payload:
        """The encrypted part of this entry."""
        return cls(entry.record, entry.role, entry.answers, entry.refers_to, digest)

    def to_bytes(self) -> bytes:
        """The bytes to encrypt."""
        return _dumped([self.record, self.role, dict(self.answers), self.refers_to, self.digest])

    @classmethod
    def from_bytes(cls, content: bytes) -> Payload:
        """Read what `to_bytes` made. Raises Unreadable."""
        try:  # not `_readable`: a context manager would cost a quarter of the time, for every entry of a case
            record, role, answers, refers_to, digest = json.loads(content)
            return cls(_text(record), Role(role), _answers(answers), _whole(refers_to), _text(digest))
        except NOT_AS_STORED:
            raise Unreadable from None


def answers_to_bytes(answers: Answers) -> bytes:
    """The bytes to encrypt."""
    return _dumped(dict(answers))


def answers_from_bytes(content: bytes) -> Answers:
    """Read what `answers_to_bytes` made. Raises Unreadable."""
    with _readable():
        return _answers(json.loads(content))


def draft_form_to_bytes(key: str, form: DraftForm) -> bytes:
    """The bytes to encrypt."""
    alarm = [str(form.alarm.raised_by), form.alarm.raised_at.isoformat()] if form.alarm else []
    return _dumped([key, form.record, form.case, form.refers_to, str(form.school or ""), alarm])


def draft_form_from_bytes(content: bytes) -> tuple[str, DraftForm]:
    """Read what `draft_form_to_bytes` made. Raises Unreadable."""
    with _readable():
        key, record, case, refers_to, school, alarm = json.loads(content)
        raised = AlarmId(PersonId(alarm[0]), datetime.fromisoformat(alarm[1])) if alarm else None
        form = DraftForm(_text(record), _text(case), _whole(refers_to), SchoolId(school) if school else None, raised)
        return _text(key), form


def membership_to_bytes(
    school: SchoolId,
    person: PersonId,
    roles: Iterable[Role],
    groups: Sequence[str],
    works: Iterable[int] | None = None,
) -> bytes:
    """A person's entry in the schools file as bytes, independent of the order of the roles; without unsaid days."""
    days = [] if works is None else [sorted(works)]
    return _dumped([str(school), str(person), sorted(roles), list(groups), *days])


def pupil_to_bytes(pupil: Pupil) -> bytes:
    """The bytes to encrypt."""
    return _dumped([pupil.first_name, pupil.last_name, pupil.group])


def pupil_from_bytes(content: bytes) -> Pupil:
    """Read what `pupil_to_bytes` made. Raises Unreadable."""
    with _readable():
        return Pupil(*_texts(json.loads(content)))


def texts_to_bytes(texts: Sequence[str]) -> bytes:
    """The bytes to encrypt."""
    return _dumped(list(texts))


def texts_from_bytes(content: bytes) -> tuple[str, ...]:
    """Read what `texts_to_bytes` made. Raises Unreadable."""
    with _readable():
        return _texts(json.loads(content))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _answers(values: Any) -> dict[str, Answer]:
    return {field: _texts(value) if isinstance(value, list) else _text(value) for field, value in values.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(_text, values))


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value
