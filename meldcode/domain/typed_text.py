"""What can be seen of a typed text: characters that nobody sees are no answer, and cannot turn a line around."""

from __future__ import annotations

import re
import unicodedata

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols without any ink."""
_SEEN = frozenset("LNPS")
"""The first letter of the Unicode categories that have ink; marks only add to them."""
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def is_visible(text: str) -> bool:
    """Tell whether there is anything to see."""
    return any(unicodedata.category(sign)[0] in _SEEN and sign not in _BLANK for sign in text)


def without_directions(text: str) -> str:
    """Return the text without the characters that change the direction in which others are shown."""
    return _DIRECTIONS.sub("", text)
