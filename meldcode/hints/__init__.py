"""Hints shown before a logbook entry is saved: third persons (rule S1.5) and hedged wording (rule S1.4).

A hint never blocks, and an empty result is no approval. Some things are not found, such as names in lower case without
a cue before them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from meldcode.hints.masks import Masks, masked, masked_others
from meldcode.hints.own_name import ordinary_words, own_name
from meldcode.hints.spots import Found, SpotKind, third_persons
from meldcode.hints.tokens import quotations
from meldcode.hints.word_lists import lines

__all__ = [
    "Found",
    "Masks",
    "SpotKind",
    "hedges",
    "mark",
    "masked",
    "masked_others",
    "ordinary_words",
    "own_name",
    "third_persons",
]


def hedges(text: str) -> list[Found]:
    """Find hedged wording outside quotations (S1.4): what a child is quoted as saying is a fact."""
    quoted = quotations(text)
    spans = (match.span("hedge") for match in _hedge_pattern().finditer(text) if match["hedge"])
    return [Found("hedge", *span) for span in spans if not any(a <= span[0] < b for a, b in quoted)]


@cache
def _hedge_pattern() -> re.Pattern[str]:
    plain = [line.removeprefix("- ") for line in lines("hedges") if line.startswith("- ")]
    hedged = [line for line in lines("hedges") if not line.startswith("- ")]
    return re.compile(rf"(?<!\w)(?:(?:{_any_of(plain)})|(?P<hedge>{_any_of(hedged)}))(?!\w)", re.IGNORECASE)


def _any_of(wordings: list[str]) -> str:
    longest_first = sorted(wordings, key=len, reverse=True)
    return "|".join(re.escape(wording).replace(r"\ ", r"\s+") for wording in longest_first)


def mark(text: str, found: Sequence[Found], *, before: str = "«", after: str = "»") -> str:
    """Return the text with each spot between the marks, to show what a hint is about (S1.4, S1.5)."""
    parts: list[str] = []
    last = 0
    for spot in sorted(found, key=lambda one: one.start):
        parts += [text[last : spot.start], before, text[spot.start : spot.end], after]
        last = spot.end
    return "".join([*parts, text[last:]])
