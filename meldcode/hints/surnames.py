"""Surnames in a text, with the particles before them: van der Berg."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from meldcode.hints.people import Known
from meldcode.hints.things import things
from meldcode.hints.tokens import Index, Token
from meldcode.hints.word_lists import first_names, is_first, never_names, no_people, places, surnames, words

_TO_PLACES = frozenset({"in", "uit", "naar", "te", "vanuit", "richting"})
_PREPOSITIONS = frozenset({"in", "op", "aan", "bij", "te", "la", "le", "al"})
_STREET = re.compile(r".{3,}(?:straat|laan|weg|plein|gracht|singel|school|park|kade)")


@cache
def _no_people() -> Index:
    return Index.of(no_people())


class Surnames:
    """Finds where surnames end among the words of one text.

    A method that ends in `_end` returns the index after what starts at a word, or that word's own index if nothing
    does.
    """

    def __init__(self, said: Sequence[Token], known: Known, text: str) -> None:
        self.words = said
        self.text = text
        self.known = known
        self.blocked = self._blocked()

    def _blocked(self) -> set[int]:
        found: set[int] = set()
        nobody, somewhere = _no_people(), places()
        for at, word in enumerate(self.words):
            if nobody.may_start(word):
                found.update(range(at, at + nobody.longest(self.words, at)))
            if at and word.folded in somewhere and self.words[at - 1].folded in _TO_PLACES:
                found.add(at)
        return found | things(self.words, self.text)

    def follows(self, at: int) -> bool:
        """Whether there is a word here, with only white space before it."""
        return at < len(self.words) and self.words[at].gap.isspace() and at not in self.blocked

    def has(self, word: str) -> bool:
        """Whether a list has just this word."""
        return word in first_names() or word in surnames() or word in self.known.first or word in self.known.last

    def is_listed(self, word: str) -> bool:
        """Whether a list has this word, as a first name or a surname."""
        return is_first(word) or self.has(word)

    def extended_end(self, at: int, *, low: bool) -> int:
        """Where the surnames that follow each other from here end; with `low` also those in lower case."""
        while self.follows(at):
            end = max(self.surname_end(at, any_capital=True), self.low_surname_end(at) if low else at)
            if end == at:
                break
            at = end
        return at

    def surname_end(self, at: int, *, any_capital: bool = False, dotted: bool = False) -> int:
        """Where a surname from here ends: particles and a word with a capital.

        Without particles the word must be listed, unless `any_capital`; `dotted` means that initials precede it.
        """
        end = self.particles_end(at)
        if not (self.follows(end) or (dotted and end == at < len(self.words))) or not self.words[end].capital:
            return at
        fits = self._is_prefixed(at, end) if end > at else self._is_bare(end, any_capital=any_capital)
        return end + 1 if fits else at

    def particles_end(self, at: int) -> int:
        """Where the particles from here end: van der."""
        end = at
        while end < len(self.words) and self.words[end].folded in words("name_particles") and self._joins(at, end):
            end += 1
        return end

    def _joins(self, at: int, end: int) -> bool:
        return end == at or self.follows(end)

    def _is_prefixed(self, at: int, end: int) -> bool:
        """Whether it is a surname after particles; after "van het", "in de" and the like only a listed one."""
        word = self.words[end].folded
        odd = word in never_names() or word in places() or "het" in (w.folded for w in self.words[at:end])
        return self.is_listed(word) or not (odd or self.words[at].folded in _PREPOSITIONS)

    def _is_bare(self, at: int, *, any_capital: bool) -> bool:
        word = self.words[at]
        listed = word.folded in surnames() or word.folded in self.known.last
        plain = word.folded not in never_names() and word.folded not in places()
        return plain and (listed or (any_capital and not word.shouted))

    def low_surname_end(self, at: int) -> int:
        """As `surname_end`, for a listed surname in lower case."""
        end = self.particles_end(at)
        if not self.follows(end):
            return at
        word = self.words[end].folded
        listed = word in surnames() or word in self.known.last
        return end + 1 if listed and word not in words("words", "ambiguous_names", "person_verbs") else at

    def is_street(self, at: int) -> bool:
        """Whether this word is the name of a street rather than a surname."""
        word = self.words[at].folded
        return _STREET.fullmatch(word) is not None and word not in surnames()
