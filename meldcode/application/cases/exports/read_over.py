"""What somebody reads over before parents get it."""

from __future__ import annotations

from dataclasses import dataclass

from meldcode.application.cases.logbook import LogbookLine


@dataclass(frozen=True)
class ReviewPageSize:
    """How much a page of the review holds: entries, parts of texts, and characters.

    A part begins with at most `part` characters, and may have `longest` after the review.
    """

    entries: int
    parts: int
    part: int
    longest: int


@dataclass(frozen=True)
class TextPart:
    """A part of a text to review, with other people masked; `number` is its place in its field, from 0."""

    id: str
    field: str
    number: int
    label: str
    text: str


@dataclass(frozen=True)
class EntryToRead:
    """An entry to review; `id` is the case's code and the entry's number."""

    id: str
    line: LogbookLine
    pieces: tuple[TextPart, ...]
