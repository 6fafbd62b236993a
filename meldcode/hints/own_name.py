"""The pupil's name where the pupil may not be named, when it is an ordinary word too: Dan, Wil, Max (S2.2)."""

from __future__ import annotations

import re

from meldcode.hints.spots import Found
from meldcode.hints.word_lists import fold, unsure


def ordinary_words(pupil: tuple[str, str]) -> frozenset[str]:
    """Return those of the pupil's names that are ordinary words too, as they are spelled."""
    return frozenset(name for name in pupil if fold(name) in unsure())


def own_name(text: str, *, pupil: tuple[str, str]) -> list[Found]:
    """Find such words in the text, whatever they mean there: only the author can tell."""
    names = "|".join(map(re.escape, sorted(ordinary_words(pupil))))
    found = re.finditer(rf"(?<!\w)(?:{names})(?:'?s)?(?!\w)", text, re.IGNORECASE) if names else ()
    return [Found("own_name", *match.span()) for match in found]
