"""Names that are known beforehand: the pupil's, which is allowed, and those of the school's staff (S1.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from meldcode.hints.tokens import Index, Name, tokens
from meldcode.hints.word_lists import words

STAFFS = 1024
"""Schools whose staff names are cached as words: they are the same for every entry."""


def folded(name: str) -> Name:
    """Return the words of a name as they are compared."""
    return tuple(token.folded for token in tokens(name))


def core(name: Name) -> Name:
    """Return the name without the particles before it: "Vries" for "de Vries"."""
    particles = words("name_particles")
    kept = [at for at, word in enumerate(name) if word not in particles]
    return name[kept[0] :] if kept else name


@dataclass(frozen=True)
class Pupil:
    """The pupil's name, which is allowed only exactly as it is spelled."""

    first: Name = field(repr=False)
    last: Name = field(repr=False)
    forms: frozenset[Name] = field(repr=False)
    index: Index = field(repr=False)

    @classmethod
    def of(cls, name: tuple[str, str]) -> Pupil:
        """The forms that are allowed: the first name, the first of several, the surname, and these together."""
        first, last = folded(name[0]), folded(name[1])
        firsts, lasts = {first, first[:1]}, {last, core(last)}
        both = {one + other for one in firsts for other in lasts}
        forms = frozenset((firsts | lasts | both) - {()})
        return cls(first, last, forms, Index.of(forms))


@dataclass(frozen=True)
class Known:
    """Names that are found without a list: those of the school's staff."""

    full: Index = field(repr=False)
    first: frozenset[str] = field(repr=False)
    last: frozenset[str] = field(repr=False)

    @classmethod
    @lru_cache(maxsize=STAFFS)
    def of(cls, names: tuple[str, ...]) -> Known:
        """Index full names, and the first word and the surname of each."""
        said = [name for name in map(folded, names) if name]
        full = [name for name in said if len(name) > 1]
        first, last = frozenset(name[0] for name in said), frozenset(core(name[1:])[-1] for name in full)
        return cls(Index.of(full), first, last)
