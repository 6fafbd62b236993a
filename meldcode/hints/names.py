"""Names of people in a text (rule S1.5), by lists of names and by the words around them.

A capital in the middle of a sentence, a word of kinship before it ("juf", "de moeder van") and a verb of
persons after it make up for lists that hold many common words; lower case counts only behind such a word.
"""

from __future__ import annotations

import re
from functools import cache

from meldcode.hints.people import Known, Pupil
from meldcode.hints.tokens import Index, Span, Token, tokens
from meldcode.hints.word_lists import (
    first_names,
    is_first,
    never_names,
    no_people,
    places,
    sure_surnames,
    surnames,
    unsure,
    words,
)

_TO_PLACES = frozenset({"in", "uit", "naar", "te", "vanuit", "richting"})
_PREPOSITIONS = frozenset({"in", "op", "aan", "bij", "te", "la", "le", "al"})
_ARTICLES = frozenset({"de", "het", "'t", "een"})
_SHORTEST_LOW_NAME = 4
_SHORTEST_SHOUTED = 3
_MOST_INITIALS = 5
_STREET = re.compile(r".{3,}(?:straat|laan|weg|plein|gracht|singel|school|park|kade)")


@cache
def _no_people() -> Index:
    return Index.of(no_people())


def _blank(word: Token) -> Token:
    return word._replace(folded="", capital=False)


