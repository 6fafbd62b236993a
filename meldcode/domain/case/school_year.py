"""What changes for a pupil when the school year does (G10)."""

from __future__ import annotations

import re

LAST_GROUP = 8
"""The last group of a primary school."""
_NUMBER = re.compile(r"\d+")


def next_group(group: str) -> str:
    """Return the group of a pupil who goes on with the others: 6a after 5a.

    Of a combined group (5/6) or one without a number it is not known, and after the last one there is none: the same.
    """
    numbers = _NUMBER.findall(group)
    if len(numbers) != 1 or int(numbers[0]) >= LAST_GROUP:
        return group
    return _NUMBER.sub(str(int(numbers[0]) + 1), group)


def is_last_group(group: str) -> bool:
    """Tell whether pupils of this group leave the school after it."""
    return _NUMBER.findall(group) == [str(LAST_GROUP)]
