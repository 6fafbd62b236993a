"""The word lists of the hints (`meldcode/hints/data`), read when first needed."""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
"""Lists of our own; those of others are in a folder for each source, with its licence."""
_FIRST_NAMES = (
    "faker/first_names",
    "faker_js/first_names",
    "opentaal/first_names",
    "ssa/first_names",
    "first_names_own",
)
_SURNAMES = ("faker/surnames", "faker_js/surnames", "opentaal/surnames")
_SHORTEST_SURNAME = 4
_PLAIN = str.maketrans("łøıđæœßðþ’", "loidaosdt'")


def fold(word: str) -> str:
    """The word as the lists spell it: lower case, without accents."""
    low = word.lower()
    if low.isascii():
        return low
    parts = unicodedata.normalize("NFKD", low)
    return "".join(c for c in parts if not unicodedata.combining(c)).translate(_PLAIN)


class Hashed:
    """Words, of which only the hashes are kept: 1.4 MB instead of 20 for the Dutch ones."""

    def __init__(self, words: Iterable[str]) -> None:
        self._hashes = array("q", sorted(map(hash, words)))

    def __contains__(self, word: str) -> bool:
        place = bisect_left(self._hashes, hashed := hash(word))
        return place < len(self._hashes) and self._hashes[place] == hashed


def _lines(name: str) -> Iterator[str]:
    with (DATA / f"{name}.txt").open(encoding="utf-8") as file:
        yield from (line for line in map(str.rstrip, file) if line and not line.startswith("#"))


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file, such as `faker/places`, without its comments."""
    return tuple(_lines(name))


def _words(read: Callable[[str], Iterable[str]], *names: str) -> Iterator[str]:
    return (word for name in names for line in read(name) for word in line.split())


@cache
def words(*names: str) -> frozenset[str]:
    """All words of the data files together."""
    return frozenset(_words(lines, *names))


@cache
def never_names() -> frozenset[str]:
    """Dutch words that are never a name, not even with a capital."""
    return words("words") - words("ambiguous_names")


@cache
def unsure() -> frozenset[str]:
    """Words that may be a name only with a capital within a sentence."""
    return words("words", "ambiguous_names")


@cache
def first_names() -> frozenset[str]:
    """First names, without the words that are never a name."""
    return frozenset(_words(_lines, *_FIRST_NAMES)) - never_names()


@cache
def surnames() -> frozenset[str]:
    """Surnames without their particles; many are common words too."""
    return frozenset(_words(_lines, *_SURNAMES))


@cache
def sure_surnames() -> frozenset[str]:
    """Surnames that are rarely another word."""
    return frozenset(word for word in surnames() - unsure() - places() if len(word) >= _SHORTEST_SURNAME)


@cache
def places() -> frozenset[str]:
    """Places in the Netherlands, of one word."""
    return frozenset(lines("faker/places"))


_SHORTEST_START, _SHORTEST_END = 3, 4
"""Letters of the parts of a compound."""


@cache
def dutch_words() -> Hashed:
    """Dutch words in lower case; of a word that is two of these together only the parts."""
    return Hashed(_words(_lines, "opentaal/words", "words"))


@lru_cache(maxsize=4096)
def is_dutch(word: str) -> bool:
    """Whether it is a Dutch word, also one of several parts: buikpijn, schoolarts, IB-er."""
    known = dutch_words()
    if "-" in word:
        return any(map(is_dutch, word.split("-")))
    parts = ((word[:at], word[at:]) for at in range(_SHORTEST_START, len(word) - _SHORTEST_END + 1))
    return word in known or any(
        (start in known or start.removesuffix("s") in known) and is_dutch(end) for start, end in parts
    )


@cache
def low_names() -> frozenset[str]:
    """First names that are no words: in lower case they are names too."""
    sure, dutch = words("first_names_low"), dutch_words()
    return frozenset(name for name in (first_names() | sure) - unsure() if name in sure or name not in dutch)


@cache
def no_people() -> tuple[tuple[str, ...], ...]:
    """Names of other things: months, organisations, subjects, countries, and places of several words."""
    composed = [line for line in lines("faker/places") if " " in line]
    return tuple(tuple(line.split()) for line in (*lines("not_names"), *lines("places_own"), *composed))


@cache
def all_places() -> tuple[tuple[str, ...], ...]:
    """Places here and abroad, as words."""
    return tuple(tuple(line.split()) for line in (*lines("places_own"), *lines("faker/places")))


def base(word: str) -> str:
    """Return the word without the s of a genitive: Daan for "Daans jas", but Hans for Hans."""
    return word[:-1] if word.endswith("s") and word not in first_names() else word


def is_first(word: str) -> bool:
    """Whether it is a listed first name, or a double one of which the first half is."""
    names = first_names()
    return word in names or base(word) in names or word.split("-", maxsplit=1)[0] in names


def read_all() -> None:
    """Read every list and build what is derived from it, before the first request."""
    for file in DATA.glob("*.txt"):
        lines(file.stem)
    words("opentaal/things")
    for derived in (unsure, first_names, sure_surnames, no_people, all_places, dutch_words, low_names):
        derived()
