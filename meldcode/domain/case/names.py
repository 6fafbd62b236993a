"""Names of pupils: when two are the same, when they are alike, and when a name says nothing (G10).

People type names in many ways. The same name: capitals, accents, spaces, dashes, characters that nobody can see, and
the words before a Dutch surname ("van den", "v.d.", "Berg, van den") do not count. Alike: one letter off, the same
sound, or a short first name. A placeholder such as "Onbekend" or "?" is nobody's name, and equals no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from meldcode.domain.case.state import Answers, Pupil
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.forms import PUPIL_MEANINGS
from meldcode.domain.typed_text import letters, without_directions, without_group_word

_BEFORE_SURNAMES = re.compile(
    "van|den?|der|het|t|te[nr]?|v|d|vdn?|s|op|in|aan|bij|uit|tot|l[ae]|[ea]l|d[iau]|dos|von|zu"
)
_JOINED_BEFORE = re.compile(r"^(?:vanden|vander|vande)(?=..)")
_PLACEHOLDERS = re.compile("(naam|nog)?onbekend|geen(naam)?|anoniem|unknown|nnb?|nb|nvt|x{1,3}")
_SOUNDS = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        (r"sch(?=[mw])", "s"),
        (r"sch", "sg"),
        (r"ch", "g"),
        (r"ck|c(?![eiy])|q", "k"),
        (r"c|z", "s"),
        (r"x", "ks"),
        (r"ph|v", "f"),
        (r"uij|uy", "ui"),
        (r"ouw?|auw?", "au"),
        (r"e?ij|e[iy]|ie|y", "i"),
        (r"dt$|d$", "t"),
        (r"(?<=.)h", ""),
        (r"(.)\1+", r"\1"),
    )
)
"""Dutch spellings of one sound, replaced in this order."""
_TELLING = "lbtmrksgdn"
"""Of these a short first name nearly always has the same first one as the long name: Bas has the b of Sebastiaan."""
LEAST_ONE_OFF, LEAST_START, LEAST_PART = 3, 2, 3
"""Letters that a name needs before one letter off, or being the start or a part of the other, makes it alike."""


def pupil_in(form: ActionSpec, answers: Answers) -> Pupil:
    """Return the pupil as typed in this form."""
    typed = (str(answers.get(form.id_of(meaning), "")) for meaning in PUPIL_MEANINGS)
    first, last, group = (without_directions(text).strip() for text in typed)
    return Pupil(first, last, without_group_word(group))


def same_name(one: Pupil, other: Pupil) -> bool:
    """Tell whether both have the same name, however it is spelled."""
    name = _plain(one)
    return not _says_nothing(name) and name == _plain(other)


def alike_to(pupil: Pupil) -> Callable[[Pupil], bool]:
    """Return a test whether a name may be this one: the same, one letter off, of one sound, or a short first name."""
    first, last = name = _plain(pupil)
    says_nothing = _says_nothing(name)

    def is_alike(other: Pupil) -> bool:
        other_first, other_last = other_name = _plain(other)
        if says_nothing or not _near(last, other_last) or _says_nothing(other_name):
            return False
        return _near(first, other_first) or _is_short_of(first, other_first)

    return is_alike


def name_matcher(typed: str) -> Callable[[Pupil], bool]:
    """Return a test whether a name has each typed word, as it is spelled or as it sounds."""
    typed_words = [letters(word) for word in typed.split()]
    words = [word for word in typed_words if not _BEFORE_SURNAMES.fullmatch(word)] or typed_words
    sounds = [_sound(word) if len(word) >= LEAST_PART else None for word in words]

    def matches(pupil: Pupil) -> bool:
        whole = letters(pupil.first_name + pupil.last_name)
        if all(word in whole for word in words):
            return True
        heard = _sound(whole)
        return all(
            word in whole or (sound is not None and sound in heard) for word, sound in zip(words, sounds, strict=True)
        )

    return matches


def is_placeholder(pupil: Pupil) -> bool:
    """Tell whether the name says nothing, so that it is no reason to think of the same pupil."""
    return _says_nothing(_plain(pupil))


def look_alike_keys(pupil: Pupil) -> tuple[str, ...]:
    """The texts under which alike names are looked for: two of them nearly always share one. A placeholder has none.

    Each holds one name by its sound, and of the other a letter alone, so that it is neither of the two names.
    """
    name = _plain(pupil)
    if _says_nothing(name):
        return ()
    first, last = map(_sound, name)
    telling = next((letter for letter in _TELLING if letter in first), first[0])
    by_last = (("1", first[0], last), ("3", first[-1], last), ("5", telling, last))
    return tuple("\0".join(parts) for parts in (*by_last, ("2", first, last[0]), ("4", first, last[-1])))


def _says_nothing(name: tuple[str, str]) -> bool:
    return any(_PLACEHOLDERS.fullmatch(part) or not re.search(r"[^\W\d]", part) for part in name)


def _plain(pupil: Pupil) -> tuple[str, str]:
    return letters(pupil.first_name), _surname(pupil.last_name)


def _surname(name: str) -> str:
    last, _, before = name.partition(",")
    words = [word for word in map(letters, re.split(r"[\W_]+", f"{before} {last}")) if word]
    while len(words) > 1 and _BEFORE_SURNAMES.fullmatch(words[0]):
        del words[0]
    return _JOINED_BEFORE.sub("", "".join(words))


def _near(one: str, other: str) -> bool:
    is_long = min(len(one), len(other)) >= LEAST_ONE_OFF
    return one == other or (is_long and _is_one_off(one, other)) or _sound(one) == _sound(other)


def _is_short_of(one: str, other: str) -> bool:
    """Whether one is the start of the other, or a part of it: Tom of Thomas, Sanne of Susanne."""
    short, long = sorted((_sound(one), _sound(other)), key=len)
    return (len(short) >= LEAST_START and long.startswith(short)) or (len(short) >= LEAST_PART and short in long)


def _is_one_off(one: str, other: str) -> bool:
    """Whether one letter was added, left out or replaced, or two were swapped."""
    while one[:1] == other[:1] != "":
        one, other = one[1:], other[1:]
    return other in (one[1:], one[1:2] + one[:1] + one[2:]) or one[1:] == other[1:] or one == other[1:]


def _sound(name: str) -> str:
    for spelling, sound in _SOUNDS:
        name = spelling.sub(sound, name)
    return name
