"""What is encrypted, as bytes and back: pupils, entries, answers, lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from meldcode.domain.case.state import Answer, Answers, Entry, Pupil
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.roles import Role

NOT_AS_STORED = (ValueError, TypeError, AttributeError, RecursionError)


class Unreadable(ValueError):
    """What was decrypted is not what was stored here; it is not told what stands there (promise 4)."""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except NOT_AS_STORED:
        raise Unreadable from None


@dataclass(frozen=True)
class Payload:
    """The part of an entry that is encrypted; `digest` is of what was typed."""

    record: str
    role: Role
    answers: Answers
    refers_to: int
    digest: str

    @classmethod
    def of(cls, entry: Entry, digest: str) -> Payload:
        """Return the part of this entry that is encrypted."""
        return cls(entry.record, entry.role, entry.answers, entry.refers_to, digest)

    def to_bytes(self) -> bytes:
        """Return it as bytes, to be encrypted."""
        return _dumped([self.record, self.role, dict(self.answers), self.refers_to, self.digest])

    @classmethod
    def from_bytes(cls, content: bytes) -> Payload:
        """Read what `to_bytes` made. Raises Unreadable."""
        try:  # not `_readable`: this is for each entry of a case, and a context manager costs a quarter of it
            record, role, answers, refers_to, digest = json.loads(content)
            return cls(_text(record), Role(role), _answers(answers), _whole(refers_to), _text(digest))
        except NOT_AS_STORED:
            raise Unreadable from None


def answers_to_bytes(answers: Answers) -> bytes:
    """Return the answers as bytes, to be encrypted."""
    return _dumped(dict(answers))


def answers_from_bytes(content: bytes) -> Answers:
    """Read what `answers_to_bytes` made. Raises Unreadable."""
    with _readable():
        return _answers(json.loads(content))


def place_to_bytes(school: SchoolId, person: PersonId, roles: Iterable[Role], groups: Sequence[str]) -> bytes:
    """Return what the schools file says of somebody in a school as bytes, the same whatever the order of the roles."""
    return _dumped([str(school), str(person), sorted(roles), list(groups)])


def pupil_to_bytes(pupil: Pupil) -> bytes:
    """Return the pupil as bytes, to be encrypted."""
    return _dumped([pupil.first_name, pupil.last_name, pupil.group])


def pupil_from_bytes(content: bytes) -> Pupil:
    """Read what `pupil_to_bytes` made. Raises Unreadable."""
    with _readable():
        return Pupil(*_texts(json.loads(content)))


def texts_to_bytes(texts: Sequence[str]) -> bytes:
    """Return the texts as bytes, to be encrypted."""
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
