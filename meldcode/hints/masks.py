"""Masks people, dates and places in a text (S2.2). A person must read the result and confirm it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from meldcode.hints.people import Pupil, core, folded
from meldcode.hints.spots import Found, third_persons
from meldcode.hints.tokens import Index, Name, Token, tokens
from meldcode.hints.word_lists import all_places, lines, unsure, words

_ADDRESS = re.compile(
    r"\b[A-Z][\w'’-]{2,}(?:straat|laan|weg|plein|gracht|singel|kade|dreef|hof|steeg)\b(?:\s+\d+\s?[a-zA-Z]?\b)?"
    r"|\b[1-9]\d{3}\s?[A-Z]{2}\b"
)
_GENITIVE = re.compile(r"['’]?s\b|(?<=[sxzSXZ])['’](?!\w)")
_OPENING = " \t\"“‘„«'"
_LETTERS = 26
_LOOK_BACK = 20

Mask = tuple[int, int, str]


@cache
def _neutral(kind: str) -> str:
    """The words that stand in place of something of this kind."""
    return next(line.removeprefix(f"{kind} ") for line in lines("neutral_words") if line.startswith(f"{kind} "))


@cache
def _date() -> re.Pattern[str]:
    months = "|".join(month for line in lines("months") for month in line.split())
    return re.compile(
        rf"(?<!\w)(?:\d{{1,2}}(?:e|ste|de)?\s+(?:{months})\b(?:\.?\s+(?:\d{{4}}|'\d\d)\b)?"
        r"|\d{4}-\d{1,2}-\d{1,2}(?!\d)|[0-3]?\d([-/.])[01]?\d\1(?:\d{4}|\d{2})(?!\d)"
        r"|(?<!groep )(?<!klas )[0-3]?\d[-/][01]?\d(?![\w/-]| keer| uur))",
        re.IGNORECASE,
    )


@dataclass
class Masks:
    """Which letter stands for whom in the texts of one case; pass the same object to each call of `masked`.

    Letters follow the order of appearance, so the same texts in the same order give the same result. Store it only
    encrypted, as the texts are: it tells who is who.
    """

    people: list[frozenset[str]] = field(default_factory=list, repr=False)
    typed_low: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def of(cls, dumped: Sequence[str]) -> Masks:
        """Read what `dumped` returned; nothing is an empty object."""
        typed_low, *people = (frozenset(line.split()) for line in dumped or [""])
        return cls(people, set(typed_low))

    def dumped(self) -> tuple[str, ...]:
        """Return what the next texts of the case need, to go on later."""
        return tuple(" ".join(sorted(some)) for some in (self.typed_low, *self.people))

    def person(self, name: str) -> str:
        """Return the neutral words for a name: the same letter for all forms of one person's name."""
        parts = _parts(folded(name))
        if name.islower():
            self.typed_low |= parts - words("words")
        same = (at for at, known in enumerate(self.people) if parts <= known or known <= parts)
        at = next(same, len(self.people))
        self.people[at : at + 1] = [parts.union(*self.people[at : at + 1])]
        return f"{_neutral('person')} {_letter(at)}"

    def said(self) -> frozenset[str]:
        """Return all words that name somebody, without the titles that distinguish members of a family."""
        return frozenset(part for person in self.people for part in person) - words("name_cues")


def _parts(name: Name) -> frozenset[str]:
    return frozenset(core(name)) - words("name_particles") or frozenset(name)


