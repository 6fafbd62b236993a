"""Finds capitals that name no person: streets, institutions, titles and days, by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meldcode.hints.tokens import Token
from meldcode.hints.word_lists import words

_STREET = re.compile(
    r".{2,}(?:straat|laan|weg|plein|gracht|singel|park|kade|dreef|hof|steeg|pad|dijk|plantsoen|boulevard|flat|burcht)"
)
_INSTITUTION = re.compile(
    r".{2,}(?:school|college|lyceum|fonds|huis|kerk|theater|kliniek|museum|hal|club|centrum|stichting|bad|stadion)"
)
_DAY = re.compile(r".{2,}(?:dag|dagen|avond|nacht|week|feest|vakantie)")
_NUMBER = re.compile(r"\s\d{1,4}(?:\s?[a-z])?(?![\w%])(?!\s*(?:jaar|keer|uur|min|kilo|kg|cm|x\b|weken|dagen))")
_LOOK_BACK = 3
_MOST_BETWEEN = 2
"""Small words between two capitals of one title or street: Hans *en* Grietje, Pluk *van de* Petteflet."""


def things(said: Sequence[Token], text: str) -> set[int]:
    """Return the words that belong to the name of a thing."""
    found: set[int] = set()
    at = 0
    while at < len(said):
        end = _run_end(said, at) if said[at].capital else at
        if end > at:
            found.update(_of_run(said, text, at, end))
        at = max(end, at + 1)
    return found


def _run_end(said: Sequence[Token], at: int) -> int:
    """Where the capitals from here end, with small words between them."""
    end = at + 1
    while end < len(said):
        step = end
        while step < len(said) and step - end < _MOST_BETWEEN and said[step].folded in words("title_words"):
            step += 1
        if step >= len(said) or not said[step].capital or any(not _joins(said[i]) for i in range(end, step + 1)):
            break
        end = step + 1
    return end


def _joins(word: Token) -> bool:
    return word.gap in {" ", ". "} and not word.opens


def _of_run(said: Sequence[Token], text: str, start: int, end: int) -> Iterator[int]:
    last, before = said[end - 1].folded, said[start - 1].folded if start else ""
    after = said[end].folded if end < len(said) and said[end].gap == " " else ""
    place = next((at for at in range(start, end) if _STREET.fullmatch(said[at].folded)), None)
    if place is not None:
        yield from range(start, place + 1)
    elif _INSTITUTION.fullmatch(last) or after in words("institutions") or _DAY.fullmatch(last):
        low = [at for at in range(start, end) if not said[at].capital]  # Daan van de Regenboogschool
        yield from range(low[-1] + 1 if low else start, end)
    elif (
        _is_title(said, start)
        or {before, said[start].folded} & words("institutions")
        or (before in words("on_streets") and _NUMBER.match(text, said[end - 1].end))
    ):
        yield from range(start, end)


def _is_title(said: Sequence[Token], start: int) -> bool:
    """Whether a word such as "boek" or "las" stands before it: las Matilda, las voor uit Matilda."""
    before = [word.folded for word in said[max(start - _LOOK_BACK, 0) : start]]
    if not before or not _joins(said[start]):
        return False
    is_about = before[-1] in {"over", "uit"} and not words("title_cues").isdisjoint(before)
    return before[-1] in words("title_cues") or is_about
