"""The pupil's name where the pupil may not be named, when it is an ordinary word too: Dan, Wil, Bakker (S2.2)."""

from __future__ import annotations

import re

from meldcode.hints.spots import Found
from meldcode.hints.word_lists import fold, is_dutch, unsure


def ordinary_words(pupil: tuple[str, str]) -> frozenset[str]:
    """Return those of the pupil's names that are ordinary words too, as they are spelled."""
    first, last = pupil
    found = {first} if fold(first) in unsure() else set()
    return frozenset(found | ({last} if is_dutch(fold(last)) else set()))


def own_name(text: str, *, pupil: tuple[str, str]) -> list[Found]:
    """Find such words in the text, whatever they mean there: only the author can tell.

    A first name is found in lower case too, a last name as it is spelled.
    """
    first, last = (re.escape(name) if name in ordinary_words(pupil) else r"(?!)" for name in pupil)
    found = re.finditer(rf"(?<!\w)(?:(?i:{first})|{last})(?:'?s)?(?!\w)", text)
    return [Found("own_name", *match.span()) for match in found]
