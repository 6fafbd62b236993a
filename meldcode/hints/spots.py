"""What was found in a text: its kind and its place, never the text itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from meldcode.hints.names import Names
from meldcode.hints.numbers import citizen_numbers, emails, phones
from meldcode.hints.people import Known, Pupil
from meldcode.hints.tokens import Span

SpotKind = Literal["name", "phone", "email", "citizen_number", "hedge", "own_name"]


@dataclass(frozen=True)
class Found:
    """Something found in a text. Its text is not kept, so that it cannot be logged."""

    kind: SpotKind
    start: int
    end: int


def third_persons(text: str, *, pupil: tuple[str, str], known_names: Iterable[str] = ()) -> list[Found]:
    """Find the names of people other than the pupil, and phone numbers, e-mail addresses and citizen numbers (S1.5)."""
    found: list[Found] = []
    taken = bytearray(len(text))
    for spot in _numbers(text):
        if not any(taken[spot.start : spot.end]):
            taken[spot.start : spot.end] = b"1" * (spot.end - spot.start)
            found.append(spot)
    names = Names(text, Pupil.of(pupil), Known.of(tuple(known_names)), taken).find()
    found += [Found("name", *span) for span in names if not _is_own(text, span, pupil)]
    return sorted(found, key=lambda spot: spot.start)


def _numbers(text: str) -> Iterator[Found]:
    yield from (Found("email", *span) for span in emails(text))
    yield from (Found("citizen_number", *span) for span in citizen_numbers(text))
    yield from (Found("phone", *span) for span in phones(text))


def _is_own(text: str, span: Span, pupil: tuple[str, str]) -> bool:
    said = text[slice(*span)].casefold()
    return said in {own.casefold().strip() for own in (*pupil, " ".join(pupil))}
