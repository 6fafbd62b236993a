"""Typed texts: what can be seen of them, and when two mean the same.

Characters that nobody sees are no answer, and cannot turn a line around.
"""

from __future__ import annotations

import re
import unicodedata

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols without any ink."""
_SEEN = frozenset("LNPS")
"""The first letter of the Unicode categories that have ink; marks only add to them."""
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_UNDIVIDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n"}
)
"""Letters in European names that Unicode does not decompose."""
_GROUP_WORD = re.compile(r"gro(?:ep|up)\s+(?=\S)|gr(?:oep|oup|\.)?\s*(?=\d)", re.IGNORECASE)


def is_visible(text: str) -> bool:
    """Tell whether there is anything to see."""
    return any(unicodedata.category(sign)[0] in _SEEN and sign not in _BLANK for sign in text)


def without_directions(text: str) -> str:
    """Return the text without the characters that change the direction in which others are shown."""
    return _DIRECTIONS.sub("", text)


def letters(text: str) -> str:
    """The letters and digits of a text, without capitals and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_UNDIVIDED)
    return "".join(sign for sign in decomposed if sign.isalnum())


def without_group_word(typed: str) -> str:
    """The name of a group: "5" of "groep 5" and "Gr. 5", since every screen writes the word before it."""
    name = typed.strip()
    return name[found.end() :] if (found := _GROUP_WORD.match(name)) else name


def same_group(one: str, other: str) -> bool:
    """Tell whether it is the same group: "5", "groep 5" and "Groep 5 "."""
    first, second = (letters(without_group_word(group)) for group in (one, other))
    return first == second != ""