def _letter(at: int) -> str:
    return (_letter(at // _LETTERS - 1) if at >= _LETTERS else "") + chr(ord("A") + at % _LETTERS)


def masked(text: str, *, pupil: tuple[str, str], known_names: Iterable[str] = (), words: Masks) -> str:
    """Return the text with people, dates and places masked (S2.2); `words` keeps the letters of a case."""
    draft = _Draft(text, words)
    for spot in third_persons(text, pupil=pupil, known_names=known_names):
        draft.cover_spot(spot)
    draft.cover_pupil(Pupil.of(pupil))
    draft.cover_people()
    for start, end, neutral in (*_dates(text), *_places(text, draft.said)):
        draft.cover(start, end, neutral)
    return _written(text, sorted(draft.masks))


def masked_others(text: str, *, pupil: tuple[str, str], known_names: Iterable[str] = (), words: Masks) -> str:
    """Return the text with other people masked, for the parents; the pupil, dates and places stay."""
    draft = _Draft(text, words)
    for spot in third_persons(text, pupil=pupil, known_names=known_names):
        draft.cover_spot(spot)
    return _written(text, sorted(draft.masks))


class _Draft:
    """A text with what is masked in it so far; the first mask of a character stays."""

    def __init__(self, text: str, people: Masks) -> None:
        self.text = text
        self.people = people
        self.said = tokens(text)
        self.masks: list[Mask] = []
        self.covered = bytearray(len(text))

    def cover(self, start: int, end: int, neutral: str) -> None:
        """Mask this span with the neutral words, unless part of it is masked already."""
        if not any(self.covered[start:end]):
            self.covered[start:end] = b"1" * (end - start)
            self.masks.append((start, end, neutral))

    def cover_spot(self, spot: Found) -> None:
        """Mask a name here, or a number or address wherever it occurs."""
        said = self.text[spot.start : spot.end]
        if spot.kind == "name":
            self.cover(spot.start, spot.end, self.people.person(said))
        elif not self.covered[spot.start]:
            for again in re.finditer(rf"(?<!\w){re.escape(said)}(?!\w)", self.text):
                self.cover(*again.span(), _neutral(spot.kind))

    def cover_pupil(self, pupil: Pupil) -> None:
        """Mask the pupil, by any word of the name. A surname after a title ("meneer") is a relative instead."""
        first, last = _parts(pupil.first), _parts(pupil.last)
        hits = [*self._said(first, words("words")), *self._said(last, unsure())]
        for hit, until in self._runs(sorted(set(hits)), [first | last]):
            begin = self._prefixed(hit, pupil.last)
            start, end = self.said[begin].start, _last_letter(self.said[until], first | last)
            title = self.said[begin - 1].folded if begin else ""
            is_family = title in words("name_cues") and not _names(self.said[begin], first)
            relative = f"{title} {self.text[start:end]}"
            self.cover(start, end, self.people.person(relative) if is_family else _neutral("pupil"))

    def cover_people(self) -> None:
        """Mask names that were found once wherever else they occur, also without a cue."""
        names = self.people.said()
        for hit, until in self._runs(self._said(names, unsure() - self.people.typed_low), list(self.people.people)):
            begin = hit - (hit > 0 and self._is_prefix(hit - 1))
            start, end = self.said[begin].start, _last_letter(self.said[until], names)
            self.cover(start, end, self.people.person(self.text[start:end]))

    def _said(self, names: frozenset[str], unless_low: frozenset[str]) -> list[int]:
        fits = (word.capital or word.folded not in unless_low for word in self.said)
        named = (at for at, (word, fit) in enumerate(zip(self.said, fits, strict=True)) if fit and _names(word, names))
        return [at for at in named if self._is_free(at)]

    def _is_free(self, at: int) -> bool:
        return not any(self.covered[self.said[at].start : self.said[at].end])

    def _runs(self, hits: Iterable[int], people: list[frozenset[str]]) -> list[tuple[int, int]]:
        """Return the first and last word of each run of names of one person, with particles between them."""
        runs: list[tuple[int, int]] = []
        for at in hits:
            begin, until = runs[-1] if runs else (at, at)
            ends = (self.said[begin], self.said[until], self.said[at])
            is_one = any(all(_names(word, person) for word in ends) for person in people)
            if runs and is_one and self._are_joined(until, at):
                runs[-1] = (begin, at)
            else:
                runs.append((at, at))
        return runs

    def _are_joined(self, until: int, at: int) -> bool:
        between = self.said[until + 1 : at + 1]
        particles = words("name_particles")
        return all(w.gap.isspace() for w in between) and all(w.folded in particles for w in between[:-1])

    def _prefixed(self, at: int, last: Name) -> int:
        """Return the first word of the surname at this word, its particles included."""
        prefix = last[: len(last) - len(core(last))]
        begin = max(at - len(prefix), 0)
        stands = tuple(word.folded for word in self.said[begin:at]) == prefix and self.said[at].folded in last
        return begin if stands and all(map(self._is_free, range(begin, at))) else at

    def _is_prefix(self, at: int) -> bool:
        word = self.said[at]
        return (
            word.capital
            and word.folded in words("name_particles")
            and self.said[at + 1].gap.isspace()
            and self._is_free(at)
        )


def _names(word: Token, names: frozenset[str]) -> bool:
    return word.folded in names or word.folded.removesuffix("s") in names


def _last_letter(word: Token, names: frozenset[str]) -> int:
    """The end of the name in the text, without the s of a genitive."""
    return word.end - (word.folded not in names)


def _dates(text: str) -> Iterator[Mask]:
    yield from ((*match.span(), _neutral("date")) for match in _date().finditer(text))


def _places(text: str, said: Sequence[Token]) -> Iterator[Mask]:
    """Addresses, and names of places with a capital."""
    yield from ((*match.span(), _neutral("place")) for match in _ADDRESS.finditer(text))
    for at, word in enumerate(said):
        end = at + _all_places().longest(said, at)
        if end > at and word.capital and not (word.opens and end == at + 1 and word.folded in unsure()):
            yield word.start, said[end - 1].end, _neutral("place")


@cache
def _all_places() -> Index:
    return Index.of(all_places())


def _written(text: str, masks: Iterable[Mask]) -> str:
    parts: list[str] = []
    last = 0
    for start, end, neutral in masks:
        parts += [text[last:start], _fitting(text, start, neutral)]
        last = end
        is_quoted = text[max(start - 1, 0) : start] in {"'", "‘"}
        if not neutral.startswith("[") and not is_quoted and (genitive := _GENITIVE.match(text, end)):
            parts.append("'s")
            last = genitive.end()
    return "".join([*parts, text[last:]])


def _fitting(text: str, start: int, neutral: str) -> str:
    """The neutral words, with a capital at the start of a sentence."""
    before = text[max(start - _LOOK_BACK, 0) : start].rstrip(_OPENING)
    return neutral[0].upper() + neutral[1:] if before[-1:] in {"", ".", "!", "?", "…", "\n"} else neutral
