"""Splits a text into words, and finds the quotations in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from meldcode.hints.word_lists import fold

Span = tuple[int, int]
Name = tuple[str, ...]

_LETTER = r"[^\W\d_][\u0300-\u036f]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['’-](?:{_LETTER})+)*")
_OPENS = re.compile(r"[.!?:;\n\r…\"“”„«»‘•*–—>]|\s['-]|^['-]")
_ELIDED_CAPITAL = re.compile(r"[dl]['’][^\W\d_a-z]")
_GENITIVE = re.compile(r"(?<=\w)['’]s$")


class Token(NamedTuple):
    """One word of a text, without the 's of a genitive. A tuple, because creating tokens is most of the work."""

    start: int
    end: int
    folded: str
    capital: bool
    shouted: bool
    opens: bool  # a sentence or a quotation starts here
    gap: str  # the text between the previous word and this one

    def __repr__(self) -> str:
        return f"Token({self.start}, {self.end})"


def tokens(text: str) -> list[Token]:
    """Return the words of the text, in order."""
    found: list[Token] = []
    last = 0
    for match in _WORD.finditer(text):
        gap = text[last : match.start()]
        opens = not found or (gap != " " and _OPENS.search(gap) is not None)
        word = match[0]
        if word[-1] in "sS":
            word = _GENITIVE.sub("", word)
        found.append(_token(word, match.start(), opens, gap))
        last = match.end()
    return found


def _token(word: str, start: int, opens: bool, gap: str) -> Token:
    shouted = len(word) > 1 and word.isupper()
    capital = word[0].isupper() or (word[0] in "dl" and _ELIDED_CAPITAL.match(word) is not None)
    return Token(start, start + len(word), fold(word), capital, shouted, opens, gap)


@dataclass(frozen=True)
class Index:
    """Names of one or more words, to look up at a place in a text."""

    names: frozenset[Name] = field(repr=False)
    lengths: Mapping[str, int] = field(repr=False)  # of the longest name with this first word

    @classmethod
    def of(cls, names: Iterable[Name]) -> Index:
        """Index these names."""
        known = sorted(names, key=len)
        return cls(frozenset(known), {name[0]: len(name) for name in known})

    def may_start(self, word: Token) -> bool:
        """Whether a name has this first word, with or without the s of a genitive."""
        return word.folded in self.lengths or word.folded.removesuffix("s") in self.lengths

    def longest(self, said: Sequence[Token], at: int) -> int:
        """Return the number of words of the longest name at this place, or 0. The last word may have a genitive's s."""
        word = said[at].folded
        most = self.lengths.get(word) or self.lengths.get(word.removesuffix("s"))
        if not most:
            return 0
        there = together(said[at : at + most])
        return next((n for n in range(len(there), 0, -1) if self._has(there[:n])), 0)

    def _has(self, words: Name) -> bool:
        return words in self.names or (*words[:-1], words[-1].removesuffix("s")) in self.names


def together(said: Sequence[Token]) -> Name:
    """Return the words up to the first gap that is more than white space."""
    end = next((at for at, word in enumerate(said) if at and not word.gap.isspace()), len(said))
    return tuple(word.folded for word in said[:end])


# An apostrophe before these letters ('s, 't) does not open a quotation.
_ELISION = r"(?!(?:s|t|n|k|m|r|ns|er)\b)"
_TO_END = r"|\n[^\S\n]*\n|\Z)"
_SAID = r"(?:zei|zegt|zeiden|riep|roept|vroeg|vraagt|vertelde|vertelt|antwoordde|antwoordt|fluisterde)"
_QUOTATION = re.compile(
    r"''[^\n]{1,1000}?''"
    rf"|\"[^\"]*?(?:\"{_TO_END}"
    rf"|[“„”][^”“\"]*?(?:[”“\"]{_TO_END}"
    rf"|«[^»]*?(?:»{_TO_END}"
    rf"|»[^«]*?(?:«{_TO_END}"
    rf"|[‘‚]{_ELISION}[^‘\n]{{1,1000}}?[’'‘](?!\w)"
    rf"|(?<![\w'’])['’]{_ELISION}(?=\S)[^\n]{{1,1000}}?(?<=\S)['’](?!\w)"
    rf"|\b{_SAID}:[ \t]*(?=\w)[^.!?\n\"“”„«»]*",
    re.IGNORECASE,
)


def quotations(text: str) -> list[Span]:
    """Return where somebody is quoted. A quotation that is not closed lasts until the end of its paragraph."""
    return [match.span() for match in _QUOTATION.finditer(text)]
