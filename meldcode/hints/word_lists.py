"""The word lists of the hints (`meldcode/hints/data`), read when they are first needed."""

from __future__ import annotations

import unicodedata
from functools import cache
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


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file, such as `faker/places`, without its comments."""
    text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def words(*names: str) -> frozenset[str]:
    """All words of the data files together."""
    return frozenset(word for name in names for line in lines(name) for word in line.split())


@cache
def never_names() -> frozenset[str]:
    """Dutch words that are no name even with a capital."""
    return words("words") - words("ambiguous_names")


@cache
def unsure() -> frozenset[str]:
    """Words whose lower case says nothing, and at the start of a sentence neither does a capital."""
    return words("words", "ambiguous_names")


@cache
def first_names() -> frozenset[str]:
    """First names that can be one."""
    return words(*_FIRST_NAMES) - never_names()


@cache
def surnames() -> frozenset[str]:
    """Surnames without their particles, among them many common words."""
    return words(*_SURNAMES)


@cache
def sure_surnames() -> frozenset[str]:
    """Surnames that are hardly anything else."""
    return frozenset(word for word in surnames() - unsure() - places() if len(word) >= _SHORTEST_SURNAME)


@cache
def places() -> frozenset[str]:
    """Places in the Netherlands, of one word."""
    return frozenset(lines("faker/places"))


@cache
def no_people() -> tuple[tuple[str, ...], ...]:
    """What is no name of a person: months, organisations, subjects, countries, places of more words."""
    composed = [line for line in lines("faker/places") if " " in line]
    return tuple(tuple(line.split()) for line in (*lines("not_names"), *lines("places_own"), *composed))


@cache
def all_places() -> tuple[tuple[str, ...], ...]:
    """Places here and abroad, as words."""
    return tuple(tuple(line.split()) for line in (*lines("places_own"), *lines("faker/places")))


def base(word: str) -> str:
    """The word without a genitive's s: Daans jas is Daan's, but Hans is Hans."""
    return word[:-1] if word.endswith("s") and word not in first_names() else word


def is_first(word: str) -> bool:
    """Whether the lists have it as a first name, maybe the first half of a double one."""
    names = first_names()
    return word in names or base(word) in names or word.split("-", maxsplit=1)[0] in names


def read_all() -> None:
    """Read every list now, and make what is made of them."""
    for file in DATA.rglob("*.txt"):
        lines(file.relative_to(DATA).with_suffix("").as_posix())
    for derived in (unsure, first_names, sure_surnames, no_people, all_places):
        derived()