class Names:
    """Finds the names in one text; `taken` is set where none can be, such as in e-mail addresses.

    A method that ends in `_end` says where something that starts at a word ends, which is that word if nothing does.
    """

    def __init__(self, text: str, pupil: Pupil, known: Known, taken: bytearray) -> None:
        words_ = tokens(text)
        self.words = [_blank(w) if any(taken[w.start : w.end]) else w for w in words_] if any(taken) else words_
        self.pupil = pupil
        self.known = known
        self.blocked = self._blocked()
        self.ends: set[int] = set()  # the words behind names, the pupil's too

    def find(self) -> list[Span]:
        """The spans of all names but the pupil's, in order."""
        found: list[Span] = []
        at = 0
        while at < len(self.words):
            if self._is_plain(at):
                at += 1
                continue
            end = self._pupil_end(at)
            if end == at and (end := self._name_end(at)) > at:
                found.append((self.words[at].start, self._last_letter(end - 1)))
            if end > at:
                self.ends.add(end)
            at = max(end, at + 1)
        return found

    def _is_plain(self, at: int) -> bool:
        """Whether no name can start here, as at most words: it saves asking each of the rules below."""
        word = self.words[at]
        if word.capital or word.folded in first_names() or word.folded in self.known.first or self._cued(at):
            return False
        return not (self.pupil.index.may_start(word) or self.known.full.may_start(word) or self._coordinated(at))

    def _last_letter(self, at: int) -> int:
        """Where the name ends, without a genitive's s."""
        word = self.words[at].folded
        is_genitive = word.endswith("s") and not self._has(word) and self._has(word[:-1])
        return self.words[at].end - is_genitive

    def _blocked(self) -> set[int]:
        found: set[int] = set()
        for at, word in enumerate(self.words):
            found.update(range(at, at + _no_people().longest(self.words, at)))
            if at and word.folded in places() and self.words[at - 1].folded in _TO_PLACES:
                found.add(at)
        return found

    def _follows(self, at: int) -> bool:
        """Whether there is a word here, right behind the one before."""
        return at < len(self.words) and self.words[at].gap.isspace() and at not in self.blocked

    # The pupil

    def _pupil_end(self, at: int) -> int:
        """The pupil's own name, unless it is part of another's: Sem Jansen beside Sem de Vries."""
        end = at + self.pupil.index.longest(self.words, at)
        return at if end > at and self._is_another(at, end) else end

    def _is_another(self, at: int, end: int) -> bool:
        said = tuple(word.folded for word in self.words[at:end])
        if said not in self.pupil.forms and said[-1] in first_names():
            return True
        if self._known_end(at) > end:
            return True
        return said in {self.pupil.first, self.pupil.first[:1]} and self._surname_end(end) > end

    # Where a name starts

    def _name_end(self, at: int) -> int:
        if (end := self._known_end(at)) > at:
            return end
        if at in self.blocked:
            return at
        cued = self._cued(at)
        end = self._initialled_end(at) if self.words[at].capital else at
        if end == at and (cued or self._is_capital_prefix(at)):
            end = self._prefixed_end(at)
        if end == at and not self._starts(at, cued=cued):
            return at
        end = self._extended_end(max(end, at + 1), low=cued and not self.words[at].capital)
        return at if self._is_street(end - 1) else end

    def _known_end(self, at: int) -> int:
        return at + self.known.full.longest(self.words, at)

    def _prefixed_end(self, at: int) -> int:
        """Mevrouw *de Wit*; but "juf van Lisa" is Lisa's."""
        end = self._particles_end(at)
        if end == at or end >= len(self.words) or (end - at == 1 and is_first(self.words[end].folded)):
            return at
        return max(self._surname_end(at), self._low_surname_end(at))

    def _is_capital_prefix(self, at: int) -> bool:
        """El Amrani, Van Dijk; but De Linde may be a school."""
        word = self.words[at]
        return word.capital and not word.opens and word.folded not in _ARTICLES

    def _starts(self, at: int, *, cued: bool) -> bool:
        word = self.words[at]
        if word.folded in self.known.first and (word.capital or word.folded not in unsure()):
            return not word.opens or word.folded not in unsure() or self._acts(at)
        if word.folded in never_names():
            return cued and word.capital and word.folded in surnames()
        if cued or self._coordinated(at):
            return self._is_cued_name(at)
        return self._is_capital_name(at) if word.capital else self._is_low_name(at)

    def _cued(self, at: int) -> bool:
        if not at:
            return False
        word, before = self.words[at], self.words[at - 1]
        if before.folded == "van" and at > 1:
            return word.gap.isspace() and before.gap.isspace() and self.words[at - 2].folded in words("family_cues")
        dotted = word.gap == ". " and before.folded in words("name_cue_abbreviations")
        return before.folded in words("name_cues") and (dotted or word.gap.isspace())

    def _coordinated(self, at: int) -> bool:
        """Daan *en sofie*."""
        return at - 1 in self.ends and self.words[at - 1].folded == "en" and self._follows(at) and self._follows(at - 1)

    def _is_cued_name(self, at: int) -> bool:
        word = self.words[at]
        if word.capital:
            return len(word.folded) > 1
        return self._listed(word.folded) and word.folded not in words("words", "person_verbs")

    def _initialled_end(self, at: int) -> int:
        """J. de Wit, A.B. Bakker."""
        end = at
        while end - at < _MOST_INITIALS and self._is_initial(end):
            end += 1
        full = self._surname_end(end, dotted=True)
        return full if full > end > at else at

    def _is_low_name(self, at: int) -> bool:
        """A first name beside a word of speech: "zei mohammed", "fatima vertelde"."""
        word = self.words[at].folded
        if len(word) < _SHORTEST_LOW_NAME or word not in first_names() or word in unsure():
            return False
        beside = [self.words[i].folded for i in (at - 1, at + 1) if i >= 0 and self._follows(max(at, i))]
        return any(cue in words("speech_cues") for cue in beside)

    def _is_initial(self, at: int) -> bool:
        after = self.words[at + 1 : at + 2]
        return len(self.words[at].folded) == 1 and bool(after) and after[0].gap in {".", ". "}

    def _is_capital_name(self, at: int) -> bool:
        word = self.words[at]
        if self._has_article(at):
            return False
        inside = not word.opens or self._acts(at) or self._surname_end(at + 1) > at + 1
        if is_first(word.folded):
            is_acronym = word.shouted and len(word.folded) < _SHORTEST_SHOUTED
            return not is_acronym and (word.folded not in unsure() or (inside and not word.shouted))
        return inside and not word.shouted and (self._is_surname(word.folded) or self._is_unknown(at))

    def _has_article(self, at: int) -> bool:
        """Het Anker, De Linde, een Mars: institutions and things."""
        if not at or self.words[at].opens:
            return False
        before, word = self.words[at - 1], self.words[at].folded
        sure = is_first(word) and word not in unsure()
        return before.folded in _ARTICLES and (before.capital or before.folded != "de" or not sure)

    def _is_surname(self, word: str) -> bool:
        listed = word in sure_surnames()
        return word in self.known.last or listed

    def _is_unknown(self, at: int) -> bool:
        """A word that no list has, with a capital in a sentence, before a verb of persons."""
        word = self.words[at]
        return not word.opens and self._acts(at) and word.folded not in places()

    def _acts(self, at: int) -> bool:
        return self._follows(at + 1) and self.words[at + 1].folded in words("person_verbs")

    def _listed(self, word: str) -> bool:
        return is_first(word) or self._has(word)

    def _has(self, word: str) -> bool:
        """Whether a list has just this word."""
        return word in first_names() or word in surnames() or word in self.known.first or word in self.known.last

    # Where it ends

    def _extended_end(self, at: int, *, low: bool) -> int:
        while self._follows(at):
            end = max(self._surname_end(at, any_capital=True), self._low_surname_end(at) if low else at)
            if end == at:
                break
            at = end
        return at

    def _particles_end(self, at: int) -> int:
        end = at
        while end < len(self.words) and self.words[end].folded in words("name_particles") and self._joins(at, end):
            end += 1
        return end

    def _joins(self, at: int, end: int) -> bool:
        return end == at or self._follows(end)

    def _surname_end(self, at: int, *, any_capital: bool = False, dotted: bool = False) -> int:
        """Particles and a word with a capital; without particles one that the lists have, unless any will do."""
        end = self._particles_end(at)
        if not (self._follows(end) or (dotted and end == at < len(self.words))) or not self.words[end].capital:
            return at
        fits = self._is_prefixed(at, end) if end > at else self._is_bare(end, any_capital=any_capital)
        return end + 1 if fits else at

    def _is_prefixed(self, at: int, end: int) -> bool:
        """Van der Berg; of "van het", "in de" and the like only what the lists have."""
        word = self.words[end].folded
        odd = word in never_names() or word in places() or "het" in (w.folded for w in self.words[at:end])
        return self._listed(word) or not (odd or self.words[at].folded in _PREPOSITIONS)

    def _is_bare(self, at: int, *, any_capital: bool) -> bool:
        word = self.words[at]
        listed = word.folded in surnames() or word.folded in self.known.last
        plain = word.folded not in never_names() and word.folded not in places()
        return plain and (listed or (any_capital and not word.shouted))

    def _low_surname_end(self, at: int) -> int:
        end = self._particles_end(at)
        if not self._follows(end):
            return at
        word = self.words[end].folded
        listed = word in surnames() or word in self.known.last
        return end + 1 if listed and word not in words("words", "ambiguous_names", "person_verbs") else at

    def _is_street(self, at: int) -> bool:
        word = self.words[at].folded
        return _STREET.fullmatch(word) is not None and word not in surnames()
