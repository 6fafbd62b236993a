"""Finds names of people in a text (S1.5), by lists of names and by the words around them.

The lists hold many common words. So a name also needs a capital within a sentence, a cue before it ("juf", "de moeder
van") or a verb of people after it. A name in lower case needs a cue.
"""

from __future__ import annotations

from meldcode.hints.people import Known, Pupil
from meldcode.hints.surnames import Surnames
from meldcode.hints.tokens import Span, Token, tokens
from meldcode.hints.word_lists import (
    base,
    first_names,
    is_dutch,
    is_first,
    low_names,
    never_names,
    places,
    sure_surnames,
    surnames,
    unsure,
    words,
)

_ARTICLES = frozenset({"de", "het", "'t", "een"})
_SHORTEST_LOW_NAME = 4
_SHORTEST_SHOUTED = 3
_SHORTEST_UNKNOWN = 3
_MOST_INITIALS = 5


def _blank(word: Token) -> Token:
    return word._replace(folded="", capital=False)


class Names:
    """Finds the names in one text. `taken` marks characters that belong to no name, such as an e-mail address.

    A method that ends in `_end` returns the index after what starts at a word, or that word's own index if nothing
    does.
    """

    def __init__(self, text: str, pupil: Pupil, known: Known, taken: bytearray) -> None:
        words_ = tokens(text)
        self.words = [_blank(w) if any(taken[w.start : w.end]) else w for w in words_] if any(taken) else words_
        self.pupil = pupil
        self.known = known
        self.surnames = Surnames(self.words, known, text)
        self.ends: set[int] = set()  # the indexes after the names found so far, the pupil's included

    def find(self) -> list[Span]:
        """Return the spans of all names except the pupil's, in order."""
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
        """Whether no name can start here. A quick check that is true of most words, before the slower rules."""
        word = self.words[at]
        if word.capital or word.folded in first_names() or word.folded in self.known.first or self._cued(at):
            return False
        return not (self.pupil.index.may_start(word) or self.known.full.may_start(word) or self._coordinated(at))

    def _last_letter(self, at: int) -> int:
        """The end of the name in the text, without the s of a genitive."""
        word = self.words[at].folded
        is_genitive = word.endswith("s") and not self.surnames.has(word) and self.surnames.has(word[:-1])
        return self.words[at].end - is_genitive

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
        return said in {self.pupil.first, self.pupil.first[:1]} and self.surnames.surname_end(end) > end

    # Where a name starts

    def _name_end(self, at: int) -> int:
        if (end := self._known_end(at)) > at:
            return end
        if at in self.surnames.blocked:
            return at
        cued = self._cued(at)
        end = self._initialled_end(at) if self.words[at].capital else at
        if end == at and (cued or self._is_capital_prefix(at)):
            end = self._prefixed_end(at)
        if end == at and not self._starts(at, cued=cued):
            return at
        end = self.surnames.extended_end(max(end, at + 1), low=cued and not self.words[at].capital)
        return at if self.surnames.is_street(end - 1) else end

    def _known_end(self, at: int) -> int:
        return at + self.known.full.longest(self.words, at)

    def _prefixed_end(self, at: int) -> int:
        """Mevrouw *de Wit*; but "juf van Lisa" is Lisa's."""
        end = self.surnames.particles_end(at)
        if end == at or end >= len(self.words) or (end - at == 1 and is_first(self.words[end].folded)):
            return at
        return max(self.surnames.surname_end(at), self.surnames.low_surname_end(at))

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
        return (
            at - 1 in self.ends
            and self.words[at - 1].folded == "en"
            and self.surnames.follows(at)
            and self.surnames.follows(at - 1)
        )

    def _is_cued_name(self, at: int) -> bool:
        word = self.words[at]
        if word.capital:
            return len(word.folded) > 1
        return self.surnames.is_listed(word.folded) and word.folded not in words("words", "person_verbs")

    def _initialled_end(self, at: int) -> int:
        """J. de Wit, A.B. Bakker."""
        end = at
        while end - at < _MOST_INITIALS and self._is_initial(end):
            end += 1
        full = self.surnames.surname_end(end, dotted=True)
        return full if full > end > at else at

    def _is_low_name(self, at: int) -> bool:
        """A first name that is no word: "ruzie met mohammed"."""
        word = self.words[at].folded
        is_long = len(word) >= _SHORTEST_LOW_NAME or word in words("first_names_low")
        return is_long and base(word) in low_names()

    def _is_initial(self, at: int) -> bool:
        after = self.words[at + 1 : at + 2]
        return len(self.words[at].folded) == 1 and bool(after) and after[0].gap in {".", ". "}

    def _is_capital_name(self, at: int) -> bool:
        word = self.words[at]
        if self._has_article(at):
            return False
        inside = not word.opens or self._acts(at) or self.surnames.surname_end(at + 1) > at + 1
        if is_first(word.folded):
            is_acronym = word.shouted and len(word.folded) < _SHORTEST_SHOUTED
            return not is_acronym and (word.folded not in unsure() or (inside and not word.shouted))
        return not word.shouted and ((inside and self._is_surname(word.folded)) or self._is_unknown(at))

    def _has_article(self, at: int) -> bool:
        """Whether an article makes it an institution or a thing: Het Anker, De Linde, een Mars."""
        if not at or self.words[at].opens:
            return False
        before, word = self.words[at - 1], self.words[at].folded
        sure = is_first(word) and word not in unsure()
        return before.folded in _ARTICLES and (before.capital or before.folded != "de" or not sure)

    def _is_surname(self, word: str) -> bool:
        listed = word in sure_surnames()
        return word in self.known.last or listed

    def _is_unknown(self, at: int) -> bool:
        """Whether it is no Dutch word, and nothing but a person has such a name and stands there."""
        word = self.words[at]
        if len(word.folded) < _SHORTEST_UNKNOWN or word.folded in places() or word.folded in words("opentaal/things"):
            return False
        if is_dutch(word.folded) or is_dutch(base(word.folded)):
            return False
        before = self.words[at - 1].folded if at else ""
        return self._stands_before_word(at) if word.opens else before not in words("before_things")

    def _stands_before_word(self, at: int) -> bool:
        after = self.words[at + 1] if at + 1 < len(self.words) else None
        return after is not None and after.gap in {" ", ", "} and not after.opens

    def _acts(self, at: int) -> bool:
        return self.surnames.follows(at + 1) and self.words[at + 1].folded in words("person_verbs")
